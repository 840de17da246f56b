"""What a refresh adds to what is remembered over time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from modeldex.domain.history import Fact
from modeldex.domain.listing import Kept
from modeldex.history.recording import Recorded, Taken, record
from modeldex.history.states import Name, name_of
from modeldex.refresh.suspicion import says_the_same
from modeldex.refresh.world import World
from modeldex.store.base import Changes, GoodAnswer, Store

PATIENCE = 3600  # seconds by which a clock may have gone back without stopping anything


async def with_history(store: Store, changes: Changes, found: World, retire_after: int) -> Changes:
    """Return *changes* with the facts, events and observations that its answers make.

    A source that has rows but was never observed, as in a store of an older modeldex, begins its
    history with them.

    Raises:
        StoreError: the record of truth cannot be read.
    """
    now = recorded_at(found)
    changes = msgspec.structs.replace(changes, recorded_at=now)
    taken = [_taken(one, found, now, retire_after) for one in changes.answers]
    taken += _baselines(changes, found, now)
    if not taken:
        return changes
    believed = by_source(await store.believed([one.source for one in taken]))
    for one in taken:
        changes = joined(changes, record(one, believed.get(one.source, ())))
    return changes


def recorded_at(found: World) -> int:
    """Return the time of this refresh for the record: never before that of the last one.

    A clock that was set back by a little does not matter; the store refuses one that jumped.
    """
    now = int(found.moment.seconds)
    return found.recorded_at if 0 < found.recorded_at - now <= PATIENCE else now


def by_source(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Return facts by the id of their source."""
    grouped: dict[str, list[Fact]] = defaultdict(list)
    for one in facts:
        grouped[one.source].append(one)
    return grouped


def joined(changes: Changes, recorded: Recorded) -> Changes:
    """Return *changes* with what was recorded of one more source."""
    return msgspec.structs.replace(
        changes,
        facts=[*changes.facts, *recorded.facts],
        superseded=[*changes.superseded, *recorded.superseded],
        events=[*changes.events, *recorded.events],
        observations=[*changes.observations, *recorded.observations],
    )


def together(taken: Changes, past: Changes) -> Changes:
    """Return both as one: what a refresh took, and what it took over from the past."""
    return msgspec.structs.replace(
        taken,
        health=[*taken.health, *past.health],
        answers=[*taken.answers, *past.answers],
        facts=[*taken.facts, *past.facts],
        superseded=[*taken.superseded, *past.superseded],
        events=[*taken.events, *past.events],
        observations=[*taken.observations, *past.observations],
    )


def _taken(answer: GoodAnswer, found: World, now: int, retire_after: int) -> Taken:
    source, after = answer.rows.source, answer.rows.rows
    before = found.known.get(source)
    held = () if before is None else before.rows
    return Taken(
        source=source,
        before=held,
        after=after,
        observed_at=min(now, int(answer.observed_at or now)),
        recorded_at=now,
        first=source not in found.observed,
        since=_settled_since(held, after),
        retire_after=retire_after,
    )


def _baselines(changes: Changes, found: World, now: int) -> Iterator[Taken]:
    """Yield that sources nobody observed yet were seen when they answered last."""
    answered = {one.source: one.answered_at for one in changes.health}
    taken = {one.rows.source for one in changes.answers}
    for name, one in found.known.items():
        if one.rows and name not in found.observed | taken:
            seen_at = answered.get(name, one.health.answered_at)
            yield Taken(
                source=name,
                before=(),
                after=one.rows,
                observed_at=min(now, int(seen_at or now)),
                recorded_at=now,
                first=True,
            )


def _settled_since(before: Sequence[Kept], after: Sequence[Kept]) -> Mapping[Name, int]:
    """Return since when the states were stated that were too suspicious to be taken at once."""
    pending = {name_of(one.listing): one.pending for one in before if one.pending is not None}
    if not pending:
        return {}
    return {
        name: int(was.since)
        for one in after
        if one.pending is None
        and (was := pending.get(name := name_of(one.listing))) is not None
        and says_the_same(was.listing, one.listing)
    }
