"""The store on a database, through SQLAlchemy Core. SQLite by default."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, event, exc, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from modeldex.domain.listing import SourceRows
from modeldex.errors import StoreError
from modeldex.store import codec, migrate
from modeldex.store.base import Changes, GoodAnswer, Health, HeldAnswer
from modeldex.store.tables import held_answers, hidden_offers, listings, sources

BATCH = 500  # rows per statement
_PACKED = {"listings", "pages"}
_WAIT = 10  # seconds that a statement waits for a lock


class SqlStore:
    """Remembers in the database at *url* (``sqlite+aiosqlite:///…``)."""

    def __init__(self, url: str) -> None:
        """Prepare for the database at *url*; nothing is connected yet.

        Raises:
            StoreError: it is no URL of a database that this installation knows.
        """
        try:
            self.engine: AsyncEngine = create_async_engine(url)
        except (exc.SQLAlchemyError, ImportError) as error:
            said = str(error).rstrip(".")
            raise StoreError(f"STORE_URL cannot be used: {said}.") from error
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine.sync_engine, "connect", _configure_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    async def open(self) -> None:
        """Connect, and bring the schema up to date.

        Raises:
            StoreError: the database cannot be reached, or is of a newer modeldex.
        """
        async with self._transaction() as connection:
            await connection.run_sync(migrate.upgrade)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.engine.dispose()

    async def health(self) -> dict[str, Health]:
        """Return the health of every source that was ever asked, by source id."""
        columns = [sources.c[name] for name in Health.__struct_fields__]
        async with self._transaction() as connection:
            found = await connection.execute(select(*columns).order_by(sources.c.source))
            return {row.source: Health(**row._mapping) for row in found}  # noqa: SLF001 - public API

    async def listings(self) -> list[SourceRows]:
        """Return the last good listings of all sources, sorted by source id, in one statement."""
        query = select(listings.c.source, listings.c.is_book, listings.c.decoded)
        async with self._transaction() as connection:
            found = (await connection.execute(query.order_by(listings.c.source))).all()
        return [
            SourceRows(source=source, is_book=is_book, rows=codec.rows(decoded))
            for source, is_book, decoded in found
        ]

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""
        columns = (listings.c.is_book, listings.c.decoded, listings.c.payload)
        query = select(*columns, listings.c.recorded_at).where(listings.c.source == source)
        async with self._transaction() as connection:
            found = (await connection.execute(query)).one_or_none()
        if found is None:
            return None
        rows = SourceRows(source=source, is_book=found.is_book, rows=codec.rows(found.decoded))
        return GoodAnswer(
            rows=rows, pages=codec.pages(found.payload), recorded_at=found.recorded_at
        )

    async def held(self) -> dict[str, HeldAnswer]:
        """Return the answers that are held back, by source id."""
        names = [name for name in HeldAnswer.__struct_fields__ if name not in _PACKED]
        columns = [held_answers.c[name] for name in names]
        query = select(*columns, held_answers.c.decoded, held_answers.c.payload)
        async with self._transaction() as connection:
            found = (await connection.execute(query.order_by(held_answers.c.source))).all()
        return {
            row.source: HeldAnswer(
                **{name: getattr(row, name) for name in names},
                listings=codec.listings(row.decoded),
                pages=codec.pages(row.payload),
            )
            for row in found
        }

    async def hidden(self) -> frozenset[str]:
        """Return the ids of offers that an operator hides."""
        async with self._transaction() as connection:
            found = await connection.execute(select(hidden_offers.c.offer))
            return frozenset(found.scalars())

    async def save(self, changes: Changes) -> None:
        """Record the outcome of one refresh in one transaction."""
        async with self._transaction() as connection:
            await _replace(
                connection, sources, [msgspec.structs.asdict(h) for h in changes.health]
            )
            whole = [_answer_row(one) for one in changes.answers if one.pages is not None]
            await _replace(connection, listings, whole)
            await _update_rows(connection, [a for a in changes.answers if a.pages is None])
            await _remove(connection, held_answers.c.source, changes.released)
            await _replace(connection, held_answers, [_held_row(one) for one in changes.held])
            await _replace(connection, hidden_offers, [{"offer": name} for name in changes.hidden])
            await _remove(connection, hidden_offers.c.offer, changes.shown)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.begin() as connection:
                yield connection
        except (exc.SQLAlchemyError, OSError) as error:
            said = getattr(error, "orig", None) or error
            reason = str(said).partition("\n")[0] or type(said).__name__
            message = f"The store at {self.engine.url.render_as_string()} failed: {reason}."
            raise StoreError(message) from error


async def _update_rows(connection: AsyncConnection, answers: list[GoodAnswer]) -> None:
    """Replace what was decoded, and keep the payload."""
    if answers:
        change = update(listings).where(listings.c.source == bindparam("of"))
        change = change.values(decoded=bindparam("rows"), recorded_at=bindparam("at"))
        values = [
            {"of": one.rows.source, "rows": codec.pack(one.rows.rows), "at": one.recorded_at}
            for one in answers
        ]
        await connection.execute(change, values)


def _answer_row(one: GoodAnswer) -> dict[str, Any]:
    return {
        "source": one.rows.source,
        "is_book": one.rows.is_book,
        "recorded_at": one.recorded_at,
        "payload": codec.pack(one.pages or ()),
        "decoded": codec.pack(one.rows.rows),
    }


def _held_row(one: HeldAnswer) -> dict[str, Any]:
    plain = {
        name: value for name, value in msgspec.structs.asdict(one).items() if name not in _PACKED
    }
    return {**plain, "payload": codec.pack(one.pages), "decoded": codec.pack(one.listings)}


async def _remove(connection: AsyncConnection, column: Any, values: Sequence[str]) -> None:
    for start in range(0, len(values), BATCH):
        batch = values[start : start + BATCH]
        await connection.execute(delete(column.table).where(column.in_(batch)))


async def _replace(connection: AsyncConnection, table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        insert = sqlite.insert(table).values(rows[start : start + BATCH])
        key = next(iter(table.primary_key))
        changes = {c.name: insert.excluded[c.name] for c in table.columns if c.name != key.name}
        if changes:
            insert = insert.on_conflict_do_update(index_elements=[key], set_=changes)
        else:
            insert = insert.on_conflict_do_nothing()
        await connection.execute(insert)


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            cursor.execute(f"pragma {pragma}")
        cursor.execute(f"pragma busy_timeout = {_WAIT * 1000}")
        cursor.close()
    except Exception:  # no database at all: nobody else would end the driver's thread
        connection.close()
        raise


def _begin_sqlite(connection: Connection) -> None:
    """The driver begins no transaction by itself before the statements of a migration."""
    connection.exec_driver_sql("begin")
