"""The native dialect: a superset of OpenAI's list and of OpenRouter's fields."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain import decimals
from modeldex.domain.listing import Listing
from modeldex.domain.model import Model
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter
from modeldex.normalize.modalities import arrow
from modeldex.pricing import effective

_CORE = ("reasoning", "streaming", "structured_output", "tools", "vision")
_PRICE_KEYS = {
    Meter.INPUT: "prompt",
    Meter.OUTPUT: "completion",
    Meter.REQUEST: "request",
    Meter.IMAGE: "image",
    Meter.CACHE_READ: "input_cache_read",
    Meter.CACHE_WRITE: "input_cache_write",
    Meter.CACHE_WRITE_1H: "input_cache_write_1h",
    Meter.REASONING: "internal_reasoning",
    Meter.WEB_SEARCH: "web_search",
    Meter.INPUT_AUDIO: "audio",
    Meter.OUTPUT_AUDIO: "audio_output",
    Meter.CACHE_READ_AUDIO: "input_audio_cache",
    Meter.INPUT_IMAGE: "image_token",
    Meter.OUTPUT_IMAGE: "image_output",
}
rate_value, rate_id = effective.rate_value, effective.rate_id


def offer_row(offer: Offer, provider: Provider) -> dict[str, Any]:
    """Return an offer as a row of the flat list."""
    facts = offer.facts
    return {
        "id": offer.id,
        "object": "model",
        "created": facts.created,
        "owned_by": offer.model_id.partition("/")[0],
        "canonical_slug": offer.model_id,
        "base": offer.base,
        "variants": list(offer.variants),
        "editions": list(offer.editions),
        "identified_by": dict(zip(("evidence", "text"), offer.identified_by, strict=True)),
        "name": facts.name or facts.provider_model_id,
        "description": facts.description,
        "provider_slug": facts.provider,
        "source_gateway": facts.provider,
        "provider_model_id": facts.provider_model_id,
        "via": facts.via,
        "visibility": offer.visibility,
        **_limits(facts),
        "pricing": pricing(offer.prices),
        "pricing_source": offer.pricing_source,
        "rates": [rate_value(rate) for rate in offer.rates],
        "rate_id": rate_id(offer.rates),
        **_abilities(facts),
        "is_free": offer.is_free,
        "is_private": facts.is_private,
        "open_weights": facts.open_weights,
        "hugging_face_id": facts.hugging_face_id,
        "model_logo_url": facts.logo_url or provider.logo,
        "provider_site_url": provider.site,
        "is_active": offer.is_active,
        "health_status": "unknown",
        "pricing_unit": "usd_per_unit",
        "status": offer.status,
        "confirmed": offer.confirmed,
        "sources": list(offer.sources),
        **_lifecycle(facts),
        "deprecation_date": facts.deprecation_date,
        "expiration_date": facts.expiration_date,
        "successor": facts.successor,
        "first_seen": offer.first_seen,
        "last_changed": offer.last_changed,
        "doubts": [one.sentence for one in offer.doubts],
        "doubt_kinds": list(dict.fromkeys(one.kind for one in offer.doubts)),
    }


def model_head(model: Model) -> dict[str, Any]:
    """Return a model as a row of the unique list, but for its ``providers``."""
    facts, shown = model.facts, [one for one in model.offers if one.is_active]
    cheapest = next((one for one in shown if Meter.INPUT in one.prices), None)
    return {
        "id": model.id,
        "object": "model",
        "created": facts.created,
        "owned_by": model.id.partition("/")[0],
        "canonical_slug": model.id,
        "base": model.base,
        "variants": list(model.variants),
        "alias_of": model.target,
        "name": facts.name or model.id.partition("/")[2],
        "description": facts.description,
        **_limits(facts),
        **_abilities(facts),
        "capabilities_all": _flags(model.common),
        **_lifecycle(facts),
        "hugging_face_id": facts.hugging_face_id,
        "open_weights": facts.open_weights,
        "model_logo_url": facts.logo_url,
        "is_active": bool(shown),
        "is_free": any(one.is_free for one in shown),
        "pricing_unit": "usd_per_unit",
        "first_seen": min(one.first_seen for one in model.offers),
        "last_changed": max(one.last_changed for one in model.offers),
        "aliases": list(model.aliases),
        "provider_count": len({one.facts.provider for one in shown}),
        "cheapest_provider": cheapest.facts.provider if cheapest else None,
        "cheapest_prompt_price": decimals.plain(cheapest.prices[Meter.INPUT])
        if cheapest
        else None,
        "fastest_provider": None,
        "fastest_response_time": None,
    }


def provider_entry(offer: Offer, provider: Provider) -> dict[str, Any]:
    """Return an offer as an element of a unique row's ``providers``."""
    facts = offer.facts
    return {
        "id": offer.id,
        "slug": facts.provider,
        "name": provider.name,
        "provider_model_id": facts.provider_model_id,
        "model_id": facts.provider_model_id,
        "via": facts.via,
        "editions": list(offer.editions),
        "pricing": pricing(offer.prices),
        "pricing_source": offer.pricing_source,
        "context_length": facts.context_length,
        "health_status": "unknown",
        "average_response_time_ms": None,
        "modality": arrow(facts.input_modalities, facts.output_modalities),
        "supports_streaming": facts.capabilities.get("streaming"),
        "supports_function_calling": facts.capabilities.get("tools"),
        "supports_vision": facts.capabilities.get("vision"),
        "status": offer.status,
    }


def pricing(prices: Mapping[Meter, Decimal]) -> dict[str, str | None] | None:
    """Return the standard prices in USD per unit; ``None`` where none is known."""
    if not prices:
        return None
    known = {
        name: decimals.plain(prices[meter])
        for meter, name in _PRICE_KEYS.items()
        if meter in prices
    }
    return {"prompt": None, "completion": None, **known}


def _limits(facts: Listing) -> dict[str, Any]:
    modality = arrow(facts.input_modalities, facts.output_modalities)
    return {
        "context_length": facts.context_length,
        "max_output_tokens": facts.max_output_tokens,
        "modality": modality,
        "architecture": {
            "modality": modality,
            "input_modalities": facts.input_modalities or [],
            "output_modalities": facts.output_modalities or [],
            "tokenizer": facts.tokenizer,
            "instruct_type": facts.instruct_type,
        },
    }


def _abilities(facts: Listing) -> dict[str, Any]:
    return {
        "supported_parameters": facts.supported_parameters or [],
        "capabilities": _flags(facts.capabilities),
    }


def _flags(known: Mapping[str, bool]) -> dict[str, bool | None]:
    return {name: known.get(name) for name in sorted({*_CORE, *known})}


def _lifecycle(facts: Listing) -> dict[str, Any]:
    return {"release_date": facts.release_date, "knowledge_cutoff": facts.knowledge_cutoff}


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around the rows of a list. ``data`` comes first, so that it can be streamed.

    Attributes:
        next_cursor: where the next page begins, where there is one.
        then: ``as_of`` and ``known_at``, where the question is about another moment.
        facets: counts by value, where they are asked for.
    """

    total: int
    returned: int
    offset: int
    limit: int | None
    gateway: str
    unique: bool
    snapshot: str
    timestamp: str
    next_cursor: str | None = None
    then: dict[str, str | None] = {}
    facets: dict[str, dict[str, int]] | None = None


OPENING = b'{"object":"list","data":['


def closing(envelope: Envelope) -> bytes:
    """Return the bytes that follow the rows."""
    end = envelope.offset + envelope.returned
    more = end < envelope.total
    tail = {
        "total": envelope.total,
        "returned": envelope.returned,
        "offset": envelope.offset,
        "limit": envelope.limit,
        "has_more": more,
        "next_offset": end if more else None,
        "next_cursor": envelope.next_cursor,
        "gateway": envelope.gateway,
        "unique": envelope.unique,
        "snapshot": envelope.snapshot,
        "timestamp": envelope.timestamp,
        **envelope.then,
        **({} if envelope.facets is None else {"facets": envelope.facets}),
    }
    return b"]," + msgspec.json.encode(tail)[1:]


def unique_row(head: bytes, providers: list[bytes]) -> bytes:
    """Return a row of the unique list: a model's head with its offers put in."""
    return head[:-1] + b',"providers":[' + b",".join(providers) + b"]}"
