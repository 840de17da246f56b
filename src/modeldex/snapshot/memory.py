"""What a snapshot holds of the past: rate sets, facts and changes as rows of its tables."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from modeldex.dialects import native
from modeldex.domain.history import History, OfferFact
from modeldex.domain.model import Catalog
from modeldex.domain.offer import HIDDEN
from modeldex.domain.rate import Meter, Rate, standard
from modeldex.snapshot import traits
from modeldex.snapshot.schema import ALWAYS, NEVER

_encode = msgspec.json.Encoder().encode


class RateSet(NamedTuple):
    """A set of rates with its standard prices."""

    id: str
    rates: tuple[Rate, ...]
    prices: dict[Meter, Decimal]


def sorted_facts(history: History) -> list[OfferFact]:
    """Return facts by offer, those of an offer in the order in which they are believed."""
    return sorted(history.facts, key=_strength)


def write(
    connection: sqlite3.Connection,
    catalog: Catalog,
    changes: Iterable[bytes],
    sets: Sequence[RateSet],
    prices: Mapping[Decimal | None, int],
) -> None:
    """Write what *catalog* remembers.

    Args:
        changes: the finished rows of its changes.
        sets: its sets of rates.
        prices: the number of every price.
    """
    numbers = {one.id: number for number, one in enumerate(sets)}
    connection.executemany("insert into rate_sets values (?, ?, ?, ?, ?)", _ranked(sets, prices))
    connection.executemany("insert into rate_native values (?, ?, ?)", _bodies(sets))
    connection.executemany(
        "insert into facts values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _facts(catalog, numbers)
    )
    connection.executemany("insert into hidden values (?)", _hidden(catalog))
    connection.executemany(
        "insert into changes values (?, ?, ?, ?, ?, ?, ?, ?, ?)", _changes(catalog.history)
    )
    connection.executemany("insert into change_native values (?, ?)", enumerate(changes))


def _strength(fact: OfferFact) -> tuple[str, int, str, int, int, int]:
    begun = ALWAYS if fact.valid_from is None else fact.valid_from
    ended = NEVER if fact.superseded_at is None else fact.superseded_at
    return fact.offer, fact.weight, fact.source, begun, fact.recorded_at, ended


def rate_sets(catalog: Catalog) -> Iterator[RateSet]:
    """Yield every set that a fact or a row names, by id."""
    found = dict(catalog.history.rate_sets)
    for offer in catalog.offers:
        if (name := native.rate_id(offer.rates)) is not None:
            found[name] = offer.rates
    for name in sorted(found):
        yield RateSet(name, found[name], standard(found[name], catalog.date))


def _ranked(
    sets: Sequence[RateSet], prices: Mapping[Decimal | None, int]
) -> Iterator[tuple[object, ...]]:
    for number, one in enumerate(sets):
        known = (prices.get(one.prices.get(meter)) for meter in (Meter.INPUT, Meter.OUTPUT))
        yield number, one.id, *known, traits.free(one.prices)


def _bodies(sets: Sequence[RateSet]) -> Iterator[tuple[object, ...]]:
    for number, one in enumerate(sets):
        rates = [native.rate_value(rate) for rate in one.rates]
        yield number, _encode(rates), _encode(native.pricing(one.prices))


def _facts(catalog: Catalog, numbers: dict[str, int]) -> Iterator[tuple[object, ...]]:
    providers = {one.slug: number for number, one in enumerate(catalog.providers)}
    offers = {
        one.id: (rank, providers[one.facts.provider]) for rank, one in enumerate(catalog.offers)
    }
    for place, fact in enumerate(sorted_facts(catalog.history)):
        rank, provider = offers[fact.offer]
        yield (
            rank,
            place,
            provider,
            fact.source,
            fact.own,
            fact.weight,
            None if fact.rate_id is None else numbers[fact.rate_id],
            ALWAYS if fact.valid_from is None else fact.valid_from,
            NEVER if fact.valid_until is None else fact.valid_until,
            fact.recorded_at,
            NEVER if fact.superseded_at is None else fact.superseded_at,
        )


def _hidden(catalog: Catalog) -> Iterator[tuple[int]]:
    return ((rank,) for rank, one in enumerate(catalog.offers) if one.status == HIDDEN)


def _changes(history: History) -> Iterator[tuple[object, ...]]:
    for place, one in enumerate(history.changes):
        named = (one.kind, one.provider, one.offer, one.model)
        yield place, one.number, one.part, *named, one.happened_at, one.recorded_at
