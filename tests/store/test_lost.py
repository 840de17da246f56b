"""A connection that is lost is made anew once, where that is safe."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from modeldex.errors import StoreError
from modeldex.store.base import Changes, Compacted
from modeldex.store.sql import SqlStore
from support.cutting import cutting
from support.postgres import Postgres
from support.stored import FULL_HEALTH, changed, fact, observed, plain

WHOLE = Changes(
    health=[FULL_HEALTH],
    answers=[plain("acme", "a")],
    hidden=["acme/a"],
    superseded=[1],
    facts=[fact(native=str(number)) for number in range(1_001)],
    events=[changed()],
    observations=[observed(10)],
    recorded_at=20,
)
ALMOST_WHOLE = msgspec.structs.replace(WHOLE, superseded=())
READINGS: list[Callable[[SqlStore], Awaitable[Any]]] = [
    lambda store: store.open(),
    lambda store: store.known(),
    lambda store: store.basis(1),
    lambda store: store.believed(["acme"]),
    lambda store: store.observations("acme"),
    lambda store: store.payload("acme"),
]


class Killer:
    """Ends the connections of a database, all that there are at that moment."""

    def __init__(self, postgres: Postgres, url: str) -> None:
        self.postgres, self.name = postgres, postgres.name(url)

    def kill(self) -> None:
        """End them."""
        mine = f"from pg_stat_activity where datname = '{self.name}'"
        self.postgres.sql("postgres", f"select pg_terminate_backend(pid) {mine}")

    def at(self, store: SqlStore, word: str, times: int) -> None:
        """End them *times* times, just before a statement that begins with *word*."""
        left = [times]

        def strike(*execution: Any) -> None:
            if left[0] and execution[2].startswith(word):
                left[0] -= 1
                self.kill()

        event.listen(store.engine.sync_engine, "before_cursor_execute", strike)


@pytest.fixture
def killer(postgres: Postgres, postgres_url: str) -> Killer:
    """Ends the connections of the test's own database."""
    return Killer(postgres, postgres_url)


@pytest.mark.parametrize("number", range(len(READINGS)))
async def test_a_reading_outlives_a_lost_connection(
    on_postgres: SqlStore, killer: Killer, number: int
) -> None:
    """Idle connections are ended by servers, proxies and networks."""
    await on_postgres.save(Changes(facts=[fact()], recorded_at=10))
    wanted = await READINGS[number](on_postgres)
    killer.kill()
    assert await READINGS[number](on_postgres) == wanted


async def test_a_reading_begins_anew_where_it_is_cut_off(
    on_postgres: SqlStore, killer: Killer
) -> None:
    """Half of one transaction and half of another are never one answer."""
    await on_postgres.save(ALMOST_WHOLE)
    wanted = await on_postgres.basis(1)
    killer.at(on_postgres, "SELECT events", 1)
    assert await on_postgres.basis(1) == wanted


@pytest.mark.finding("DB-M1")
@pytest.mark.parametrize(
    "word", ["SELECT commits", "INSERT INTO listings", "INSERT INTO facts", "UPDATE commits"]
)
async def test_a_save_whose_connection_is_lost_once_is_kept_once(
    on_postgres: SqlStore, killer: Killer, word: str
) -> None:
    """Wherever it is cut off, it is done again, and everything is there once."""
    await on_postgres.save(Changes(facts=[fact(native="old")], recorded_at=10))
    killer.at(on_postgres, word, 1)
    assert await on_postgres.save(WHOLE) == 2
    await check_kept_once(on_postgres)


async def check_kept_once(store: SqlStore) -> None:
    """See that the second commit is WHOLE, once."""
    found = await store.basis(2)
    assert found.commit == 2
    assert [one.superseded_at for one in found.ledger.facts] == [20, *[None] * 1_001]
    assert len(found.ledger.events) == 1
    assert found.hidden == {"acme/a"}
    assert len(await store.observations("acme")) == 1


async def test_a_save_whose_connection_is_lost_twice_leaves_nothing(
    on_postgres: SqlStore, killer: Killer
) -> None:
    """Once is an accident, twice is an answer; the state is the one before."""
    await on_postgres.save(Changes(facts=[fact(native="old")], recorded_at=10))
    before = await on_postgres.basis(1)
    killer.at(on_postgres, "INSERT INTO events", 2)
    with pytest.raises(StoreError, match="See that the database runs"):
        await on_postgres.save(WHOLE)
    assert await on_postgres.basis(1) == before
    assert (await on_postgres.known()).health == {}


@pytest.fixture
def way() -> Iterator[Path]:
    """A directory with a short name, as sockets need."""
    with tempfile.TemporaryDirectory(prefix="modeldex-") as found:
        yield Path(found)


@pytest.mark.finding("DB-M1")
@pytest.mark.parametrize("heard", [True, False])
async def test_a_commit_without_an_answer_is_done_exactly_once(
    on_postgres: SqlStore, postgres: Postgres, postgres_url: str, way: Path, *, heard: bool
) -> None:
    """Whether or not the server had heard of it, the marker tells."""
    await on_postgres.save(Changes(facts=[fact(native="old")], recorded_at=10))
    async with cutting(postgres.socket, way, b"COMMIT;", heard=heard) as between:
        store = SqlStore(postgres_url.replace(str(postgres.socket.parent), str(way)))
        assert await store.save(WHOLE) == 2
        await store.close()
        assert between.cuts == 1
    await check_kept_once(on_postgres)


@pytest.mark.parametrize("heard", [True, False])
async def test_a_compaction_without_an_answer_says_what_it_did(
    on_postgres: SqlStore, postgres: Postgres, postgres_url: str, way: Path, *, heard: bool
) -> None:
    """Its numbers are those of the one time that it was done."""
    await on_postgres.save(Changes(facts=[fact(valid_until=5)], recorded_at=10))
    async with cutting(postgres.socket, way, b"COMMIT;", heard=heard):
        store = SqlStore(postgres_url.replace(str(postgres.socket.parent), str(way)))
        assert await store.compact(50) == Compacted(facts=1, events=0)
        await store.close()
    assert (await on_postgres.known()).commit == 2
