"""Catalogs that remember: facts and changes made by hand."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.dialects.native import rate_id
from modeldex.domain.history import Change, History, OfferFact
from modeldex.domain.model import Catalog
from modeldex.domain.rate import Meter, Rate

DAY = 86_400
START = 1_767_225_600  # 2026-01-01, UTC
Prices = tuple[str, str] | None


def day(number: float) -> int:
    """Return the moment so many days after the start of 2026."""
    return START + int(number * DAY)


def rates(prices: Prices) -> tuple[Rate, ...]:
    """Return rates for an input and an output token, in USD."""
    meters = (Meter.INPUT, Meter.OUTPUT)
    found = zip(meters, prices or (), strict=False)
    return tuple(Rate(meter=meter, usd=Decimal(usd)) for meter, usd in found)


def name_of(prices: Prices) -> str | None:
    """Return the id of these rates."""
    return rate_id(rates(prices))


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as tests state it: days, and prices instead of the id of a rate set."""

    offer: str
    since: float | None = None
    until: float | None = None
    prices: Prices = None
    source: str = ""
    own: bool = True
    weight: int | None = None
    learned: float = 0.0
    believed_until: float | None = None

    @property
    def built(self) -> OfferFact:
        """The fact as a catalog has it."""
        usual = (0 if self.own else 1) + (0 if self.prices else 1000)
        return OfferFact(
            offer=self.offer,
            source=self.source or (self.offer.partition("/")[0] if self.own else "book"),
            own=self.own,
            weight=usual if self.weight is None else self.weight,
            rate_id=name_of(self.prices),
            valid_from=_moment(self.since),
            valid_until=_moment(self.until),
            recorded_at=day(self.learned),
            superseded_at=_moment(self.believed_until),
        )


def change(number: int, kind: str, offer: str | None, model: str, **facts: Any) -> Change:
    """Return a change that happened, and was learned, on the day of its number."""
    given = {
        "provider": (offer or "acme").partition("/")[0],
        "source": (offer or "acme").partition("/")[0],
        "happened_at": day(number),
        "recorded_at": day(number),
        **facts,
    }
    for side in ("old", "new"):
        if given.get(side) is not None:
            given[side] = msgspec.Raw(msgspec.json.encode(given[side]))
    return Change(number=number, kind=kind, offer=offer, model=model, **given)


def remembering(
    catalog: Catalog, facts: Iterable[Fact] = (), changes: Iterable[Change] = ()
) -> Catalog:
    """Return *catalog* with a history."""
    stated = tuple(facts)
    sets = {name_of(one.prices): rates(one.prices) for one in stated}
    history = History(
        facts=tuple(sorted((one.built for one in stated), key=lambda one: one.offer)),
        changes=tuple(changes),
        rate_sets={name: found for name, found in sets.items() if name is not None},
    )
    return msgspec.structs.replace(catalog, history=history)


def _moment(days: float | None) -> int | None:
    return None if days is None else day(days)
