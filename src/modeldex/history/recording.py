"""From one observation of one source to what the store must append."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

import msgspec

from modeldex.domain.history import Event, Fact, Observation, State
from modeldex.domain.listing import Kept, Listing
from modeldex.domain.moments import written
from modeldex.errors import HistoryError
from modeldex.history import diff, periods, states
from modeldex.history.events import RETIREMENT, Scene, events
from modeldex.history.states import Name


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of a source that was taken. Times: unix seconds.

    Attributes:
        before, after: what was held, and what is held from now on.
        next_at: when the source was next observed; ``None`` where nothing later is known.
        first: nothing of the source is remembered yet: facts are made, but no events.
        since: when a listing was first seen in its new state, where it was not believed at once.
        retire_after: complete answers without a listing until it counts as retired.
    """

    source: str
    before: Sequence[Kept]
    after: Sequence[Kept]
    observed_at: int
    recorded_at: int
    next_at: int | None = None
    first: bool = False
    since: Mapping[Name, int] = {}
    retire_after: int = 3


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What the store must append, and the numbers of the facts that are believed no more."""

    facts: tuple[Fact, ...] = ()
    superseded: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()


def record(taken: Taken, believed: Iterable[Fact]) -> Recorded:
    """Return what an observation adds to what is *believed* of its source.

    Raises:
        HistoryError: it is in the future of ``recorded_at``, or not before ``next_at``.
    """
    _check(taken)
    was = {} if taken.first else states.present(taken.before)
    now = states.present(taken.after)
    names = states.differing(was, now)
    held = grouped(believed, set(names)) if names else {}
    dated = {name: _since(taken, name, held.get(name, ())) for name in names}
    facts, superseded = _facts(taken, now, held, dated)
    return Recorded(
        facts=tuple(facts),
        superseded=tuple(sorted(superseded)),
        events=() if taken.first else tuple(_events(taken, was, now, dated)),
        observations=(observed(taken, now.values()),),
    )


def grouped(facts: Iterable[Fact], names: Container[Name] | None = None) -> dict[Name, list[Fact]]:
    """Return the facts that are believed, by listing; only of those with *names* where given."""
    found: dict[Name, list[Fact]] = defaultdict(list)
    for one in facts:
        name = one.provider, one.provider_model_id
        if one.superseded_at is None and (names is None or name in names):
            found[name].append(one)
    return found


def observed(taken: Taken, listings: Iterable[Listing]) -> Observation:
    """Return that an answer with *listings* was taken."""
    rows = list(listings)
    return Observation(
        source=taken.source,
        observed_at=taken.observed_at,
        recorded_at=taken.recorded_at,
        digest=states.digest(rows),
        rows=len(rows),
    )


def blank(source: str, name: Name, recorded_at: int) -> Fact:
    """Return a fact about a listing that says nothing yet."""
    return Fact(
        source=source,
        provider=name[0],
        provider_model_id=name[1],
        state=State(),
        rate_id=None,
        valid_from=None,
        recorded_at=recorded_at,
    )


def _check(taken: Taken) -> None:
    moment = f"The answer of {taken.source} at {written(taken.observed_at)}"
    if taken.observed_at > taken.recorded_at:
        now = written(taken.recorded_at)
        raise HistoryError(f"{moment} is from the future: it is now {now}. Check the clock.")
    if taken.next_at is not None and taken.next_at <= taken.observed_at:
        after = written(taken.next_at)
        raise HistoryError(f"{moment} is not before the next one at {after}. Give them in order.")


def _since(taken: Taken, name: Name, facts: Iterable[Fact]) -> int:
    """Return from when on a listing is in its new state: never before its last known change."""
    since = min(taken.since.get(name, taken.observed_at), taken.observed_at)
    span = next(
        (one for one in periods.spans(facts) if one.begins <= taken.observed_at < one.ends), None
    )
    return taken.observed_at if span is None else max(since, span.begins)


def _facts(
    taken: Taken,
    now: Mapping[Name, Listing],
    held: Mapping[Name, Sequence[Fact]],
    dated: Mapping[Name, int],
) -> tuple[list[Fact], list[int]]:
    facts, superseded = list[Fact](), list[int]()
    for name, since in dated.items():
        said = states.said(now[name]) if name in now else None
        old, new = periods.record(
            held.get(name, ()),
            periods.claims(said, since, taken.next_at),
            blank(taken.source, name, taken.recorded_at),
        )
        superseded += old
        facts += new
    return facts, superseded


def _events(
    taken: Taken,
    was: Mapping[Name, Listing],
    now: Mapping[Name, Listing],
    dated: Mapping[Name, int],
) -> Iterator[Event]:
    absent = [one for one in taken.after if one.missing]
    if not (dated or absent):
        return
    scene = Scene(taken.source, taken.observed_at, taken.recorded_at, dated)
    known = {states.name_of(one.listing): one.missing for one in taken.before}
    found = diff.changes(_said(was, dated), _said(now, dated))
    yield from events(found, known, scene)
    for one in absent:
        name = states.name_of(one.listing)
        if known.get(name, one.missing) < taken.retire_after <= one.missing:
            yield scene.event(name, RETIREMENT)


def _said(listings: Mapping[Name, Listing], names: Iterable[Name]) -> dict[Name, State]:
    return {name: states.said(listings[name]) for name in names if name in listings}
