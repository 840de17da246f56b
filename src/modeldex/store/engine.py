"""Engines: which driver, how many connections, how long anything may take."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import URL, AsyncAdaptedQueuePool, Connection, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from modeldex.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_RECYCLE = 300  # seconds after which an idle connection is not trusted any more
_GRACE = 1.0  # seconds by which the server's own deadline comes first
_TRIES, _PAUSE = 100, 0.02  # and seconds between two of them
_OURS = "select count(*) = 0 or max(name = 'alembic_version') from sqlite_master"

READS: dict[str, dict[str, Any]] = {
    "sqlite": {},  # a transaction in WAL mode sees one state
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
WRITES: dict[str, dict[str, Any]] = {
    "sqlite": {"modeldex_begin": "begin immediate"},
    "postgresql": {"isolation_level": "READ COMMITTED", "postgresql_readonly": False},
}


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections, and how many seconds each kind of wait may take."""

    pool_size: int = 4
    pool_seconds: float = 10.0
    connect_seconds: float = 5.0
    lock_seconds: float = 10.0
    statement_seconds: float = 60.0
    replica_seconds: float = 2.0


def connected(url: str, limits: Limits, setting: str) -> AsyncEngine:
    """Return an engine for the database at *url*; nothing is connected yet.

    Args:
        setting: where *url* comes from, for the error.

    Raises:
        StoreError: it is no URL of a database that this installation knows.
    """
    try:
        engine = _engine(_normal(make_url(url)), limits)
    except ModuleNotFoundError as error:
        raise StoreError(_missing(error, setting)) from error
    except exc.SQLAlchemyError as error:
        raise StoreError(f"{setting} cannot be used: {str(error).rstrip('.')}.") from error
    except ValueError as error:  # its text may quote a password
        raise StoreError(f"{setting} cannot be used: its port is not a number.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "do_connect", _try_sqlite)
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


@asynccontextmanager
async def transaction(
    engine: AsyncEngine, options: dict[str, dict[str, Any]]
) -> AsyncIterator[AsyncConnection]:
    """Give a connection in a transaction that is committed at the end, or leaves nothing."""
    async with engine.connect() as connection:
        await connection.execution_options(**options[engine.dialect.name])
        yield connection
        await connection.commit()


def _normal(url: URL) -> URL:
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.drivername not in _DRIVERS.values():
        raise exc.ArgumentError(
            f"{url.drivername!r} is not one of the databases: sqlite, postgresql"
        )
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise exc.ArgumentError("SQLite needs a file, as in sqlite:////var/lib/modeldex.db")
    if "sslmode" in url.query:  # libpq's word, which hosts put into the URLs they hand out
        url = url.update_query_dict({"ssl": url.query["sslmode"]})
        url = url.difference_update_query(["sslmode"])
    return url


def _engine(url: URL, limits: Limits) -> AsyncEngine:
    is_sqlite = url.get_backend_name() == "sqlite"
    return create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=limits.pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_seconds,
        pool_recycle=_RECYCLE,
        hide_parameters=True,
        connect_args={"timeout": limits.lock_seconds} if is_sqlite else _postgres(limits),
    )


def _postgres(limits: Limits) -> dict[str, Any]:
    statement, lock = _milliseconds(limits.statement_seconds), _milliseconds(limits.lock_seconds)
    return {
        "timeout": limits.connect_seconds,
        "command_timeout": limits.statement_seconds + _GRACE,
        "server_settings": {
            "application_name": "modeldex",
            "statement_timeout": statement,
            "lock_timeout": lock,
            "idle_in_transaction_session_timeout": statement,
        },
    }


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def _missing(error: ModuleNotFoundError, setting: str) -> str:
    if error.name == "asyncpg":
        return (
            f"{setting} names a PostgreSQL database, whose driver is not installed. "
            "Install modeldex[postgres]: pip install 'modeldex[postgres]'."
        )
    return f"{setting} cannot be used: {error}."


def _try_sqlite(
    _dialect: object, _record: object, arguments: tuple[Any, ...], options: dict[str, Any]
) -> None:
    """Where a file cannot be opened, the driver leaves a thread behind that outlives the loop."""
    sqlite3.connect(*arguments, **options).close()


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(_OURS)
        if cursor.fetchone()[0]:  # a file of somebody else stays as it is
            connection.run_async(_use_wal)
        cursor.execute("pragma synchronous = full")
        cursor.execute("pragma foreign_keys = on")
        cursor.close()
    except Exception:  # no database at all: nobody else would end the driver's thread
        connection.close()
        raise


async def _use_wal(driver: Any) -> None:
    """Two that open a new file at once lock each other out, and SQLite does not wait for this."""
    for tries_left in reversed(range(_TRIES)):
        try:
            async with driver.execute("pragma journal_mode = wal"):
                return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                raise
        await asyncio.sleep(_PAUSE)


def _begin_sqlite(connection: Connection) -> None:
    """The driver begins no transaction by itself before the statements of a migration."""
    options = connection.get_execution_options()
    connection.exec_driver_sql(str(options.get("modeldex_begin", "begin")))
