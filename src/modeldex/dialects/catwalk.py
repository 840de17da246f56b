"""catwalk's ``/v2/providers``: providers with their chat models, for crush.

Its costs are plain numbers, where a missing one is zero: what has no known price of input and
output is left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from modeldex.dialects import kinds
from modeldex.dialects import sheet as sheets
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import MILLION, Prices, Sheet, times
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import ALWAYS, Meter

_COMPATIBLE = "openai-compat"
_TYPES = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "bedrock",
    "google": "google",
    "openai": "openai",
    "openrouter": "openrouter",
    "vercel-ai-gateway": "vercel",
    "vertex": "google-vertex",
}
_NAMES = {
    "google": "gemini",
    "huggingface-router": "huggingface",
    "vercel-ai-gateway": "vercel",
    "vertex": "vertexai",
}
_COSTS = {
    Meter.INPUT: "cost_per_1m_in",
    Meter.OUTPUT: "cost_per_1m_out",
    Meter.CACHE_WRITE: "cost_per_1m_in_cached",
    Meter.CACHE_READ: "cost_per_1m_out_cached",
}


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield the list of providers."""
    yield "providers", list(_providers(catalog, losses))


def _providers(catalog: Catalog, losses: Losses) -> Iterator[dict[str, Any]]:
    offers: dict[str, list[Offer]] = defaultdict(list)
    for offer in catalog.offers:
        if offer.is_active:
            offers[offer.facts.provider].append(offer)
    for one in catalog.providers:
        kind = _TYPES.get(one.slug, _COMPATIBLE)
        if one.slug in offers and kind == _COMPATIBLE and one.api is None:
            says = "Nobody says where it is called; the provider is left out."
            losses.add("no_address", says, one.slug)
            continue
        found = (_model(offer, catalog.date, losses) for offer in offers[one.slug])
        if models := [model for model in found if model is not None]:
            yield {**_described(one, kind), "models": models}


def _described(one: Provider, kind: str) -> dict[str, Any]:
    known = {
        "api_key": f"${one.env[0]}" if one.env else None,
        "api_endpoint": one.api,
    }
    stated = {name: value for name, value in known.items() if value is not None}
    name = _NAMES.get(one.slug, one.slug)
    return {"name": one.name, "id": name, "type": kind, **stated}


def _model(offer: Offer, today: str, losses: Losses) -> dict[str, Any] | None:
    facts, sheet = offer.facts, sheets.in_force(offer, today)
    prices = sheet.get(ALWAYS, {})
    if (left_out := _why_left_out(offer, prices)) is not None:
        kind, why = left_out
        losses.add(kind, f"{why}; the model is left out.", offer.id)
        return None
    _count(offer, sheet, losses)
    name = facts.name or facts.provider_model_id
    costs = {key: times(prices[one], MILLION) for one, key in _COSTS.items() if one in prices}
    return {"id": facts.provider_model_id, "name": name, **costs, **_abilities(offer, losses)}


def _why_left_out(offer: Offer, prices: Prices) -> tuple[str, str] | None:
    if kinds.kind_of(offer.facts) not in (None, kinds.CHAT):
        return "no_chat", "It is no chat model"
    if not {Meter.INPUT, Meter.OUTPUT} <= prices.keys():
        return "no_price", "Its price is unknown, which would read as 0"
    return None if offer.facts.context_length else ("no_context", "Its context is unknown")


def _count(offer: Offer, sheet: Sheet, losses: Losses) -> None:
    for meter in sheet[ALWAYS].keys() - _COSTS.keys():
        says = "This price has no key; it is left out."
        losses.add(f"no_key_for_{meter.value}", says, offer.id)
    for when in sheet:
        if when != ALWAYS:
            losses.add("no_condition", "Prices under conditions are left out.", offer.id)


def _abilities(offer: Offer, losses: Losses) -> dict[str, Any]:
    facts, said = offer.facts, offer.facts.capabilities
    known = {
        "context_window": facts.context_length,
        "default_max_tokens": facts.max_output_tokens,
        "can_reason": said.get("reasoning"),
        "supports_attachments": said.get("vision"),
    }
    for name, value in known.items():
        if value is None:
            says = f"Nobody says {name}; the key is left out."
            losses.add(f"unknown_{name}", says, offer.id)
    return {name: value for name, value in known.items() if value is not None}
