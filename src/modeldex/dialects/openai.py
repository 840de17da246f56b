"""OpenAI's list of models: four fields, and with prices for clients that reckon with them."""

from typing import Any

from modeldex.dialects import native
from modeldex.dialects.losses import Losses
from modeldex.dialects.things import FIRST_SEEN, Thing, created
from modeldex.domain.rate import Meter

NAME = "openai"
OPENING, CLOSING = b'{"object":"list","data":[', b"]}"


def row(thing: Thing, losses: Losses) -> dict[str, Any]:
    """Return an offer or a model as an element of ``data``."""
    moment, origin = created(thing.facts, thing.first_seen)
    _count(thing, origin, losses)
    return {
        "id": thing.id,
        "object": "model",
        "created": moment,
        "owned_by": thing.author,
        "shutdown_date": thing.facts.expiration_date,
    }


def priced(thing: Thing, losses: Losses) -> dict[str, Any] | None:
    """Return what ``priced=true`` adds to an offer's row; ``None`` leaves the row out.

    Its reader drops the prices of a whole list in which one row has no price or no context.
    """
    facts = thing.facts
    if not {Meter.INPUT, Meter.OUTPUT} <= thing.prices.keys() or facts.context_length is None:
        says = "its prices or its context are not known, so that priced=true leaves it out"
        losses.add("not_priced", says, thing.id)
        return None
    return {
        "name": thing.name,
        "context_length": facts.context_length,
        "max_output_tokens": facts.max_output_tokens,
        "pricing": native.pricing(thing.prices),
    }


def _count(thing: Thing, origin: str, losses: Losses) -> None:
    facts = thing.facts
    if origin == FIRST_SEEN:
        says = "when it came out is not known: created is the day on which it was first seen"
        losses.add("created", says, thing.id)
    if thing.is_priced:
        losses.add("prices", "what it costs has no place; the native list says it", thing.id)
    if facts.context_length is not None or facts.max_output_tokens is not None:
        losses.add("limits", "its limits have no place; the native list says them", thing.id)
    if facts.capabilities or facts.input_modalities or facts.supported_parameters:
        says = "what it can do has no place; the native list says it"
        losses.add("abilities", says, thing.id)
