"""The operator's side of a store on a database."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from modeldex.domain.desk import HIDDEN, KEY, TENANT, Edit, Entry, Line
from modeldex.errors import NotThere
from modeldex.store import tables
from modeldex.store.desk import Asked, Keys, check, line, made
from modeldex.store.desk_rows import (
    ENTRIES,
    LINES,
    entries_of,
    entry_row,
    line_row,
    lines_of,
    marker,
)
from modeldex.store.engine import READS, WRITES

_E = tables.entries.c
_T = TypeVar("_T")


class Run(Protocol):
    """Runs work in one transaction, once more where the connection was lost."""

    async def __call__(
        self,
        work: Callable[[AsyncConnection], Awaitable[_T]],
        options: dict[str, dict[str, Any]] = READS,
    ) -> _T:
        """Return what *work* gives."""


class SqlDesk:
    """Keeps what an operator states, in the database of a store.

    Args:
        run: the store's.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    async def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, sorted by name."""
        return await self.run(partial(_entries, where=[_E.kind == kind]))

    async def entry(self, kind: str, name: str) -> Entry | None:
        """Return one entry, ``None`` where there is none."""
        where = [_E.kind == kind, _E.name == name]
        found = await self.run(partial(_entries, where=where))
        return found[0] if found else None

    async def keys(self) -> Keys:
        """Return what the file of keys is made of."""
        return await self.run(_keys)

    async def hidden(self) -> tuple[str, ...]:
        """Return the ids of hidden offers, sorted."""
        return await self.run(_hidden)

    async def edit(self, edit: Edit) -> Entry | None:
        """Change one entry and note it in the log; return it as it is now."""
        token = secrets.token_hex(8)
        return await self.run(partial(_edit, edit=edit, token=token), WRITES)

    async def note(self, line: Line) -> int:
        """Append a line that changes nothing here to the log; return its number."""
        token = secrets.token_hex(8)
        return await self.run(partial(_note, said=line, token=token), WRITES)

    async def lines(self, asked: Asked) -> tuple[Line, ...]:
        """Return lines of the log, the newest first."""
        return await self.run(partial(_lines, asked=asked))


async def _entries(connection: AsyncConnection, where: Sequence[Any]) -> tuple[Entry, ...]:
    query = select(*ENTRIES).where(*where).order_by(_E.kind, _E.name)
    return entries_of((await connection.execute(query)).all())


async def _keys(connection: AsyncConnection) -> Keys:
    query = select(_E.name, _E.secret).where(_E.kind == KEY, _E.secret.is_not(None))
    found = (await connection.execute(query.order_by(_E.name))).all()
    hashes = {row.name: row.secret for row in found if row.secret}
    return Keys(entries=await _entries(connection, []), hashes=hashes)


async def _hidden(connection: AsyncConnection) -> tuple[str, ...]:
    offer = tables.hidden_offers.c.offer
    found = (await connection.execute(select(offer).order_by(offer))).all()
    return tuple(sorted(row.offer for row in found))


async def _lines(connection: AsyncConnection, asked: Asked) -> tuple[Line, ...]:
    log = tables.audit.c
    wanted = {log.kind: asked.kind, log.target: asked.target, log.who: asked.who}
    where = [column == value for column, value in wanted.items() if value is not None]
    if asked.before is not None:
        where.append(log.number < asked.before)
    query = select(*LINES).where(*where).order_by(log.number.desc()).limit(asked.most)
    return lines_of((await connection.execute(query)).all())


async def _note(connection: AsyncConnection, said: Line, token: str) -> int:
    """Append a line; where the last edit bears *token*, that was done already."""
    before = await marker(connection, lock=True)
    if before.token == token:
        return before.number
    return await _noted(connection, said, before.number + 1, token)


async def _edit(connection: AsyncConnection, edit: Edit, token: str) -> Entry | None:
    """Change an entry; where the last edit bears *token*, that was done already."""
    before = await marker(connection, lock=True)
    found = await _one(connection, edit.kind, edit.name)
    if before.token == token:
        return found
    number = before.number + 1
    if edit.kind == HIDDEN:
        await _hide(connection, edit)
    else:
        await _check(connection, edit, found)
        await _replace(connection, edit, made(edit, found, number), found)
    await _noted(connection, line(edit, found, number), number, token)
    return made(edit, found, number) if edit.kind != HIDDEN else None


async def _check(connection: AsyncConnection, edit: Edit, found: Entry | None) -> None:
    removes_tenant = edit.kind == TENANT and edit.body is None
    users = await _entries(connection, [_E.tenant == edit.name]) if removes_tenant else ()
    has_tenant = edit.tenant is not None and bool(await _one(connection, TENANT, edit.tenant))
    check(edit, found, has_tenant=has_tenant, users=users)


async def _one(connection: AsyncConnection, kind: str, name: str) -> Entry | None:
    found = await _entries(connection, [_E.kind == kind, _E.name == name])
    return found[0] if found else None


async def _replace(
    connection: AsyncConnection, edit: Edit, after: Entry | None, found: Entry | None
) -> None:
    where = (_E.kind == edit.kind, _E.name == edit.name)
    if after is None:
        await connection.execute(delete(tables.entries).where(*where))
        return
    values = entry_row(after) | ({} if edit.secret is None else {"secret": edit.secret or None})
    change = insert(tables.entries) if found is None else update(tables.entries).where(*where)
    await connection.execute(change.values(values))


async def _hide(connection: AsyncConnection, edit: Edit) -> None:
    offer: Column[str] = tables.hidden_offers.c.offer
    is_hidden = (await connection.execute(select(offer).where(offer == edit.name))).first()
    if edit.body is None and is_hidden is None:
        raise NotThere("hidden offer", edit.name)
    if edit.body is None:
        await connection.execute(delete(tables.hidden_offers).where(offer == edit.name))
    elif is_hidden is None:
        await connection.execute(insert(tables.hidden_offers).values(offer=edit.name))


async def _noted(connection: AsyncConnection, said: Line, number: int, token: str) -> int:
    log: Table = tables.audit
    await connection.execute(insert(log).values(line_row(said) | {"number": number}))
    await connection.execute(update(tables.desk).values(number=number, token=token))
    return number
