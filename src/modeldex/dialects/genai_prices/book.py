"""The array of providers, each with the models whose price is known, found by equal ids alone."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from modeldex.dialects.genai_prices import headers, schedule
from modeldex.dialects.losses import Losses
from modeldex.domain.model import Catalog
from modeldex.domain.offer import DEPRECATED, HIDDEN, Offer
from modeldex.domain.provider import Provider

_NAMES = {"bedrock": "aws", "moonshot": "moonshotai", "xai": "x-ai"}  # genai-prices' own ids
_ROUTER = "huggingface-router"
_LONGEST_ID = 100


def providers(catalog: Catalog, losses: Losses) -> list[dict[str, Any]]:
    """Return every provider that has a model with a known price, by id.

    What only a book knows is there, too: a usage of any time is to be billed.
    """
    declared = {one.slug: one for one in catalog.providers}
    offers: dict[str, list[Offer]] = defaultdict(list)
    for one in catalog.offers:
        if one.status != HIDDEN:
            offers[_provider_id(one)].append(one)
    found = (
        _provider(name, declared[ones[0].facts.provider], ones, catalog.date, losses)
        for name, ones in sorted(offers.items())
    )
    return [one for one in found if one["models"]]


def _provider_id(offer: Offer) -> str:
    slug, via = offer.facts.provider, offer.facts.via
    if slug == _ROUTER and via:
        return f"huggingface_{via}"
    return _NAMES.get(slug, slug)


def _provider(
    name: str, said: Provider, offers: Sequence[Offer], today: str, losses: Losses
) -> dict[str, Any]:
    ids = {_name(one).lower() for one in offers}
    taken: set[str] = set()
    models = [_model(one, today, ids, taken, losses) for one in offers]
    own = headers.known().get(name, {})
    if not own:
        says = "Nobody tells genai-prices the addresses of this provider's API; none matches."
        losses.add("no_api_pattern", says, name)
    names = [{"equals": one} for one in dict.fromkeys((name, said.slug, *said.aliases))]
    match = names[0] if len(names) == 1 else {"or": names}
    standing = {"api_pattern": headers.NEVER, "provider_match": match}
    known = [one for one in models if one is not None]
    return {"id": name, "name": said.name, **standing, **own, "models": known}


def _name(offer: Offer) -> str:
    via = offer.facts.via
    return offer.facts.provider_model_id.removesuffix(f":{via}" if via else "")


def _model(
    offer: Offer, today: str, ids: set[str], taken: set[str], losses: Losses
) -> dict[str, Any] | None:
    facts, name = offer.facts, _name(offer)
    priced = schedule.priced(offer, today, losses)
    if priced is None or not _is_callable(name, offer, taken, losses):
        return None
    others = [one for one in facts.aliases if one.lower() not in taken | ids]
    taken.update(one.lower() for one in (name, *others))
    equal = [{"equals": one} for one in (name, *others)]
    known = {
        "name": facts.name,
        "context_window": facts.context_length,
        "deprecated": True if offer.status == DEPRECATED else None,
        "price_variants": priced.variants or None,
    }
    stated = {key: value for key, value in known.items() if value is not None}
    match = equal[0] if len(equal) == 1 else {"or": equal}
    return {"id": name, "match": match, **stated, "prices": priced.prices}


def _is_callable(name: str, offer: Offer, taken: set[str], losses: Losses) -> bool:
    """Return whether the document may have a model of this name."""
    if name.lower() in taken:
        says = "Another model of the provider has the same id but for the case; it is left out."
        losses.add("same_name", says, offer.id)
        return False
    if len(name) > _LONGEST_ID or any(one.isspace() for one in name):
        says = "Its id is longer than 100 characters or has a space; it is left out."
        losses.add("odd_id", says, offer.id)
        return False
    return True
