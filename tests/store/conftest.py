"""Stores of each kind, empty."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from modeldex.store.base import Store
from modeldex.store.desk import Desk
from modeldex.store.memory import MemoryStore
from modeldex.store.sql import SqlStore
from modeldex.store.sql_desk import SqlDesk
from support.postgres import Postgres


def url_of(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> str:
    """Return the URL of an empty database of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    return url_of(request, tmp_path, request.param)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An open, empty store of each kind."""
    kind: str = request.param
    found: Store = MemoryStore() if kind == "memory" else SqlStore(url_of(request, tmp_path, kind))
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    """The operator's side of that store."""
    if isinstance(store, MemoryStore):
        return store.desk
    assert isinstance(store, SqlStore)
    return SqlDesk(store.run)


@pytest.fixture
async def database(url: str) -> AsyncIterator[SqlStore]:
    """An open, empty store on each database."""
    found = SqlStore(url)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def on_postgres(postgres_url: str) -> AsyncIterator[SqlStore]:
    """An open, empty store on PostgreSQL."""
    found = SqlStore(postgres_url)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def second_url(postgres: Postgres) -> Iterator[str]:
    """The URL of a second empty database on PostgreSQL."""
    found = postgres.create()
    yield found
    postgres.drop(found)
