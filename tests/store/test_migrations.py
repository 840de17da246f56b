"""The migrations make the schema that the code uses, and say when they cannot."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from modeldex.errors import StoreError
from modeldex.store import migrate
from modeldex.store.base import Health
from modeldex.store.sql import SqlStore
from modeldex.store.tables import METADATA


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
    for name in ("pk_sources", "pk_listings", "fk_listings_source"):
        assert f"CONSTRAINT {name} " in made


async def test_opening_an_up_to_date_store_changes_nothing(tmp_path: Path) -> None:
    """A second start keeps what the first one saved."""
    for number in range(2):
        store = store_in(tmp_path)
        await store.open()
        assert len(await store.health()) == number
        await store.save([Health(source="acme")], [])
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
    assert tables(tmp_path) == ["alembic_version", "listings", "sources"]
