"""How calls are remembered in a database; each function runs in the transaction of its caller.

Tallies are read, added to and written back, so whoever does it keeps all others out meanwhile.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, delete, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from modeldex.domain.calls import CONFLICTING, DAY, RECORDED, REPEATED, Batch
from modeldex.domain.decimals import plain
from modeldex.errors import StoreError
from modeldex.store import rows
from modeldex.store import tallies as counting
from modeldex.store.calls import BATCHES_KEPT, MOST_BATCHES
from modeldex.store.codec import UNREADABLE
from modeldex.store.reading import BATCH
from modeldex.store.tables import call_batches, call_tallies
from modeldex.store.tallies import Key, Speeds, Tally

_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_LOCK = text("select pg_advisory_xact_lock(7205760)")  # SQLite has one writer anyway
_COLUMNS = rows.columns(call_tallies, Tally.__struct_fields__)
_KEY = rows.columns(call_tallies, ("offer", "start", "length"))
_BATCH = call_batches.c
_SPEEDS = msgspec.msgpack.Decoder(Speeds)
_T = TypeVar("_T")


async def record(
    connection: AsyncConnection, batches: Sequence[Batch], now: int, token: str
) -> list[str]:
    """Count each batch that is not known; return what became of each.

    Where a batch bears *token*, this very writer has counted it already.
    """
    await _alone(connection)
    await connection.execute(delete(call_batches).where(_BATCH.recorded_at <= now - BATCHES_KEPT))
    known = await _known(connection, batches)
    new: dict[str, Batch] = {}
    found = []
    for one in batches:
        if one.id not in known:
            known[one.id] = (one.digest, "")
            new[one.id] = one
            found.append(RECORDED)
        else:
            found.append(_judged(one, *known[one.id], token))
    await _remember(connection, new.values(), now, token)
    await _add(connection, counting.counted(new.values(), now))
    return found


async def tallies(connection: AsyncConnection) -> tuple[Tally, ...]:
    """Return all tallies, sorted by offer, beginning and length."""
    found = (await connection.execute(select(*_COLUMNS))).all()
    return tuple(sorted(map(_tally, found), key=lambda one: one.key))


async def roll_up(connection: AsyncConnection, now: int) -> None:
    """Make days of the hours that are no longer kept apart, and forget what is too old."""
    await _alone(connection)
    old = (call_tallies.c.length < DAY, call_tallies.c.start < counting.hours_since(now))
    hours = (await connection.execute(select(*_COLUMNS).where(*old))).all()
    if hours:
        await connection.execute(delete(call_tallies).where(*old))
        days = (counting.as_day(_tally(row)) for row in hours)
        await _add(connection, counting.merged(days))
    ended = call_tallies.c.start + call_tallies.c.length <= counting.kept_since(now)
    await connection.execute(delete(call_tallies).where(ended))
    await _forget_batches(connection)


async def _alone(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(_LOCK)


def _judged(one: Batch, digest: str, token: str, own: str) -> str:
    if token == own:
        return RECORDED
    return REPEATED if digest == one.digest else CONFLICTING


async def _known(
    connection: AsyncConnection, batches: Sequence[Batch]
) -> dict[str, tuple[str, str]]:
    """Return digest and token of those that were counted, by id."""
    found: dict[str, tuple[str, str]] = {}
    for part in _parts(batches):
        query = select(_BATCH.id, _BATCH.digest, _BATCH.token)
        query = query.where(_BATCH.id.in_([one.id for one in part]))
        for row in (await connection.execute(query)).all():
            found[row.id] = (row.digest, row.token)
    return found


async def _remember(
    connection: AsyncConnection, batches: Iterable[Batch], now: int, token: str
) -> None:
    made = [
        {"id": one.id, "digest": one.digest, "token": token, "recorded_at": now} for one in batches
    ]
    for part in _parts(made):
        await connection.execute(call_batches.insert(), part)


async def _forget_batches(connection: AsyncConnection) -> None:
    ids = select(_BATCH.id).order_by(_BATCH.recorded_at.desc(), _BATCH.id)
    many = ids.limit(2**31 - 1).offset(MOST_BATCHES)
    await connection.execute(delete(call_batches).where(_BATCH.id.in_(many)))


async def _add(connection: AsyncConnection, more: dict[Key, Tally]) -> None:
    """Add tallies to those that are there."""
    for part in _parts(sorted(more)):
        query = select(*_COLUMNS).where(tuple_(*_KEY).in_(part))
        for row in (await connection.execute(query)).all():
            before = _tally(row)
            counting.merge(more[before.key], before)
        insertion = _UPSERT[connection.dialect.name](call_tallies)
        changed = [c.name for c in _COLUMNS if not c.primary_key]
        upsert = insertion.on_conflict_do_update(
            index_elements=_KEY, set_={name: insertion.excluded[name] for name in changed}
        )
        await connection.execute(upsert, [_row(more[key]) for key in part])


def _row(one: Tally) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(one),
        "cost": None if one.cost is None else plain(one.cost),
        "speeds": None if one.speeds is None else msgspec.msgpack.encode(one.speeds),
    }


def _tally(row: Row[Any]) -> Tally:
    values = dict(zip(Tally.__struct_fields__, row, strict=True))
    cost, speeds = values["cost"], values["speeds"]
    try:
        values["cost"] = None if cost is None else Decimal(cost)
        values["speeds"] = None if speeds is None else _SPEEDS.decode(speeds)
    except (msgspec.DecodeError, ArithmeticError) as error:
        raise StoreError(UNREADABLE) from error
    return Tally(**values)


def _parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
