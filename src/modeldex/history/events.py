"""From what differs to the events that tell of it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from modeldex.domain.history import (
    ADDED,
    CAPABILITY,
    LIMIT,
    MOVED,
    PRICE,
    REMOVED,
    RETURNED,
    STATUS,
    Event,
    State,
)
from modeldex.domain.offer import MISSING, RETIRED
from modeldex.history.diff import Difference
from modeldex.history.states import Name
from modeldex.pricing.effective import rate_value

_LIMITS = ("context_length", "max_output_tokens")


class Told(NamedTuple):
    """What an event says, without when and of whom. ``None`` is unknown."""

    kind: str
    field: str | None = None
    old: msgspec.Raw | None = None
    new: msgspec.Raw | None = None


RETIREMENT = Told(
    STATUS,
    None,
    msgspec.Raw(msgspec.json.encode(MISSING)),
    msgspec.Raw(msgspec.json.encode(RETIRED)),
)


class Scene(NamedTuple):
    """Where and when something happened.

    Attributes:
        happened_at: unless *since* says otherwise of a listing.
    """

    source: str
    happened_at: int
    recorded_at: int
    since: Mapping[Name, int] = {}

    def event(self, name: Name, told: Told) -> Event:
        """Return that *told* happened here to the listing with *name*."""
        return Event(
            kind=told.kind,
            source=self.source,
            provider=name[0],
            provider_model_id=name[1],
            field=told.field,
            old=told.old,
            new=told.new,
            happened_at=self.since.get(name, self.happened_at),
            recorded_at=self.recorded_at,
        )


def events(
    found: Iterable[Difference[Name]], known: Mapping[Name, object] | set[Name], scene: Scene
) -> Iterator[Event]:
    """Yield the events that *found* consists of.

    Args:
        known: listings that have been there before; one of them returns.
    """
    for one in found:
        for told in tell(one, was_known=one.key in known):
            yield scene.event(one.key, told)


def tell(found: Difference[Name], *, was_known: bool) -> Iterator[Told]:
    """Yield one coming or going, or each thing that changed in between."""
    if found.old is None:
        yield Told(RETURNED if was_known else ADDED)
    elif found.new is None:
        yield Told(REMOVED)
    else:
        yield from _changes(found.old, found.new)


def _changes(old: State, new: State) -> Iterator[Told]:
    yield from _change(PRICE, None, _prices(old), _prices(new))
    for name in _LIMITS:
        yield from _change(LIMIT, name, getattr(old, name), getattr(new, name))
    for name in sorted({*old.capabilities, *new.capabilities}):
        yield from _change(
            CAPABILITY, name, old.capabilities.get(name), new.capabilities.get(name)
        )
    yield from _change(STATUS, None, old.status, new.status)
    yield from _change(MOVED, None, old.means, new.means)


def _change(kind: str, field: str | None, old: object, new: object) -> Iterator[Told]:
    if old != new:
        yield Told(kind, field, _raw(old), _raw(new))


def _prices(state: State) -> list[dict[str, object]] | None:
    return [rate_value(rate) for rate in state.rates] or None


def _raw(value: object) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(msgspec.json.encode(value))
