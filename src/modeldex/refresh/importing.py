"""Takes over past answers of sources from files: all of an import, or nothing of it."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.errors import ImportProblem, SourceError
from modeldex.history.past import Answer, Past
from modeldex.history.replay import Replayed, replay
from modeldex.history.states import Name, name_of, present
from modeldex.normalize.listings import normalized
from modeldex.refresh.order import PastFiles
from modeldex.refresh.remembering import by_source, joined, recorded_at
from modeldex.refresh.report import IMPORTED, Outcome
from modeldex.refresh.world import World
from modeldex.sources.archive import Dated, dated, read
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import decode
from modeldex.store.base import Changes, GoodAnswer, Health, Store


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What an import goes by.

    Attributes:
        most_bytes: of one page, unpacked.
        description_length: characters that are kept of a description.
        retire_after: complete answers without a listing until it counts as retired.
    """

    most_bytes: int
    description_length: int
    retire_after: int


async def imported(
    store: Store, files: PastFiles, found: World, limits: Limits
) -> tuple[Changes, list[Outcome]]:
    """Return what the past answers in *files* change, and an outcome for each source.

    Raises:
        ImportProblem: an answer cannot be read or decoded, or belongs to no source.
        HistoryError: an answer contradicts what is known, or itself.
        StoreError: the record of truth cannot be read.
    """
    named = dated(Path(files.path), files.source, lambda name: _resolved(found, name))
    sources = sorted({one.source for one in named})
    believed = by_source(await store.believed(sources))
    changes, outcomes = Changes(recorded_at=recorded_at(found)), []
    for source, group in groupby(named, key=lambda one: one.source):
        declaration = found.registry.by_id[source]
        answers = await asyncio.to_thread(_answers, declaration, list(group), limits)
        past = Past(
            source=source,
            answers=answers,
            known=await store.observations(source),
            held=found.known[source].rows if source in found.known else (),
            recorded_at=changes.recorded_at,
            retire_after=limits.retire_after,
            horizon=found.horizon,
        )
        result = await asyncio.to_thread(replay, past, believed.get(source, ()))
        changes = _with(changes, declaration, past, result, found)
        outcomes.append(_outcome(past, result))
    return changes, outcomes


def _resolved(found: World, name: str) -> str | None:
    declaration = found.registry.resolve(name)
    return None if declaration is None else declaration.id


def _answers(declaration: Declaration, files: Sequence[Dated], limits: Limits) -> list[Answer]:
    return list(_in_turn(declaration, files, limits))


def _in_turn(declaration: Declaration, files: Sequence[Dated], limits: Limits) -> Iterator[Answer]:
    """Yield decoded answers; a listing that stays as it was is held in memory once."""
    last: dict[Name, Listing] = {}
    if declaration.package is not None:
        raise ImportProblem(f"{declaration.id} is an installed package; it has no past answers.")
    for one in files:
        try:
            decoded = decode(
                declaration, tuple(read(file, limits.most_bytes) for file in one.files)
            )
        except SourceError as error:
            raise ImportProblem(
                f"{one.files[0]} is no answer of {one.source}: {error}."
            ) from error
        rows = normalized(decoded.listings, limits.description_length)
        listings = [_shared(row, last) for row in rows]
        complete = not decoded.dropped
        yield Answer(observed_at=one.observed_at, listings=listings, complete=complete)


def _shared(row: Listing, last: dict[Name, Listing]) -> Listing:
    name = name_of(row)
    before = last.get(name)
    if before is not None and before == row:
        return before
    last[name] = row
    return row


def _with(
    changes: Changes, declaration: Declaration, past: Past, result: Replayed, found: World
) -> Changes:
    if result.rows == tuple(past.held) and not result.recorded.observations:
        return changes
    is_known = past.source in found.known
    is_newer = not is_known or present(past.held) != present(result.rows)
    answer = GoodAnswer(
        rows=SourceRows(source=declaration.id, is_book=declaration.book, rows=result.rows),
        pages=() if is_newer else None,
        recorded_at=float(changes.recorded_at),
    )
    health = [_health(found.health(past.source), result.rows)] if is_newer else []
    changes = msgspec.structs.replace(
        changes, answers=[*changes.answers, answer], health=[*changes.health, *health]
    )
    return joined(changes, result.recorded)


def _health(before: Health, rows: Sequence[Kept]) -> Health:
    """The validators and the payload were those of an older answer: the next is seen whole."""
    there = present(rows).values()
    return msgspec.structs.replace(
        before,
        etag=None,
        last_modified=None,
        rows=len(there),
        priced=sum(bool(one.rates) for one in there),
    )


def _outcome(past: Past, result: Replayed) -> Outcome:
    there = present(result.rows).values()
    recorded, taken = result.recorded, len(past.answers) - result.skipped
    return Outcome(
        source=past.source,
        outcome=IMPORTED,
        rows=len(there),
        priced=sum(bool(one.rates) for one in there),
        new=len(result.rows) - len(past.held),
        reason=(
            f"{taken} answers taken over, {result.skipped} known already: "
            f"{len(recorded.facts)} facts, {len(recorded.events)} events"
        ),
    )
