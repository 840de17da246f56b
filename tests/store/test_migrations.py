"""The migrations make the schema that the code uses, and say when they cannot."""

import asyncio
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.errors import StoreError
from modeldex.store import migrate
from modeldex.store.base import Changes, GoodAnswer, Health
from modeldex.store.sql import SqlStore
from modeldex.store.tables import METADATA
from support.postgres import Postgres
from support.stored import FULL_HEALTH, fact

FIXTURES = Path(__file__).parent / "fixtures"
FIRST_HEALTH = Health(
    source="acme",
    asked_at=1763985600.25,
    answered_at=1763985600.5,
    failed_at=1763980000.0,
    failure_kind="timeout",
    failure="no complete answer within 30 s",
    failures=2,
    next_at=1763986500.75,
    etag='"v1"',
    last_modified="Mon, 24 Nov 2025 12:00:00 GMT",
    declaration="0123456789abcdef",
    rows=2,
    priced=1,
)
FIRST_LISTING = Listing(
    source="acme",
    provider="acme",
    provider_model_id="labs/a",
    name="A \N{GRINNING FACE}",
    context_length=131072,
    capabilities={"tools": True},
    rates=(
        Rate(meter=Meter.INPUT, usd=Decimal("0.00000015")),
        Rate(
            meter=Meter.OUTPUT,
            usd=Decimal("0.0000006"),
            when=Conditions(utc_start="16:30", utc_end="00:30"),
        ),
    ),
)
FIRST_ANSWER = GoodAnswer(
    rows=SourceRows(
        source="acme",
        is_book=True,
        rows=tuple(
            Kept(listing=one, first_seen="2026-11-01", last_changed="2026-11-22")
            for one in (
                FIRST_LISTING,
                Listing(source="acme", provider="acme", provider_model_id="labs/b"),
            )
        ),
    ),
    pages=(b'{"data": []}', b"\x00\xff"),
    recorded_at=1763985600.5,
)


def differences(connection: Connection) -> list[object]:
    """Return in what alembic sees a database differ from the tables of the code."""
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def shape(connection: Connection) -> dict[str, Any]:
    """Return all that a database says of its tables but alembic's own."""
    found = inspect(connection)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {
        name: {
            "columns": [
                column | {"type": repr(column["type"])} for column in found.get_columns(name)
            ],
            "primary key": found.get_pk_constraint(name),
            "foreign keys": found.get_foreign_keys(name),
            "unique": found.get_unique_constraints(name),
            "checks": found.get_check_constraints(name),
            "indexes": sorted(found.get_indexes(name), key=str),
        }
        for name in names
    }


def created(engine: Engine | Connection) -> None:
    """Make the tables as the code describes them."""
    METADATA.create_all(engine)


async def shape_of(store: SqlStore) -> dict[str, Any]:
    """Return the shape of a store's database."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(shape)


async def tables(store: SqlStore) -> list[str]:
    """Return the names of the tables in the database of a store."""
    async with store.engine.connect() as connection:
        return sorted(await connection.run_sync(lambda one: inspect(one).get_table_names()))


async def run(store: SqlStore, *commands: str) -> None:
    """Run commands in the database of a store, past the store."""
    async with store.engine.begin() as connection:
        for one in commands:
            await connection.execute(text(one))


@pytest.mark.finding("DB-L4")
async def test_alembic_finds_no_difference_to_the_tables_of_the_code(database: SqlStore) -> None:
    """Tables, columns, types and defaults of a database brought up to date are those used."""
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.finding("DB-L4")
async def test_the_migrations_make_what_the_code_describes(
    database: SqlStore, second_url: str, tmp_path: Path
) -> None:
    """Names and columns of keys, constraints and indexes too, as the database itself says."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    described = SqlStore(f"sqlite:///{tmp_path / 'described.db'}" if is_sqlite else second_url)
    async with described.engine.begin() as connection:
        await connection.run_sync(created)
    made, meant = await shape_of(database), await shape_of(described)
    await described.close()
    assert list(made) == sorted(METADATA.tables)
    for name, one in made.items():
        columns = {column["name"]: column for column in one.pop("columns")}
        wanted = {column["name"]: column for column in meant[name].pop("columns")}
        assert columns == wanted, name
        assert one == meant[name], name


async def test_names_of_keys_follow_the_convention(database: SqlStore) -> None:
    """Constraints bear names, to be altered later."""
    for name, one in (await shape_of(database)).items():
        assert one["primary key"]["name"] == f"pk_{name}"
        assert all(key["name"] == f"fk_{name}_source" for key in one["foreign keys"])
        for index in one["indexes"]:
            assert index["name"] == f"ix_{name}_{index['column_names'][0]}"


async def test_opening_an_up_to_date_store_changes_nothing(url: str) -> None:
    """A second start keeps what the first one saved."""
    for number in range(2):
        store = SqlStore(url)
        await store.open()
        assert (await store.known()).commit == number
        await store.save(Changes(health=[FULL_HEALTH], facts=[fact()]))
        await store.close()


async def test_two_may_open_an_empty_store_at_once(url: str) -> None:
    """One makes the tables, the other waits and finds them."""
    both = SqlStore(url), SqlStore(url)
    await asyncio.gather(*(one.open() for one in both))
    assert [(await one.known()).commit for one in both] == [0, 0]
    for one in both:
        await one.close()


async def test_a_newer_schema_is_one_clear_error(url: str) -> None:
    """A store of a later modeldex is left alone, and it is said what to do."""
    store = SqlStore(url)
    await store.open()
    await run(store, "update alembic_version set version_num = '9999'")
    await store.close()
    with pytest.raises(StoreError, match=r"newer modeldex \(schema 9999\)\. Install that version"):
        await store.open()
    async with store.engine.connect() as connection:
        assert await connection.run_sync(migrate.revision) == "9999"
    await store.close()


async def test_tables_of_somebody_else_are_left_alone(url: str) -> None:
    """A database that others use is named as such, and nothing is put into it."""
    store = SqlStore(url)
    await run(store, "create table listings (somebody text)", "create table customers (a text)")
    with pytest.raises(StoreError, match=r"somebody else: customers, listings\. Nothing was"):
        await store.open()
    assert await tables(store) == ["customers", "listings"]
    await store.close()


@pytest.mark.parametrize("revisions", [["1975ea83b712"], ["0001"], ["0002", "ae10"]])
async def test_the_schema_of_another_program_is_left_alone(url: str, revisions: list[str]) -> None:
    """Others use the same tool for their migrations, with names of their own."""
    store = SqlStore(url)
    async with store.engine.begin() as connection:
        await connection.execute(text("create table alembic_version (version_num varchar(32))"))
        for one in revisions:
            row = {"one": one}
            await connection.execute(text("insert into alembic_version values (:one)"), row)
    with pytest.raises(StoreError, match=r"belongs to another program .* a database of its own"):
        await store.open()
    assert await tables(store) == ["alembic_version"]
    await store.close()


async def test_a_file_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    """Not even its way of writing is changed."""
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table customers (a text)")
    before = file.read_bytes()
    store = SqlStore(f"sqlite:///{file}")
    with pytest.raises(StoreError, match="customers"):
        await store.open()
    await store.close()
    assert file.read_bytes() == before


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    """Cut off halfway, a migration can be tried again: it is one transaction."""
    store = SqlStore(url)
    await run(store, "create view events as select 1 as one")
    with pytest.raises(StoreError, match="already exists"):
        await store.open()
    assert await tables(store) == []
    await run(store, "drop view events")
    await store.open()
    assert await tables(store) == sorted(["alembic_version", *METADATA.tables])
    await store.close()


async def test_a_filled_store_of_the_first_schema_is_brought_up_to_date(
    url: str, postgres: Postgres, tmp_path: Path
) -> None:
    """Everything that a first modeldex held is there, and it can be written to."""
    if url.startswith("sqlite"):
        script = (FIXTURES / "first_schema.sqlite.sql").read_text(encoding="utf-8")
        with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
            connection.executescript(script)
    else:
        script = (FIXTURES / "first_schema.postgresql.sql").read_text(encoding="utf-8")
        postgres.sql(postgres.name(url), script)
    store = SqlStore(url)
    await store.open()
    known = await store.known()
    assert known.health == {"acme": FIRST_HEALTH, "bolt": Health(source="bolt")}
    assert (known.listings, known.commit) == ((FIRST_ANSWER.rows,), 0)
    assert (known.held, known.hidden) == ({}, frozenset())
    assert await store.payload("acme") == FIRST_ANSWER
    assert await store.save(Changes(facts=[fact()], recorded_at=10)) == 1
    assert (await store.believed(["acme"])) == (msgspec.structs.replace(fact(), number=1),)
    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()
