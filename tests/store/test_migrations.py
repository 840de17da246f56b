"""The migrations make the schema that the code uses, and say when they cannot."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from modeldex.domain.listing import SourceRows
from modeldex.errors import StoreError
from modeldex.store import codec, migrate
from modeldex.store.base import Changes, GoodAnswer, Health
from modeldex.store.sql import SqlStore
from modeldex.store.tables import METADATA
from support.catalogs import kept, listing

OLD_HEALTH = Health(
    source="acme",
    asked_at=1.5,
    answered_at=2.5,
    failed_at=3.5,
    failure_kind="timeout",
    failure="late",
    failures=2,
    next_at=4.5,
    etag='"v1"',
    last_modified="Mon",
    declaration="abc",
    rows=7,
    priced=3,
)


def store_in(directory: Path) -> SqlStore:
    """Return a store in a file of a directory."""
    return SqlStore(f"sqlite+aiosqlite:///{directory / 'store.db'}")


def tables(directory: Path) -> list[str]:
    """Return the tables in the file of a store."""
    with closing(sqlite3.connect(directory / "store.db")) as connection:
        rows = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return sorted(name for (name,) in rows)


def differences(connection: Connection) -> list[object]:
    """Return in what a database differs from the tables of the code."""
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    """A database brought up to date has exactly the tables, columns and keys that are used."""
    store = store_in(tmp_path)
    await store.open()
    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()
    assert tables(tmp_path) == ["alembic_version", *sorted(METADATA.tables)]


async def test_names_of_keys_follow_the_convention(tmp_path: Path) -> None:
    """Constraints bear the names that the code's metadata gives them, to be altered later."""
    store = store_in(tmp_path)
    await store.open()
    await store.close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        rows = connection.execute("select sql from sqlite_master where type = 'table'").fetchall()
    made = " ".join(sql for (sql,) in rows)
    for name in (
        "pk_sources",
        "pk_listings",
        "fk_listings_source",
        "pk_held_answers",
        "fk_held_answers_source",
        "pk_hidden_offers",
    ):
        assert f"CONSTRAINT {name} " in made


async def test_opening_an_up_to_date_store_changes_nothing(tmp_path: Path) -> None:
    """A second start keeps what the first one saved."""
    for number in range(2):
        store = store_in(tmp_path)
        await store.open()
        assert len(await store.health()) == number
        await store.save(Changes(health=[Health(source="acme")]))
        await store.close()


async def test_a_newer_schema_is_one_clear_error(tmp_path: Path) -> None:
    """A store of a later modeldex is left alone, and it is said what to do."""
    store = store_in(tmp_path)
    await store.open()
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    await store.close()
    later = store_in(tmp_path)
    with pytest.raises(StoreError, match=r"newer modeldex \(schema 9999\)\. Install that version"):
        await later.open()
    async with later.engine.connect() as connection:
        assert await connection.run_sync(migrate.revision) == "9999"
    await later.close()


async def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """Cut off halfway, a migration can be tried again: it is one transaction."""
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("create table listings (somebody text)")
    store = store_in(tmp_path)
    with pytest.raises(StoreError, match="table listings already exists"):
        await store.open()
    assert tables(tmp_path) == ["listings"]
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("drop table listings")
    await store.open()
    await store.close()
    assert tables(tmp_path) == ["alembic_version", *sorted(METADATA.tables)]


def first_schema(connection: Connection) -> None:
    """Bring an empty database to the first migration."""
    config = migrate._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


async def test_the_second_migration_keeps_what_the_first_one_held(tmp_path: Path) -> None:
    """Filled rows of a store of the first schema are all there, and new columns have defaults."""
    old = store_in(tmp_path)
    async with old.engine.begin() as connection:
        await connection.run_sync(first_schema)
    await old.close()
    assert tables(tmp_path) == ["alembic_version", "listings", "sources"]
    rows = SourceRows(source="acme", is_book=True, rows=(kept(listing("acme", "a")),))
    packed = (codec.pack((b"page",)), codec.pack(rows.rows))
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        file.execute("pragma foreign_keys = on")
        file.execute(
            "insert into sources values ('acme', 1.5, 2.5, 3.5, 'timeout', 'late', 2, 4.5,"
            " '\"v1\"', 'Mon', 'abc', 7, 3)"
        )
        file.execute("insert into listings values ('acme', 1, 9.5, ?, ?)", packed)
        file.commit()
    store = store_in(tmp_path)
    await store.open()
    assert await store.health() == {"acme": OLD_HEALTH}
    assert await store.payload("acme") == GoodAnswer(rows=rows, pages=(b"page",), recorded_at=9.5)
    assert (await store.held(), await store.hidden()) == ({}, frozenset())
    await store.close()
