"""What the port reads; each function runs in the transaction of its caller."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Row, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from modeldex.domain.history import Fact, Ledger, Observation
from modeldex.errors import StoreError
from modeldex.store import rows, tables
from modeldex.store.base import Basis, GoodAnswer, Remembered
from modeldex.store.checks import check_commit
from modeldex.store.desk_rows import standing_of

BATCH = 500  # rows of a statement


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """What was committed last.

    Attributes:
        token: of whoever committed it.
        facts, events, observations: the last number given to each.
        horizon: unix seconds; what had ended before may be forgotten.
    """

    number: int
    recorded_at: int
    token: str
    facts: int
    events: int
    observations: int
    horizon: int


async def marker(connection: AsyncConnection, *, lock: bool = False) -> Marker:
    """Return the marker; with *lock*, nobody else commits before this transaction ends."""
    query = select(*rows.columns(tables.commits, Marker.__struct_fields__))
    found = await _all(connection, query.with_for_update() if lock else query)
    if not found:
        raise StoreError(
            "The store has lost its marker of commits: somebody else changed its tables. "
            "Restore a backup."
        )
    return Marker(**dict(zip(Marker.__struct_fields__, found[0], strict=True)))


async def known(connection: AsyncConnection) -> Remembered:
    """Return what a refresh begins with, in eight statements."""
    last = await marker(connection)
    return Remembered(
        health=rows.health(await _all(connection, select(*rows.HEALTH))),
        listings=rows.listings(await _all(connection, select(*rows.LISTINGS))),
        held=rows.held(await _all(connection, select(*rows.HELD))),
        hidden=await _hidden(connection),
        commit=last.number,
        recorded_at=last.recorded_at,
        observed=await _observed(connection),
        horizon=last.horizon,
        standing=await standing_of(connection),
    )


async def whole(connection: AsyncConnection, least: int) -> Basis:
    """Return what a build needs, from the primary, in seven statements.

    Raises:
        StoreError: it has not got commit number *least*.
    """
    last = await marker(connection)
    check_commit(last.number, least)
    return await _basis(connection, last, "primary")


async def fresh(connection: AsyncConnection, least: int) -> Basis | int:
    """Return what a build needs, from a replica, in seven statements.

    Where it has not got commit number *least* yet: the number that it has.
    """
    last = await marker(connection)
    if last.number < least:
        return last.number
    return await _basis(connection, last, "replica")


async def believed(connection: AsyncConnection, sources: Sequence[str]) -> tuple[Fact, ...]:
    """Return the facts of *sources* that nothing has superseded, sorted by number."""
    names, found = sorted(set(sources)), []
    for start in range(0, len(names), BATCH):
        query = select(*rows.FACTS).where(
            tables.facts.c.source.in_(names[start : start + BATCH]),
            tables.facts.c.superseded_at.is_(None),
        )
        found.append(rows.facts(await _all(connection, query)))
    return tuple(sorted(chain.from_iterable(found), key=lambda one: one.number))


async def observations(connection: AsyncConnection, source: str) -> tuple[Observation, ...]:
    """Return when a source was observed, in the order of these moments."""
    table = tables.observations.c
    query = select(*rows.OBSERVATIONS).where(table.source == source)
    found = await _all(connection, query.order_by(table.observed_at, table.number))
    return rows.observations(found)


async def payload(connection: AsyncConnection, source: str) -> GoodAnswer | None:
    """Return the last good answer of one source with its payload."""
    query = select(*rows.PAYLOAD).where(tables.listings.c.source == source)
    found = await _all(connection, query)
    return rows.answer(found[0]) if found else None


async def _basis(connection: AsyncConnection, last: Marker, read_from: str) -> Basis:
    facts = select(*rows.FACTS).order_by(tables.facts.c.number)
    events = select(*rows.EVENTS).order_by(tables.events.c.number)
    return Basis(
        listings=rows.listings(await _all(connection, select(*rows.LISTINGS))),
        hidden=await _hidden(connection),
        ledger=Ledger(
            facts=rows.facts(await _all(connection, facts)),
            events=rows.events(await _all(connection, events)),
            horizon=last.horizon,
        ),
        commit=last.number,
        read_from=read_from,
        standing=await standing_of(connection),
    )


async def _hidden(connection: AsyncConnection) -> frozenset[str]:
    return frozenset(
        row.offer for row in await _all(connection, select(tables.hidden_offers.c.offer))
    )


async def _observed(connection: AsyncConnection) -> frozenset[str]:
    """Look into the index of observations once for each source, not for each observation."""
    source, seen = tables.sources.c.source, tables.observations.c
    query = select(source).where(exists(select(seen.number).where(seen.source == source)))
    return frozenset(row.source for row in await _all(connection, query))


async def _all(connection: AsyncConnection, query: Select[Any]) -> Sequence[Row[Any]]:
    found: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return found
