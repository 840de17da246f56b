"""What offers and models have in common for a dialect that lists either."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from modeldex.domain.listing import Listing
from modeldex.domain.model import Model
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter

STATED, RELEASE_DATE, FIRST_SEEN = "stated", "release_date", "first_seen"
_DAY = 86_400
_EPOCH = date(1970, 1, 1)


class Thing(NamedTuple):
    """An offer, or a model.

    Attributes:
        prices: standard prices of an offer; a model has none of its own.
        is_priced: somebody states what it costs.
    """

    id: str
    name: str
    author: str
    facts: Listing
    first_seen: str
    prices: Mapping[Meter, Decimal]
    is_priced: bool


def of_offer(offer: Offer) -> Thing:
    """Return an offer as a dialect lists it."""
    facts = offer.facts
    name, author = facts.name or facts.provider_model_id, author_of(offer.model_id)
    priced = bool(offer.rates)
    return Thing(offer.id, name, author, facts, offer.first_seen, offer.prices, priced)


def of_model(model: Model) -> Thing:
    """Return a model as a dialect lists it."""
    first_seen = min(one.first_seen for one in model.offers)
    priced = any(one.rates for one in model.offers)
    return Thing(
        model.id, model_name(model), author_of(model.id), model.facts, first_seen, {}, priced
    )


def author_of(model_id: str) -> str:
    """Return the slug of who made a model."""
    return model_id.partition("/")[0]


def model_name(model: Model) -> str:
    """Return what people call a model: its id without the author where nobody says."""
    return model.facts.name or model.id.partition("/")[2]


def released(facts: Listing) -> int | None:
    """Return when it came out by its sources' word, in unix seconds; ``None`` is unknown."""
    return facts.created if facts.created is not None else _release_day(facts.release_date)


def created(facts: Listing, first_seen: str) -> tuple[int, str]:
    """Return a moment in unix seconds for clients that need one, and what it is.

    It is stated, or the release date's midnight (UTC), or that of the day on which it was first
    seen here, which is no statement about the model.
    """
    moment = released(facts)
    if moment is None:
        return midnight(first_seen), FIRST_SEEN
    return moment, RELEASE_DATE if facts.created is None else STATED


def _release_day(text: str | None) -> int | None:
    """Return the first moment of a release date; what is no day is not known."""
    try:
        return None if text is None else midnight(text)
    except ValueError:
        return None


def midnight(day: str) -> int:
    """Return the first moment of an ISO day, UTC, in unix seconds."""
    return (date.fromisoformat(day) - _EPOCH).days * _DAY


def rfc3339(seconds: int) -> str:
    """Return unix seconds as ``2025-02-19T00:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
