"""Google's list of models (Gemini API, ``v1beta``)."""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.dialects.losses import Losses
from modeldex.dialects.things import Thing
from modeldex.domain.listing import Listing

NAME = "google"
PREFIX = "models/"
_METHODS = {"text": "generateContent", "embedding": "embedContent"}
OPENING = b'{"models":['


def row(thing: Thing, losses: Losses) -> dict[str, Any]:
    """Return an offer or a model; what is not known is left out, as Google does."""
    facts = thing.facts
    _count(thing, losses)
    known = {
        "name": f"{PREFIX}{thing.id}",
        "displayName": thing.name,
        "description": facts.description,
        "inputTokenLimit": facts.context_length,
        "outputTokenLimit": facts.max_output_tokens,
        "supportedGenerationMethods": _methods(facts.output_modalities),
        "thinking": facts.capabilities.get("reasoning"),
    }
    return {name: value for name, value in known.items() if value is not None}


def closing(next_token: str | None) -> bytes:
    """Return the bytes that follow the rows; the last page has no token."""
    if next_token is None:
        return b"]}"
    return b"]," + msgspec.json.encode({"nextPageToken": next_token})[1:]


def _methods(outputs: Iterable[str] | None) -> list[str] | None:
    """Return the calls that give what a model makes; ``None`` where none of Google's does."""
    found = [_METHODS[one] for one in outputs or () if one in _METHODS]
    return list(dict.fromkeys(found)) or None


def _count(thing: Thing, losses: Losses) -> None:
    facts = thing.facts
    if thing.is_priced:
        losses.add("prices", "what it costs has no place; the native list says it", thing.id)
    if _methods(facts.output_modalities) is None:
        says = "supportedGenerationMethods is left out: no method is known to fit what it makes"
        losses.add("methods", says, thing.id)
    if _other_abilities(facts):
        says = "of what it can do, only thinking has a place; the native list says it"
        losses.add("abilities", says, thing.id)


def _other_abilities(facts: Listing) -> bool:
    return bool(facts.capabilities.keys() - {"reasoning"} or facts.supported_parameters)
