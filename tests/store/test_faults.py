"""What a store says and does on a bad day."""

import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import event, text

from modeldex.errors import StoreError
from modeldex.store.base import Changes
from modeldex.store.engine import READS, Limits, transaction
from modeldex.store.sql import SqlStore
from support.cutting import Cutting, cutting
from support.hanging import listening
from support.postgres import Postgres
from support.stored import FULL_HEALTH, changed, fact, plain, save

SHORT = Limits(
    pool_size=1,
    pool_seconds=0.2,
    connect_seconds=0.5,
    lock_seconds=0.2,
    statement_seconds=0.5,
    replica_seconds=0.1,
)

WAITING = (
    """create function wait() returns trigger language plpgsql as
        $$ begin perform pg_sleep(60); return new; end $$""",
    "create trigger waits before insert on facts execute function wait()",
)


def sqlite(directory: Path, limits: Limits = SHORT) -> SqlStore:
    """Return a store in a file of a directory."""
    return SqlStore(f"sqlite:///{directory / 'store.db'}", limits=limits)


async def filled(url: str) -> None:
    """Bring the database at *url* up to date and save something."""
    store = SqlStore(url)
    await store.open()
    await save(store, plain("acme", "a"))
    await store.close()


async def test_a_save_is_whole_or_not_at_all(database: SqlStore) -> None:
    """Where one part cannot be written, no part is: not even those of earlier statements."""
    await database.save(Changes(facts=[fact()], recorded_at=10))
    async with database.engine.begin() as connection:
        await connection.execute(text("alter table events rename to elsewhere"))
    before = await database.known()
    wrong = Changes(
        health=[FULL_HEALTH],
        answers=[plain("acme", "a")],
        hidden=["acme/a"],
        superseded=[1],
        facts=[fact(native=str(number)) for number in range(1_001)],
        events=[changed()],
        recorded_at=20,
    )
    with pytest.raises(StoreError, match="events"):
        await database.save(wrong)
    assert await database.known() == before
    assert [one.number for one in await database.believed(["acme"])] == [1]
    async with database.engine.begin() as connection:
        await connection.execute(text("alter table elsewhere rename to events"))
    assert await database.save(wrong) == 2
    assert len(await database.believed(["acme"])) == 1_001


async def test_a_listing_of_an_unknown_source_is_refused(database: SqlStore) -> None:
    """It breaks a constraint, and nothing is kept."""
    with pytest.raises(StoreError, match=r"constraint"):
        await database.save(Changes(health=[FULL_HEALTH], answers=[plain("nobody", "a")]))
    assert (await database.known()).health == {}


async def test_listings_that_cannot_be_read_are_one_clear_error(database: SqlStore) -> None:
    """Damaged bytes are told from an unreachable store, with what to do."""
    await save(database, plain("acme", "a"))
    async with database.engine.begin() as connection:
        await connection.execute(text("update listings set decoded = payload"))
    with pytest.raises(StoreError, match="Restore a backup"):
        await database.known()


async def test_a_state_that_cannot_be_read_is_one_clear_error(database: SqlStore) -> None:
    """The same for what is remembered over time."""
    await database.save(Changes(facts=[fact()]))
    async with database.engine.begin() as connection:
        await connection.execute(text("update facts set state = '{'"))
    with pytest.raises(StoreError, match="Restore a backup"):
        await database.believed(["acme"])


async def test_a_store_without_its_marker_is_one_clear_error(database: SqlStore) -> None:
    """Nobody of ours ever removes it."""
    async with database.engine.begin() as connection:
        await connection.execute(text("delete from commits"))
    for work in (database.known(), database.basis(0), database.save(Changes())):
        with pytest.raises(StoreError, match="lost its marker"):
            await work


async def test_what_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    """The error names the store, what is wrong with it and what to do."""
    (tmp_path / "store.db").write_bytes(b"these are no tables" * 1000)
    store = sqlite(tmp_path)
    with pytest.raises(
        StoreError, match=r"store\.db failed: file is not a database\. .*Restore a backup"
    ):
        await store.open()
    await store.close()


async def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    """A file that begins well and goes on badly."""
    file = tmp_path / "store.db"
    await filled(f"sqlite:///{file}")
    body = bytearray(file.read_bytes())
    body[4096:] = b"\xff" * (len(body) - 4096)
    file.write_bytes(body)
    store = sqlite(tmp_path)
    with pytest.raises(StoreError, match=r"malformed.*Restore a backup"):
        await store.open()
    await store.close()


async def test_a_directory_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    """SQLite makes files, not directories."""
    store = sqlite(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="See that its directory exists"):
        await store.open()
    await store.close()


def test_a_file_that_cannot_be_opened_leaves_no_thread_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No thread of the driver outlives the loop that it would report to."""
    complaints: list[object] = []
    monkeypatch.setattr(threading, "excepthook", complaints.append)

    async def attempt() -> None:
        with pytest.raises(StoreError):
            await sqlite(tmp_path / "nowhere").open()

    for _ in range(50):
        asyncio.run(attempt())
    assert complaints == []


async def test_a_read_only_file_can_be_read_and_says_so(tmp_path: Path) -> None:
    """A build goes on; a refresh is told why it cannot be kept."""
    file = tmp_path / "store.db"
    await filled(f"sqlite:///{file}")
    store = SqlStore(f"sqlite:///file:{file}?mode=ro&uri=true")
    await store.open()
    assert (await store.basis(1)).commit == 1
    with pytest.raises(StoreError, match=r"readonly database.*Make it writable"):
        await store.save(Changes())
    assert (await store.known()).commit == 1
    await store.close()


async def test_a_read_only_server_can_be_read_and_says_so(
    postgres: Postgres, postgres_url: str
) -> None:
    """The same where an address leads to a replica, or the disk of the server is read-only."""
    await filled(postgres_url)
    name = postgres.name(postgres_url)
    postgres.sql("postgres", f"alter database {name} set default_transaction_read_only = on")
    store = SqlStore(postgres_url)
    await store.open()
    assert (await store.basis(1)).commit == 1
    with pytest.raises(StoreError, match=r"read-only transaction.*name the primary"):
        await store.save(Changes())
    assert (await store.known()).commit == 1
    await store.close()


async def test_a_server_that_is_down_is_one_clear_error() -> None:
    """Who was called, without the password, and what to look at."""
    store = SqlStore("postgres://me:secret@127.0.0.1:1/catalog?password=secret", limits=SHORT)
    with pytest.raises(StoreError, match="See that the database runs") as raised:
        await store.open()
    said = str(raised.value)
    assert "postgresql+asyncpg://me:***@127.0.0.1:1/catalog" in said
    assert "secret" not in said
    await store.close()


async def test_a_database_that_is_not_there_is_one_clear_error(postgres: Postgres) -> None:
    """The server is, the database is not."""
    store = SqlStore(postgres.url("nobody"))
    with pytest.raises(StoreError, match=r'"nobody" does not exist\. Create that database'):
        await store.open()
    await store.close()


@pytest.mark.finding("DB-M2")
async def test_a_server_that_never_answers_meets_the_deadline() -> None:
    """It takes the call, and that is all."""
    with listening() as hanging:
        address = hanging.url.split("/")[2]
        store = SqlStore(f"postgresql://me@{address}/catalog", limits=SHORT)
        with pytest.raises(StoreError, match="did not answer in time"):
            await store.open()
        await store.close()
        assert hanging.calls() == 1


@pytest.fixture
def stopped() -> Iterator[list[int]]:
    """Processes of the server that go on when the test is over."""
    found: list[int] = []
    yield found
    for one in found:
        os.kill(one, signal.SIGCONT)


@pytest.mark.finding("DB-M2")
async def test_a_server_that_stops_answering_meets_the_deadline(
    postgres_url: str, stopped: list[int]
) -> None:
    """In the middle of its work, with a connection that is open; the next one is served."""
    await filled(postgres_url)
    store = SqlStore(postgres_url, limits=SHORT)
    await store.open()
    async with transaction(store.engine, READS) as connection:
        stopped.append((await connection.execute(text("select pg_backend_pid()"))).scalar_one())
    os.kill(stopped[0], signal.SIGSTOP)
    with pytest.raises(StoreError, match="did not answer in time"):
        await store.known()
    assert (await store.known()).commit == 1
    await store.close()


@pytest.mark.finding("DB-M2")
async def test_a_network_that_loses_everything_meets_the_deadline(
    postgres: Postgres, postgres_url: str
) -> None:
    """Neither the question nor the wish to end it arrives; when all is well, all is well."""
    await filled(postgres_url)
    async with silenced(postgres, postgres_url) as (store, between):
        between.silent = True
        with pytest.raises(StoreError, match="did not answer in time"):
            await store.known()
        between.silent = False
        assert (await store.known()).commit == 1


@pytest.mark.finding("DB-M2")
async def test_a_commit_that_is_lost_in_silence_meets_the_deadline(
    postgres: Postgres, postgres_url: str
) -> None:
    """Nobody knows then whether it was done; the connection is not used for anything else."""
    await filled(postgres_url)
    async with silenced(postgres, postgres_url) as (store, between):

        def fall_silent(_: object) -> None:
            between.silent = True

        event.listen(store.engine.sync_engine, "commit", fall_silent)
        with pytest.raises(StoreError, match="did not answer in time"):
            await store.save(Changes(hidden=["acme/a"]))
        event.remove(store.engine.sync_engine, "commit", fall_silent)
        between.silent = False
        assert (await store.known()).commit == 1
        assert await store.save(Changes(hidden=["acme/a"])) == 2


@asynccontextmanager
async def silenced(postgres: Postgres, url: str) -> AsyncIterator[tuple[SqlStore, Cutting]]:
    """Give an open store, and the way between it and its server."""
    with tempfile.TemporaryDirectory(prefix="modeldex-") as way:
        async with cutting(postgres.socket, Path(way), b"never", heard=False) as between:
            store = SqlStore(url.replace(str(postgres.socket.parent), way), limits=SHORT)
            await store.open()
            yield store, between
            await store.close()


@pytest.mark.finding("DB-M2")
async def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    """By the server itself; nothing of that refresh is kept."""
    await filled(postgres_url)
    store = SqlStore(postgres_url, limits=SHORT)
    async with store.engine.begin() as connection:
        for command in WAITING:
            await connection.exec_driver_sql(command)
    with pytest.raises(
        StoreError, match=r"statement timeout\. .*MODELDEX_STORE_STATEMENT_TIMEOUT"
    ):
        await store.save(Changes(hidden=["acme/a"], facts=[fact()]))
    assert (await store.known()).hidden == frozenset()
    await store.close()


async def test_a_locked_file_meets_the_deadline(tmp_path: Path) -> None:
    """Somebody else writes for too long; reading goes on."""
    await filled(f"sqlite:///{tmp_path / 'store.db'}")
    store = sqlite(tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreError, match=r"locked.*one refresher for each store"):
            await store.save(Changes())
        assert (await store.known()).commit == 1
    assert await store.save(Changes()) == 2
    await store.close()


async def test_a_lock_on_the_server_meets_the_deadline(postgres_url: str) -> None:
    """The same, where somebody else is about to commit."""
    await filled(postgres_url)
    store, other = SqlStore(postgres_url, limits=SHORT), SqlStore(postgres_url)
    async with other.engine.begin() as connection:
        await connection.execute(text("select number from commits for update"))
        with pytest.raises(StoreError, match=r"lock timeout.*one refresher for each store"):
            await store.save(Changes())
        assert (await store.known()).commit == 1
    assert await store.save(Changes()) == 2
    await other.close()
    await store.close()


async def test_waiting_for_a_free_connection_meets_the_deadline(url: str) -> None:
    """Connections are bounded, and so is the wait for one."""
    await filled(url)
    store = SqlStore(url, limits=SHORT)
    async with transaction(store.engine, READS):
        with pytest.raises(StoreError, match="MODELDEX_STORE_POOL_SIZE"):
            await store.known()
    assert (await store.known()).commit == 1
    await store.close()


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's is an extra."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(
        StoreError, match=r"MODELDEX_STORE_URL .*pip install 'modeldex\[postgres\]'"
    ):
        SqlStore("postgresql://db/catalog")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("somewhere", "cannot be used"),
        ("mysql://db/catalog", "'mysql' is not one of the databases: sqlite, postgresql"),
        ("postgresql://me:secret@db:se/cret/catalog", "its port is not a number"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
    ],
)
def test_what_names_no_database_is_one_clear_error(url: str, said: str) -> None:
    """It says which setting is meant, and quotes no password."""
    with pytest.raises(StoreError, match=f"MODELDEX_STORE_URL.*{said}") as raised:
        SqlStore(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://db/c", "postgresql+asyncpg://db/c"),
        ("postgresql://db/c", "postgresql+asyncpg://db/c"),
        ("postgresql+asyncpg://db/c", "postgresql+asyncpg://db/c"),
        ("postgres://db/c?sslmode=require", "postgresql+asyncpg://db/c?ssl=require"),
        ("sqlite:////var/store.db", "sqlite+aiosqlite:////var/store.db"),
        ("sqlite+aiosqlite:///store.db", "sqlite+aiosqlite:///store.db"),
    ],
)
def test_addresses_may_be_written_as_others_write_them(given: str, used: str) -> None:
    """What a host hands out, or what other programs read, is understood."""
    assert SqlStore(given).engine.url.render_as_string() == used


async def test_a_database_remembers_over_a_restart(url: str) -> None:
    """What was saved is there for the next process; an open store may be closed twice."""
    await filled(url)
    store = SqlStore(url)
    await store.open()
    assert (await store.payload("acme")) == plain("acme", "a")
    await store.close()
    await store.close()
