"""The rows of new-api's documents: models with prices, models with what is known, vendors."""

from collections.abc import Iterable, Iterator
from typing import Any

from modeldex.dialects.new_api.ratios import BY_CALL, BY_TOKENS, TIERED, Priced
from modeldex.dialects.sheet import MILLION, times
from modeldex.dialects.spellings import spellings
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter

_PER_MILLION = {
    Meter.INPUT: "price_per_m_input",
    Meter.OUTPUT: "price_per_m_output",
    Meter.CACHE_READ: "price_per_m_cache_read",
    Meter.CACHE_WRITE: "price_per_m_cache_write",
}
_RATIOS = {
    "model_ratio": "ratio_model",
    "completion_ratio": "ratio_completion",
    "cache_ratio": "ratio_cache",
}


def vendors(catalog: Catalog) -> list[str]:
    """Return the authors of the models that are shown."""
    return sorted({author(one) for one in catalog.offers if one.is_active})


def author(offer: Offer) -> str:
    """Return who made the model of an offer."""
    return offer.model_id.partition("/")[0]


def pricing(one: Priced, numbers: dict[str, int]) -> dict[str, Any]:
    """Return a row of ``/api/pricing``.

    Args:
        numbers: of the vendors.
    """
    row: dict[str, Any] = {
        "model_name": spellings(one.offer)[0],
        "description": one.offer.facts.description or "",
        "icon": one.offer.facts.logo_url or "",
        "tags": "",
        "vendor_id": numbers[author(one.offer)],
        "quota_type": BY_TOKENS if one.by_call is None else BY_CALL,
        "owner_by": author(one.offer),
        "enable_groups": ["default"],
        "supported_endpoint_types": [],
        **one.ratios,
    }
    if one.by_call is not None:
        row["model_price"] = one.by_call
    if one.expression is not None:
        row |= {"billing_mode": TIERED, "billing_expr": one.expression}
    return row


def models(catalog: Catalog, priced: Iterable[Priced]) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``/api/newapi/models.json``; an unknown price has no key."""
    known = {one.offer.id: one for one in priced}
    for offer in catalog.offers:
        if offer.is_active:
            found = known.get(offer.id)
            for name in spellings(offer):
                yield {**_model(offer, name), **(_costs(found) if found is not None else {})}


def _model(offer: Offer, name: str) -> dict[str, Any]:
    return {
        "model_name": name,
        "description": offer.facts.description or "",
        "icon": offer.facts.logo_url or "",
        "tags": "",
        "vendor_name": author(offer),
        "endpoints": None,
        "name_rule": 0,
        "status": 1,
    }


def _costs(one: Priced) -> dict[str, Any]:
    known = [(key, one.prices.get(meter)) for meter, key in _PER_MILLION.items()]
    found = {key: times(usd, MILLION) for key, usd in known if usd is not None}
    return found | {_RATIOS[key]: one.ratios[key] for key in _RATIOS if key in one.ratios}
