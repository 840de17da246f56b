"""From what each source said over time to what that means for the offers of a catalog."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from modeldex.domain.history import PRICE, Change, Event, Fact, History, Ledger, OfferFact
from modeldex.domain.ids import offer_id
from modeldex.domain.listing import Kept
from modeldex.domain.rate import Rate
from modeldex.history.timeline import Speaker, lives
from modeldex.merge.offers import Testimony
from modeldex.merge.precedence import RATES, ranked

_UNPRICED = 1000  # is heavier than every priced place
Key = tuple[str, str, str]  # a source, a provider, and the id that the source uses


class Place(NamedTuple):
    """Where a listing stands among those that speak of an offer; the lowest is believed first.

    Attributes:
        counts: whether it decides what there is, and what it can do.
        prices: whether it decides what it costs today.
    """

    offer: str
    place: int
    own: bool
    counts: bool
    prices: bool


def attach(ledger: Ledger, said: Sequence[Testimony], models: Mapping[str, str]) -> History:
    """Return the history of a catalog.

    Args:
        said: what is said of each offer, by whom.
        models: the model of each offer, by ids.
    """
    places: dict[Key, list[Place]] = defaultdict(list)
    for one in said:
        for key, place in _places(one):
            places[key].append(place)
    facts = [_fact(one, place) for one in ledger.facts for place in places.get(one.key, ())]
    facts.sort(key=lambda one: (one.offer, one.source, one.recorded_at, one.valid_from or 0))
    changes = [
        _change(one, part, place, models)
        for one in ledger.events
        for part, place in enumerate(places.get(_key(one), ()))
    ]
    of_models = lives(changes, _listings(said, models))
    changes = sorted((*changes, *of_models), key=lambda one: (one.number, one.part))
    return History(
        facts=tuple(facts),
        changes=tuple(changes),
        rate_sets=_rate_sets(ledger.facts),
        horizon=ledger.horizon,
    )


def _places(said: Testimony) -> Iterator[tuple[Key, Place]]:
    """Yield who speaks of an offer; a source that does so twice stands at its best place."""
    offer = offer_id(said.provider, said.provider_model_id)
    books = ranked(said.books, RATES.subject, lambda row: row.listing.source)
    rows = {_name(row): row for row in reversed((*said.own, *books, *said.former))}
    ordered = dict(reversed(rows.items()))
    pricing = next((key for key, row in ordered.items() if row.listing.rates), None)
    own = {_name(row) for row in said.own}
    for place, key in enumerate(ordered):
        counts = key in own or (place == 0 and not own)
        yield key, Place(offer, place, key in own, counts, key == pricing)


def _name(row: Kept) -> Key:
    return row.listing.source, row.listing.provider, row.listing.provider_model_id


def _key(event: Event) -> Key:
    return event.source, event.provider, event.provider_model_id


def _fact(fact: Fact, place: Place) -> OfferFact:
    return OfferFact(
        offer=place.offer,
        source=fact.source,
        own=place.own,
        weight=place.place if fact.rate_id is not None else _UNPRICED + place.place,
        rate_id=fact.rate_id,
        valid_from=fact.valid_from,
        valid_until=fact.valid_until,
        recorded_at=fact.recorded_at,
        superseded_at=fact.superseded_at,
    )


def _change(event: Event, part: int, place: Place, models: Mapping[str, str]) -> Change:
    return Change(
        number=event.number,
        part=part,
        kind=event.kind,
        source=event.source,
        provider=event.provider,
        offer=place.offer,
        model=models[place.offer],
        decisive=place.prices if event.kind == PRICE else place.counts,
        field=event.field,
        old=event.old,
        new=event.new,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
    )


def _listings(said: Sequence[Testimony], models: Mapping[str, str]) -> dict[str, list[Speaker]]:
    """Return whose comings and goings decide whether a model is there, by its id."""
    found: dict[str, list[Speaker]] = defaultdict(list)
    for one in said:
        offer = offer_id(one.provider, one.provider_model_id)
        books = () if one.listed else (*one.books, *one.former)
        found[models[offer]] += [(row.listing.source, offer) for row in one.own or books]
    return found


def _rate_sets(facts: Sequence[Fact]) -> dict[str, tuple[Rate, ...]]:
    found = {one.rate_id: one.state.rates for one in facts if one.rate_id is not None}
    return dict(sorted(found.items()))
