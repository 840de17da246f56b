"""The list of models of Vercel's gateway: each model as one of its offers serves it."""

from typing import Any

from modeldex.dialects import things
from modeldex.dialects.losses import Losses
from modeldex.domain import decimals
from modeldex.domain.model import Model
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter

NAME = "vercel"
_PRICES = {
    Meter.INPUT: "input",
    Meter.OUTPUT: "output",
    Meter.CACHE_READ: "input_cache_read",
    Meter.CACHE_WRITE: "input_cache_write",
}
_TYPES = {"text": "language", "image": "image", "embedding": "embedding", "video": "video"}
_TAGS = {"reasoning": "reasoning", "tools": "tool-use", "vision": "vision"}


def row(model: Model, losses: Losses) -> dict[str, Any] | None:
    """Return a model at its cheapest offer of which both limits and both text prices are known.

    ``None`` leaves it out, since every field is required: no such offer, or its kind is unknown.
    """
    shown = [one for one in model.offers if one.is_active]
    if not shown:
        return None
    kind = _kind(model)
    if kind is None:
        losses.add("type", "what it makes is not known, so it is left out", model.id)
        return None
    offer = next(filter(_is_complete, shown), None)
    if offer is None:
        says = "no offer states its limits and what text costs in and out, so it is left out"
        losses.add("incomplete", says, model.id)
        return None
    return _row(model, offer, kind, losses)


def _row(model: Model, offer: Offer, kind: str, losses: Losses) -> dict[str, Any]:
    facts = model.facts
    moment, origin = things.created(facts, min(one.first_seen for one in model.offers))
    if origin == things.FIRST_SEEN:
        says = "when it came out is not known: created is the day on which it was first seen"
        losses.add("created", says, model.id)
    if {one.meter for one in offer.rates} - _PRICES.keys() or _has_conditions(offer):
        says = "only standard prices of text and its cache have a place"
        losses.add("prices", says, model.id)
    return {
        "id": model.id,
        "object": "model",
        "created": moment,
        "owned_by": things.author_of(model.id),
        "name": things.model_name(model),
        "description": facts.description or "",
        "context_window": offer.facts.context_length,
        "max_tokens": offer.facts.max_output_tokens,
        "type": kind,
        "tags": [tag for name, tag in _TAGS.items() if offer.facts.capabilities.get(name)],
        "pricing": {
            name: decimals.plain(offer.prices[meter])
            for meter, name in _PRICES.items()
            if meter in offer.prices
        },
    }


def _has_conditions(offer: Offer) -> bool:
    return any(offer.prices.get(one.meter) != one.usd for one in offer.rates)


def _is_complete(offer: Offer) -> bool:
    facts = offer.facts
    limits = (facts.context_length, facts.max_output_tokens)
    return None not in limits and {Meter.INPUT, Meter.OUTPUT} <= offer.prices.keys()


def _kind(model: Model) -> str | None:
    outputs = model.facts.output_modalities or ()
    return next((_TYPES[one] for one in outputs if one in _TYPES), None)
