"""Anthropic's list of models, and rows that satisfy OpenAI's clients as well."""

from typing import Any

import msgspec

from modeldex.dialects.losses import Losses
from modeldex.dialects.things import Thing, released, rfc3339

NAME = "anthropic"
OPENING = b'{"data":['
_KIND = b',"type":"model"'  # where a row's own part begins; inside a string the quotes are escaped


def row(thing: Thing, losses: Losses) -> dict[str, Any]:
    """Return an offer or a model as an element of ``data``; an unknown date is the epoch.

    ``capabilities`` states nine things or none, and five of them nobody tells us.
    """
    facts, moment = thing.facts, released(thing.facts)
    _count(thing, losses)
    return {
        "id": thing.id,
        "type": "model",
        "display_name": thing.name,
        "created_at": rfc3339(moment or 0),
        "max_input_tokens": facts.context_length,
        "max_tokens": facts.max_output_tokens,
        "capabilities": None,
    }


def closing(first: str | None, last: str | None, *, more: bool) -> bytes:
    """Return the bytes that follow the rows of a page; the ids of an empty one are null."""
    tail = {"has_more": more, "first_id": first, "last_id": last}
    return b"]," + msgspec.json.encode(tail)[1:]


def union_row(openai: bytes, anthropic: bytes) -> bytes:
    """Return one object with the fields of both rows of a thing."""
    return openai[:-1] + anthropic[anthropic.index(_KIND) :]


def _count(thing: Thing, losses: Losses) -> None:
    facts = thing.facts
    if released(facts) is None:
        losses.add("created", "when it came out is not known: created_at is the epoch", thing.id)
    if thing.is_priced:
        losses.add("prices", "what it costs has no place; the native list says it", thing.id)
    if facts.capabilities or facts.input_modalities:
        says = "capabilities states nine things or none; not all are known, so it is null"
        losses.add("capabilities", says, thing.id)
    if facts.description:
        losses.add("description", "its description has no place", thing.id)
