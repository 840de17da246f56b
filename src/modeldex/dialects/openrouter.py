"""OpenRouter's list of models, and the endpoints of each: one for an offer and a service tier."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from modeldex.dialects import openrouter_prices, things
from modeldex.dialects.losses import Losses
from modeldex.domain.listing import Listing
from modeldex.domain.model import Model
from modeldex.domain.offer import AVAILABLE, Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Rate, standard
from modeldex.normalize.modalities import arrow
from modeldex.pricing import effective

NAME = "openrouter"
OPENING = b'{"data":['
PARAMETERS = frozenset({
    "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty",
    "repetition_penalty", "max_tokens", "max_completion_tokens", "logit_bias", "logprobs",
    "top_logprobs", "prediction", "seed", "response_format", "structured_outputs", "stop",
    "tools", "tool_choice", "parallel_tool_calls", "include_reasoning", "reasoning",
    "reasoning_effort", "web_search_options", "verbosity",
})  # fmt: skip
_INPUTS = {one: one for one in ("text", "image", "file", "audio", "video")}
_OUTPUTS = {
    "embedding": "embeddings",
    **{one: one for one in ("text", "image", "audio", "video", "rerank", "speech")},
}
_QUANTIZATIONS = ("int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32")
_PERCENTILES = ("p50", "p75", "p90", "p99")
_DAY = len("2026-01-01")
_LIVE = 0


def closing(total: int, following: str | None) -> bytes:
    """Return the bytes that follow the rows of a page of *total* in all.

    Args:
        following: the next page's address.
    """
    return b"]," + msgspec.json.encode({"total_count": total, "links": {"next": following}})[1:]


def row(model: Model, today: str, losses: Losses) -> dict[str, Any] | None:
    """Return a model, at what its cheapest offer with both text prices costs.

    ``None`` leaves it out: no such offer is known, and a price is not made up.
    """
    shown = [one for one in model.offers if one.is_active]
    unheard = Losses()  # the endpoints' own losses are counted where they are listed
    for offer in shown:
        found = openrouter_prices.pricing(offer.prices, _ordinary(offer, today), "", unheard)
        if found is not None:
            return _row(model, offer, shown, found, losses)
    if shown:
        says = "no offer states what text costs both in and out, so the model is left out"
        losses.add("not_priced", says, model.id)
    return None


def may_make_text(model: Model) -> bool:
    """Return whether a shown offer makes text, or does not say what it makes."""
    said = (one.facts.output_modalities for one in model.offers if one.is_active)
    return any(not outputs or "text" in outputs for outputs in said)


def head(model: Model) -> dict[str, Any]:
    """Return what stands before the ``endpoints`` of a model."""
    first_seen = min(one.first_seen for one in model.offers)
    return {
        "id": model.id,
        "name": things.model_name(model),
        "created": things.created(model.facts, first_seen)[0],
        "description": model.facts.description or "",
        "architecture": _architecture(model.facts),
    }


def endpoints(
    offer: Offer, model: Model, provider: Provider, today: str, losses: Losses
) -> list[dict[str, Any]]:
    """Return an offer as an endpoint, and one more for each service tier with prices.

    There is none without prices or without a context: both have no word for unknown.
    """
    facts = offer.facts
    if facts.context_length is None:
        losses.add("no_context", "its context is not known, so it is no endpoint", offer.id)
        return []
    found = []
    for tier, rates in _tiers(offer, today).items():
        prices = offer.prices if tier is None else standard(tuple(rates), today)
        priced = openrouter_prices.pricing(prices, rates, offer.id, losses)
        if priced is not None:
            found.append(_endpoint(offer, model, provider, (tier, priced), losses))
        else:
            what = "it" if tier is None else f"{tier} of it"
            says = f"what text costs both in and out is not known, so {what} is no endpoint"
            losses.add("no_price", says, offer.id)
    return found


def provider_row(provider: Provider) -> dict[str, Any]:
    """Return a provider; its policies are not known here."""
    unknown = (
        "privacy_policy_url", "terms_of_service_url", "status_page_url", "headquarters",
        "datacenters",
    )  # fmt: skip
    return {"name": provider.name, "slug": provider.slug, **dict.fromkeys(unknown)}


def _row(
    model: Model, top: Offer, shown: list[Offer], pricing: dict[str, Any], losses: Losses
) -> dict[str, Any]:
    facts = model.facts
    _count(model, losses)
    return {
        **head(model),
        "canonical_slug": model.id,
        "context_length": facts.context_length,
        "hugging_face_id": facts.hugging_face_id,
        "pricing": pricing,
        "top_provider": {
            "context_length": top.facts.context_length,
            "max_completion_tokens": top.facts.max_output_tokens,
            "is_moderated": False,
        },
        "per_request_limits": None,
        "supported_parameters": _parameters(facts),
        "default_parameters": None,
        "supported_voices": None,
        "knowledge_cutoff": _day(facts.knowledge_cutoff),
        "expiration_date": _expiry(shown),
        "links": {"details": f"/api/v1/models/{model.id}/endpoints"},
    }


def _count(model: Model, losses: Losses) -> None:
    facts = model.facts
    says = "who moderates is not known: is_moderated is false, which here means not known"
    losses.add("moderation", says, model.id)
    if things.released(facts) is None:
        says = "when it came out is not known: created is the day on which it was first seen"
        losses.add("created", says, model.id)
    if facts.knowledge_cutoff is not None and _day(facts.knowledge_cutoff) is None:
        says = "a knowledge cutoff without a day has no place, so it is null"
        losses.add("knowledge_cutoff", says, model.id)
    if set(facts.supported_parameters or ()) - PARAMETERS:
        losses.add("parameters", "parameters outside its vocabulary have no place", model.id)
    words = {*(facts.input_modalities or ())} - _INPUTS.keys()
    if words or {*(facts.output_modalities or ())} - _OUTPUTS.keys():
        losses.add("modalities", "modalities outside its vocabulary have no place", model.id)


def _endpoint(
    offer: Offer,
    model: Model,
    provider: Provider,
    tier: tuple[str | None, dict[str, Any]],
    losses: Losses,
) -> dict[str, Any]:
    facts, (service, pricing) = offer.facts, tier
    says = "whether it caches by itself is not known: false, which here means not known"
    losses.add("caching", says, offer.id)
    return {
        "name": f"{provider.name} | {model.id}{f' ({service})' if service else ''}",
        "model_id": model.id,
        "model_name": things.model_name(model),
        "context_length": facts.context_length,
        "pricing": pricing,
        "provider_name": provider.name,
        "tag": "/".join(filter(None, (provider.slug, facts.via, *offer.editions, service))),
        "quantization": next((one for one in _QUANTIZATIONS if one in offer.variants), None),
        "max_completion_tokens": facts.max_output_tokens,
        "max_prompt_tokens": None,
        "supported_parameters": _parameters(facts),
        "supports_implicit_caching": False,
        **({"status": _LIVE} if offer.status == AVAILABLE else {}),
        **_observed(offer, service, losses),
    }


def _observed(offer: Offer, service: str | None, losses: Losses) -> dict[str, Any]:
    """Return what is observed of an offer: of the last day, and of its ordinary tier."""
    seen = None if service is not None else offer.observed
    uptime = seen.uptime.get("24h") if seen else None
    latency = _percentiles(seen.first_token_ms if seen else {}, offer.id, losses)
    throughput = _percentiles(seen.throughput if seen else {}, offer.id, losses)
    return {
        "uptime_last_5m": None,
        "uptime_last_30m": None,
        "uptime_last_1d": None if uptime is None else round(uptime * 100, 4),
        "latency_last_30m": latency,
        "throughput_last_30m": throughput,
    }


def _percentiles(known: Mapping[str, float], name: str, losses: Losses) -> dict[str, float] | None:
    """Return the four percentiles, ``None`` unless all are known."""
    if set(_PERCENTILES) <= known.keys():
        return {one: known[one] for one in _PERCENTILES}
    if known:
        losses.add("percentiles", "a speed without all of its four percentiles is null", name)
    return None


def _tiers(offer: Offer, today: str) -> dict[str | None, list[Rate]]:
    """Return the rates in force today by service tier, the ordinary one first."""
    rates = effective.in_force(offer.rates, things.midnight(today))
    return {None: [], **openrouter_prices.by_tier(rates)}


def _ordinary(offer: Offer, today: str) -> list[Rate]:
    return _tiers(offer, today)[None]


def _architecture(facts: Listing) -> dict[str, Any]:
    return {
        "modality": arrow(facts.input_modalities, facts.output_modalities),
        "input_modalities": list(_words(facts.input_modalities, _INPUTS)),
        "output_modalities": list(_words(facts.output_modalities, _OUTPUTS)),
        **({"tokenizer": facts.tokenizer} if facts.tokenizer else {}),
        "instruct_type": facts.instruct_type,
    }


def _words(said: Iterable[str] | None, known: Mapping[str, str]) -> Iterator[str]:
    return (known[one] for one in said or () if one in known)


def _parameters(facts: Listing) -> list[str]:
    return [one for one in facts.supported_parameters or () if one in PARAMETERS]


def _day(period: str | None) -> str | None:
    return period if period is not None and len(period) == _DAY else None


def _expiry(shown: Iterable[Offer]) -> str | None:
    """Return when the last offer goes; ``None`` while one of them has no such day."""
    days = [one.facts.expiration_date for one in shown]
    known = [one for one in days if one is not None]
    return max(known) if known and len(known) == len(days) else None
