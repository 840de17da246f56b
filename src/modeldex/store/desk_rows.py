"""Rows of the operator's tables to values, and back."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from modeldex.domain.desk import Entry, Line
from modeldex.domain.tenancy import Standing
from modeldex.errors import StoreError
from modeldex.store import tables
from modeldex.store.rows import columns
from modeldex.store.standing import standing

ENTRIES = columns(tables.entries, Entry.__struct_fields__)
LINES = columns(tables.audit, Line.__struct_fields__)


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the last edit, and the token of whoever made it."""

    number: int
    token: str


async def marker(connection: AsyncConnection, *, lock: bool = False) -> Marker:
    """Return the marker; with *lock*, nobody else edits before this transaction ends."""
    query = select(tables.desk.c.number, tables.desk.c.token)
    found = (await connection.execute(query.with_for_update() if lock else query)).first()
    if found is None:
        raise StoreError(
            "The store has lost its marker of edits: somebody else changed its tables. "
            "Restore a backup."
        )
    return Marker(number=found.number, token=found.token)


async def standing_of(connection: AsyncConnection) -> Standing:
    """Return what an operator has put into the store, in two statements."""
    last = await marker(connection)
    found = (await connection.execute(select(*ENTRIES))).all()
    return standing(entries_of(found), last.number)


def entries_of(found: Iterable[Row[Any]]) -> tuple[Entry, ...]:
    """Return entries."""
    return tuple(Entry(**dict(zip(Entry.__struct_fields__, row, strict=True))) for row in found)


def lines_of(found: Iterable[Row[Any]]) -> tuple[Line, ...]:
    """Return lines of the log."""
    return tuple(Line(**dict(zip(Line.__struct_fields__, row, strict=True))) for row in found)


def entry_row(one: Entry) -> dict[str, Any]:
    """Return a row of ``entries``, but for its secret."""
    return msgspec.structs.asdict(one)


def line_row(one: Line) -> dict[str, Any]:
    """Return a row of ``audit``."""
    return msgspec.structs.asdict(one)
