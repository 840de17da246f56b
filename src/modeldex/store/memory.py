"""The store in memory: the reference for the others, and a fake for tests."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from modeldex.domain.history import Event, Fact, Ledger, Observation
from modeldex.domain.listing import SourceRows
from modeldex.domain.tenancy import Standing
from modeldex.store.base import (
    Basis,
    Changes,
    Compacted,
    GoodAnswer,
    Health,
    HeldAnswer,
    Remembered,
    Work,
)
from modeldex.store.checks import FORGOTTEN, check_clock, check_commit, check_superseded
from modeldex.store.memory_desk import MemoryDesk
from modeldex.store.standing import standing

_T = TypeVar("_T", Fact, Event)


class MemoryStore:
    """Remembers until the process ends.

    Attributes:
        desk: its operator's side.
    """

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._answers: dict[str, GoodAnswer] = {}
        self._held: dict[str, HeldAnswer] = {}
        self.desk = MemoryDesk()
        self._facts: dict[int, Fact] = {}
        self._events: dict[int, Event] = {}
        self._observations: list[Observation] = []
        self._last_fact = self._last_event = 0
        self._commit = self._recorded_at = self._horizon = 0

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go of."""

    def work(self) -> Work:
        """Return that nothing was asked: there is no database."""
        return Work()

    async def known(self) -> Remembered:
        """Return what a refresh begins with."""
        return Remembered(
            health=dict(sorted(self._health.items())),
            listings=self._listings(),
            held=dict(sorted(self._held.items())),
            hidden=frozenset(self.desk.offers),
            commit=self._commit,
            recorded_at=self._recorded_at,
            observed=frozenset(self._health) & {one.source for one in self._observations},
            horizon=self._horizon,
            standing=self._standing(),
        )

    async def basis(self, least: int) -> Basis:
        """Return what a build needs; there is no replica."""
        check_commit(self._commit, least)
        ledger = Ledger(
            facts=tuple(self._facts.values()),
            events=tuple(self._events.values()),
            horizon=self._horizon,
        )
        return Basis(
            listings=self._listings(),
            hidden=frozenset(self.desk.offers),
            ledger=ledger,
            commit=self._commit,
            read_from="primary",
            standing=self._standing(),
        )

    async def believed(self, sources: Sequence[str]) -> tuple[Fact, ...]:
        """Return the facts of *sources* that nothing has superseded, sorted by number."""
        wanted = frozenset(sources)
        return tuple(
            one
            for one in self._facts.values()
            if one.source in wanted and one.superseded_at is None
        )

    async def observations(self, source: str) -> tuple[Observation, ...]:
        """Return when a source was observed, in the order of these moments."""
        found = (one for one in self._observations if one.source == source)
        return tuple(sorted(found, key=lambda one: one.observed_at))

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""
        return self._answers.get(source)

    async def save(self, changes: Changes) -> int:
        """Record the outcome of one refresh; return the commit's number."""
        check_clock(self._recorded_at, changes.recorded_at)
        self._supersede(frozenset(changes.superseded), changes.recorded_at)
        self._health |= {one.source: one for one in changes.health}
        self._answers |= {one.rows.source: self._with_pages(one) for one in changes.answers}
        for source in changes.released:
            self._held.pop(source, None)
        self._held |= {one.source: one for one in changes.held}
        self.desk.offers = (self.desk.offers | set(changes.hidden)) - set(changes.shown)
        self._facts |= _numbered(changes.facts, self._last_fact)
        self._events |= _numbered(changes.events, self._last_event)
        self._last_fact += len(changes.facts)
        self._last_event += len(changes.events)
        self._observations += changes.observations
        self._commit, self._recorded_at = self._commit + 1, changes.recorded_at
        return self._commit

    async def compact(self, horizon: int) -> Compacted:
        """Forget what nobody may ask for any more."""
        facts = {n: one for n, one in self._facts.items() if not _is_past(one, horizon)}
        events = {
            n: one
            for n, one in self._events.items()
            if one.kind not in FORGOTTEN or one.recorded_at >= horizon
        }
        removed = Compacted(
            facts=len(self._facts) - len(facts), events=len(self._events) - len(events)
        )
        self._facts, self._events, self._commit = facts, events, self._commit + 1
        self._horizon = max(self._horizon, horizon)
        return removed

    def _standing(self) -> Standing:
        return standing(self.desk.kept.values(), self.desk.number)

    def _listings(self) -> tuple[SourceRows, ...]:
        return tuple(self._answers[source].rows for source in sorted(self._answers))

    def _supersede(self, numbers: frozenset[int], at: int) -> None:
        found = [one for n in numbers if (one := self._facts.get(n)) and one.superseded_at is None]
        check_superseded(len(numbers), len(found))
        for one in found:
            self._facts[one.number] = msgspec.structs.replace(one, superseded_at=at)

    def _with_pages(self, one: GoodAnswer) -> GoodAnswer:
        if one.pages is not None:
            return one
        before = self._answers.get(one.rows.source)
        return msgspec.structs.replace(one, pages=before.pages if before else ())


def _numbered(values: Sequence[_T], last: int) -> dict[int, _T]:
    return {n: msgspec.structs.replace(one, number=n) for n, one in enumerate(values, last + 1)}


def _is_past(one: Fact, horizon: int) -> bool:
    ends = (one.superseded_at, one.valid_until)
    return any(end is not None and end < horizon for end in ends)
