"""The list of models of Hugging Face's router, each with its providers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.dialects import things
from modeldex.dialects.losses import Losses
from modeldex.domain import decimals
from modeldex.domain.model import Model
from modeldex.domain.offer import MISSING, Offer
from modeldex.domain.rate import Meter

NAME = "huggingface"
_MILLION = Decimal(1_000_000)
_TEXT = {Meter.INPUT: "input", Meter.OUTPUT: "output"}


def row(model: Model, losses: Losses) -> dict[str, Any] | None:
    """Return a model with its offers, cheapest first; ``None`` where none of them is shown."""
    shown = [one for one in model.offers if one.is_active]
    if not shown:
        return None
    facts = model.facts
    moment, origin = things.created(facts, min(one.first_seen for one in model.offers))
    if origin == things.FIRST_SEEN:
        says = "when it came out is not known: created is the day on which it was first seen"
        losses.add("created", says, model.id)
    return {
        "id": model.id,
        "object": "model",
        "created": moment,
        "owned_by": things.author_of(model.id),
        "architecture": {
            "input_modalities": facts.input_modalities or [],
            "output_modalities": facts.output_modalities or [],
        },
        "providers": [_provider(one, things.author_of(model.id), losses) for one in shown],
    }


def _provider(offer: Offer, author: str, losses: Losses) -> dict[str, Any]:
    """Return an offer; what is not known of it is left out, as the router does."""
    facts, seen = offer.facts, offer.observed
    _count(offer, losses)
    known = {
        "provider": facts.via or facts.provider,
        "status": "error" if offer.status == MISSING else "live",
        "context_length": facts.context_length or None,
        "pricing": _pricing(offer.prices),
        "is_free": offer.is_free if offer.prices else None,
        "supports_tools": facts.capabilities.get("tools"),
        "supports_structured_output": facts.capabilities.get("structured_output"),
        "first_token_latency_ms": seen.first_token_ms.get("p50") if seen else None,
        "throughput": seen.throughput.get("p50") if seen else None,
        "is_model_author": facts.provider == author,
    }
    return {name: value for name, value in known.items() if value is not None}


def _pricing(prices: Mapping[Meter, Decimal]) -> dict[str, msgspec.Raw] | None:
    """Return USD per million tokens as exact numbers; ``None`` unless both are known."""
    if not _TEXT.keys() <= prices.keys():
        return None
    return {
        name: msgspec.Raw(
            decimals.plain(decimals.EXACT.multiply(prices[meter], _MILLION)).encode()
        )
        for meter, name in _TEXT.items()
    }


def _count(offer: Offer, losses: Losses) -> None:
    if not offer.rates:
        return
    if not _TEXT.keys() <= offer.prices.keys():
        says = "a price counts with what text costs both in and out; it is left out"
        losses.add("no_price", says, offer.id)
    elif any(one.meter not in _TEXT or offer.prices[one.meter] != one.usd for one in offer.rates):
        losses.add("prices", "only standard prices of text have a place", offer.id)
