"""A build reads from the replica where that is fresh enough, else from the primary."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import event, text

from modeldex.errors import StoreError
from modeldex.store.base import Changes
from modeldex.store.engine import Limits
from modeldex.store.metrics import StoreMetrics
from modeldex.store.sql import SqlStore
from support.hanging import listening
from support.stored import fact, statements

LIMITS = Limits(connect_seconds=5.0, replica_seconds=0.2)
COPY = Changes(facts=[fact(native="copy")], recorded_at=10)


class Notebook:
    """A log that is read by the test."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, event: str, **facts: object) -> None:
        """Note a line."""
        self.lines.append(f"{event} {facts}")

    warning = error = info


@pytest.fixture
async def copy(second_url: str) -> AsyncIterator[SqlStore]:
    """The database that is taken for a replica, with one commit, to be written to by tests."""
    found = SqlStore(second_url)
    await found.open()
    await found.save(COPY)
    yield found
    await found.close()


@pytest.fixture
async def pair(postgres_url: str, copy: SqlStore) -> AsyncIterator[tuple[SqlStore, Notebook]]:
    """A store whose primary has one commit, with what it logs."""
    log = Notebook()
    found = SqlStore(
        postgres_url,
        replica_url=copy.engine.url.render_as_string(),
        limits=LIMITS,
        metrics=StoreMetrics(perf_counter, log),
    )
    await found.open()
    await found.save(Changes(facts=[fact(native="own")], recorded_at=10))
    yield found, log
    await found.close()


async def read(store: SqlStore, least: int) -> tuple[str, int, str]:
    """Return from where a build was read, its commit, and the one model of its ledger."""
    found = await store.basis(least)
    (one,) = found.ledger.facts
    return found.read_from, found.commit, one.provider_model_id


@pytest.mark.finding("DB-H2")
async def test_a_fresh_replica_is_read(pair: tuple[SqlStore, Notebook], copy: SqlStore) -> None:
    """It holds the commit that is asked for, or a later one; the primary is left in peace."""
    store, log = pair
    with statements(store) as asked:
        assert await read(store, 1) == ("replica", 1, "copy")
        await copy.save(Changes(recorded_at=10))
        assert await read(store, 1) == ("replica", 2, "copy")
    assert (asked, log.lines) == ([], [])


@pytest.mark.finding("DB-H2")
async def test_a_replica_that_is_behind_is_not_read(pair: tuple[SqlStore, Notebook]) -> None:
    """Its clock does not count, its marker does; it is said how far it is behind."""
    store, log = pair
    await store.save(Changes(recorded_at=10))
    assert await read(store, 2) == ("primary", 2, "own")
    (line,) = log.lines
    assert "the replica was not used" in line
    assert "it is at commit 1, 2 is needed" in line
    assert store.metrics is not None
    assert store.metrics.replica_unused == 1


async def test_a_replica_that_is_late_is_waited_for(
    pair: tuple[SqlStore, Notebook], copy: SqlStore
) -> None:
    """A little; it is asked again, each time in a transaction that sees what is new."""
    store, log = pair
    store.limits = Limits(replica_seconds=60)
    asked = asyncio.Event()
    watched = store.replica
    assert watched is not None
    event.listen(watched.sync_engine, "before_cursor_execute", lambda *_: asked.set())

    async def catch_up() -> None:
        await asked.wait()
        await copy.save(Changes(recorded_at=10))

    catching = asyncio.create_task(catch_up())
    assert await read(store, 2) == ("replica", 2, "copy")
    await catching
    assert log.lines == []


async def test_a_replica_that_is_down_is_not_waited_for(postgres_url: str) -> None:
    """The build is read from the primary, and it is said why."""
    log = Notebook()
    down = "postgresql://me:secret@127.0.0.1:1/catalog"
    store = SqlStore(
        postgres_url, replica_url=down, limits=LIMITS, metrics=StoreMetrics(perf_counter, log)
    )
    await store.open()
    await store.save(COPY)
    assert await read(store, 1) == ("primary", 1, "copy")
    (line,) = log.lines
    assert "127.0.0.1:1/catalog failed" in line
    assert "secret" not in line
    await store.close()


async def test_a_replica_that_hangs_costs_a_bounded_wait(postgres_url: str) -> None:
    """It is called once for each build, for as long as one waits for a replica at most."""
    log = Notebook()
    with listening() as hanging:
        address = hanging.url.split("/")[2]
        store = SqlStore(
            postgres_url,
            replica_url=f"postgresql://me@{address}/catalog",
            limits=LIMITS,
            metrics=StoreMetrics(perf_counter, log),
        )
        await store.open()
        await store.save(COPY)
        assert await read(store, 1) == ("primary", 1, "copy")
        assert hanging.calls() == 1
        await store.close()
    assert "did not answer in time" in log.lines[0]


async def test_a_replica_without_our_tables_is_not_read(
    pair: tuple[SqlStore, Notebook], copy: SqlStore
) -> None:
    """Whatever is wrong with it, the build is read from the primary."""
    store, log = pair
    async with copy.engine.begin() as connection:
        await connection.execute(text("drop table hidden_offers"))
    assert await read(store, 1) == ("primary", 1, "own")
    assert "hidden_offers" in log.lines[0]


async def test_all_but_builds_is_read_from_the_primary(
    pair: tuple[SqlStore, Notebook], copy: SqlStore
) -> None:
    """A refresh begins with what is true, whatever the replica says."""
    store, _ = pair
    await copy.save(Changes(hidden=["acme/a"], recorded_at=10))
    assert (await store.known()).commit == 1
    assert [one.provider_model_id for one in await store.believed(["acme"])] == ["own"]


def test_only_a_server_has_replicas(postgres_url: str, tmp_path: Path) -> None:
    """Two files are two stores."""
    with pytest.raises(StoreError, match="MODELDEX_STORE_REPLICA_URL cannot be used: only"):
        SqlStore(postgres_url, replica_url=f"sqlite:///{tmp_path / 'copy.db'}")
