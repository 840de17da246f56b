"""What the port writes; each function runs in the transaction of its caller."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Table, delete, insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from modeldex.store import rows
from modeldex.store.base import Changes, Compacted, GoodAnswer
from modeldex.store.checks import FORGOTTEN, check_clock, check_superseded
from modeldex.store.reading import BATCH, Marker, marker
from modeldex.store.tables import (
    commits,
    events,
    facts,
    held_answers,
    hidden_offers,
    listings,
    observations,
    sources,
)

_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_T = TypeVar("_T")


async def save(connection: AsyncConnection, changes: Changes, token: str) -> int:
    """Record a refresh; return the number of its commit.

    Where the last commit bears *token*, this refresh is recorded already.
    """
    before = await marker(connection, lock=True)
    if before.token == token:
        return before.number
    check_clock(before.recorded_at, changes.recorded_at)
    await _replace(connection, sources, [msgspec.structs.asdict(h) for h in changes.health])
    await _answers(connection, changes.answers)
    await _remove(connection, held_answers.c.source, changes.released)
    await _replace(connection, held_answers, [rows.held_row(one) for one in changes.held])
    await _replace(connection, hidden_offers, [{"offer": name} for name in changes.hidden])
    await _remove(connection, hidden_offers.c.offer, changes.shown)
    await _supersede(connection, changes.superseded, changes.recorded_at)
    await _append(connection, facts, _numbered(rows.fact_row, changes.facts, before.facts))
    await _append(connection, events, _numbered(rows.event_row, changes.events, before.events))
    seen = _numbered(rows.observation_row, changes.observations, before.observations)
    await _append(connection, observations, seen)
    await _mark(connection, _next(before, changes, token))
    return before.number + 1


async def compact(connection: AsyncConnection, horizon: int, token: str) -> Compacted | None:
    """Forget what nobody may ask for any more.

    ``None`` where the last commit bears *token*: that was done already.
    """
    before = await marker(connection, lock=True)
    if before.token == token:
        return None
    past = or_(facts.c.superseded_at < horizon, facts.c.valid_until < horizon)
    old = (events.c.kind.in_(FORGOTTEN), events.c.recorded_at < horizon)
    removed = await connection.execute(delete(facts).where(past))
    dropped = await connection.execute(delete(events).where(*old))
    after = msgspec.structs.replace(
        before,
        number=before.number + 1,
        token=token,
        horizon=max(before.horizon, horizon),
    )
    await _mark(connection, after)
    return Compacted(facts=removed.rowcount, events=dropped.rowcount)


async def _answers(connection: AsyncConnection, answers: Sequence[GoodAnswer]) -> None:
    whole = [rows.answer_row(one) for one in answers if one.pages is not None]
    bare = [rows.answer_row(one) for one in answers if one.pages is None]
    await _replace(connection, listings, whole)
    await _replace(connection, listings, bare, keep="payload")


async def _append(connection: AsyncConnection, table: Table, made: list[dict[str, Any]]) -> None:
    for batch in _batches(made):
        await connection.execute(insert(table).returning(table.c.number), batch)


async def _supersede(connection: AsyncConnection, numbers: Sequence[int], at: int) -> None:
    wanted, found = sorted(set(numbers)), 0
    for batch in _batches(wanted):
        change = update(facts).where(facts.c.number.in_(batch), facts.c.superseded_at.is_(None))
        found += (await connection.execute(change.values(superseded_at=at))).rowcount
    check_superseded(len(wanted), found)


async def _remove(connection: AsyncConnection, column: Column[str], values: Sequence[str]) -> None:
    for batch in _batches(values):
        await connection.execute(delete(column.table).where(column.in_(batch)))


async def _replace(
    connection: AsyncConnection, table: Table, values: list[dict[str, Any]], keep: str = ""
) -> None:
    """Insert rows, or update those that are there, but for the column *keep*.

    One statement cannot change a row twice: of two rows with one key, the last one counts.
    """
    key = next(iter(table.primary_key))
    insertion = _UPSERT[connection.dialect.name](table)
    set_ = {
        c.name: insertion.excluded[c.name] for c in table.columns if c.name not in {key.name, keep}
    }
    upsert = (
        insertion.on_conflict_do_update(index_elements=[key], set_=set_)
        if set_
        else insertion.on_conflict_do_nothing()
    )
    for batch in _batches(list({row[key.name]: row for row in values}.values())):
        await connection.execute(upsert.returning(key), batch)


def _next(before: Marker, changes: Changes, token: str) -> Marker:
    return Marker(
        number=before.number + 1,
        recorded_at=changes.recorded_at,
        token=token,
        facts=before.facts + len(changes.facts),
        events=before.events + len(changes.events),
        observations=before.observations + len(changes.observations),
        horizon=before.horizon,
    )


async def _mark(connection: AsyncConnection, now: Marker) -> None:
    await connection.execute(update(commits).values(msgspec.structs.asdict(now)))


def _numbered(
    row: Callable[[int, _T], dict[str, Any]], values: Sequence[_T], last: int
) -> list[dict[str, Any]]:
    return [row(number, one) for number, one in enumerate(values, last + 1)]


def _batches(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
