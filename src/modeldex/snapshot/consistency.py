"""Whether a catalog may be published: what it says of itself must hold together."""

import re
from collections.abc import Iterator
from itertools import pairwise

from modeldex.domain import decimals
from modeldex.domain.ids import offer_id
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.errors import InconsistentCatalog
from modeldex.snapshot import past

PRICE = re.compile(r"[0-9]+(\.[0-9]+)?")


def check(catalog: Catalog) -> None:
    """Do nothing for a consistent catalog.

    Raises:
        InconsistentCatalog: naming what contradicts what.
    """
    problems = [*_references(catalog), *_names(catalog), *_order(catalog), *_prices(catalog)]
    problems += past.problems(catalog)
    if problems:
        raise InconsistentCatalog(problems)


def _references(catalog: Catalog) -> Iterator[str]:
    offers = {one.id: one for one in catalog.offers}
    placed = [offer.id for model in catalog.models for offer in model.offers]
    if sorted(placed) != sorted(offers):
        yield f"what stands under the models is not the {len(offers)} offers"
    for model in catalog.models:
        if not model.offers:
            yield f"model {model.id!r} has no offer"
        for offer in model.offers:
            if offer.model_id != model.id or offers.get(offer.id) != offer:
                yield f"offer {offer.id!r} is not what stands under model {model.id!r}"


def _names(catalog: Catalog) -> Iterator[str]:
    providers = {one.slug for one in catalog.providers}
    for offer in catalog.offers:
        if offer.facts.provider not in providers:
            yield f"offer {offer.id!r} has the unknown provider {offer.facts.provider!r}"
        if offer.id != offer_id(offer.facts.provider, offer.facts.provider_model_id):
            yield f"offer {offer.id!r} is not called as its provider calls it"


def _order(catalog: Catalog) -> Iterator[str]:
    for what, ids in (
        ("offers", [one.id for one in catalog.offers]),
        ("models", [one.id for one in catalog.models]),
    ):
        if any(left >= right for left, right in pairwise(ids)):
            yield f"{what} are not sorted by unique ids"
        if not all(ids):
            yield f"one of the {what} has an empty id"


def _prices(catalog: Catalog) -> Iterator[str]:
    return (problem for offer in catalog.offers for problem in _bad_rates(offer))


def _bad_rates(offer: Offer) -> Iterator[str]:
    for meter, usd in (*((rate.meter, rate.usd) for rate in offer.rates), *offer.prices.items()):
        if not PRICE.fullmatch(decimals.plain(usd)):
            yield f"offer {offer.id!r} has the rate {usd} for {meter.value}"
    if offer.prices and offer.pricing_source is None:
        yield f"offer {offer.id!r} has a price without a source"
