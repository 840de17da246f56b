"""A small store of facts for tests, and listings whose prices are easy to read."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain.history import Event, Fact, Observation, State
from modeldex.domain.listing import Kept, Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.history.recording import Recorded, Taken, record

DAY = 86_400
SOURCE = "acme"
Said = tuple[str, int | None, int | None]  # what was said, from when until when


def rate(usd: str, begins: str | None = None, ends: str | None = None, **when: Any) -> Rate:
    """Return a rate for input tokens; dates are ISO."""
    if not (begins or ends or when):
        return Rate(meter=Meter.INPUT, usd=Decimal(usd), when=ALWAYS)
    dated = Conditions(valid_from=begins, valid_until=ends, **when)
    return Rate(meter=Meter.INPUT, usd=Decimal(usd), when=dated)


def listing(native: str, *rates: Rate | str, **facts: object) -> Listing:
    """Return a listing of acme's; a text is an undated price."""
    found = tuple(rate(one) if isinstance(one, str) else one for one in rates)
    given = {"source": SOURCE, "provider": SOURCE, "provider_model_id": native, "rates": found}
    return msgspec.convert({**given, **facts}, Listing)


def kept(one: Listing, missing: int = 0) -> Kept:
    """Return a row that a source holds."""
    return Kept(listing=one, first_seen="2026-01-01", last_changed="2026-01-01", missing=missing)


class Book:
    """Remembers what is recorded, as a store does; facts are numbered as they come."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.events: list[Event] = []
        self.observations: list[Observation] = []

    @property
    def believed(self) -> list[Fact]:
        """Return what nothing has superseded."""
        return [one for one in self.facts if one.superseded_at is None]

    def take(self, recorded: Recorded, recorded_at: int) -> Recorded:
        """Remember *recorded*, and return it; a number that is not believed is an error."""
        open_ = {one.number: place for place, one in enumerate(self.facts) if one in self.believed}
        for number in recorded.superseded:
            place = open_.pop(number)
            self.facts[place] = msgspec.structs.replace(
                self.facts[place], superseded_at=recorded_at
            )
        for fact in recorded.facts:
            assert fact.recorded_at == recorded_at
            self.facts.append(msgspec.structs.replace(fact, number=len(self.facts) + 1))
        self.events += recorded.events
        self.observations += recorded.observations
        return recorded

    def periods(self, name: str, known_at: int | None = None) -> list[Said]:
        """Return the prices that are believed of a listing over time."""
        found = [
            (_prices(one.state), one.valid_from, one.valid_until)
            for one in self._believed(known_at)
            if one.provider_model_id == name
        ]
        return sorted(found, key=lambda one: -(2**62) if one[1] is None else one[1])

    def content(self, known_at: int | None = None) -> dict[tuple[str, int | None], object]:
        """Return all that is believed, without when it was learned."""
        return {
            (one.provider_model_id, one.valid_from): (one.state, one.rate_id, one.valid_until)
            for one in self._believed(known_at)
        }

    def _believed(self, known_at: int | None) -> Iterable[Fact]:
        if known_at is None:
            return self.believed
        return [
            one
            for one in self.facts
            if one.recorded_at <= known_at
            and (one.superseded_at is None or known_at < one.superseded_at)
        ]


class Live:
    """A source that is observed again and again, its rows kept as the guard keeps them."""

    def __init__(self) -> None:
        self.book, self.rows = Book(), tuple[Kept, ...]()

    def see(
        self, moment: int, *listings: Listing, since: Mapping[tuple[str, str], int] | None = None
    ) -> Recorded:
        """Record a complete answer."""
        names = {one.provider_model_id for one in listings}
        gone = [
            kept(one.listing, min(one.missing + 1, 3))
            for one in self.rows
            if one.listing.provider_model_id not in names
        ]
        return self.keep(moment, (*map(kept, listings), *gone), since or {})

    def keep(
        self, moment: int, after: Sequence[Kept], since: Mapping[tuple[str, str], int]
    ) -> Recorded:
        """Record that *after* is held from now on."""
        taken = Taken(
            source=SOURCE,
            before=self.rows,
            after=after,
            observed_at=moment,
            recorded_at=moment,
            first=not self.book.observations,
            since=since,
        )
        self.rows = tuple(after)
        return self.book.take(record(taken, self.book.believed), moment)


def told(events: Iterable[Event]) -> list[str]:
    """Return events as short sentences."""
    return [_sentence(one) for one in events]


def overlapping(facts: Sequence[Fact]) -> list[tuple[Fact, Fact]]:
    """Return pairs of facts of one listing that hold, and are believed, at once."""
    return [
        (one, other)
        for place, one in enumerate(facts)
        for other in facts[place + 1 :]
        if one.key == other.key
        and _meet(one.valid_from, one.valid_until, other.valid_from, other.valid_until)
        and _meet(one.recorded_at, one.superseded_at, other.recorded_at, other.superseded_at)
    ]


def _meet(begins: int | None, ends: int | None, other: int | None, until: int | None) -> bool:
    first, last = -(2**62), 2**62
    began = max(first if one is None else one for one in (begins, other))
    return began < min(last if one is None else one for one in (ends, until))


def _prices(state: State) -> str:
    return " ".join(f"{one.usd}" for one in state.rates) or "none"


def _sentence(event: Event) -> str:
    parts = (event.provider_model_id, event.kind, event.field)
    values = [b"" if one is None else bytes(one) for one in (event.old, event.new)]
    change = f"{values[0].decode()}>{values[1].decode()}" if any(values) else ""
    at = f"@{event.happened_at}"
    return " ".join(one for one in (*parts, change, at) if one)
