"""Models as models.dev describes them, of one provider or alone. Its schema is closed."""

import re
from datetime import UTC, datetime
from typing import Any

from modeldex.dialects.losses import Losses
from modeldex.dialects.models_dev import cost
from modeldex.domain.listing import Listing
from modeldex.domain.model import Model
from modeldex.domain.offer import DEPRECATED, Offer

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_MODALITIES = {
    "text": "text", "image": "image", "audio": "audio", "video": "video", "file": "pdf",
    "speech": "audio",
}  # fmt: skip
_WITH_FILES = {"image", "audio", "video", "pdf"}
_OPTIONAL = {"structured_output": "structured_output", "temperature": "temperature"}
_REQUIRED = ("attachment", "reasoning", "tool_call", "open_weights")


def model(offer: Offer, today: str, losses: Losses) -> dict[str, Any] | None:
    """Return a provider's model; ``None``, and counted, where the schema asks for the unknown.

    The schema has no word for an unknown capability: it is false, and counted.
    """
    facts, released = offer.facts, _released(offer.facts)
    if released is None:
        says = "Nobody says when the model came out, which the schema asks for; it is left out."
        losses.add("no_release_date", says, offer.id)
        return None
    if facts.context_length is None or facts.max_output_tokens is None:
        says = "A limit of it is unknown, which the schema asks for; it is left out."
        losses.add("no_limit", says, offer.id)
        return None
    known = _flags(facts)
    for one in _REQUIRED:
        if one not in known:
            says = f"Nobody says {one}, for which the schema has no word; it is false."
            losses.add(f"unknown_{one}", says, offer.id)
    flags = {**dict.fromkeys(_REQUIRED, False), **known}
    found: dict[str, Any] = {
        "id": facts.provider_model_id,
        "name": facts.name or facts.provider_model_id,
        "description": facts.description or None,
        **flags,
        "reasoning_options": [] if flags["reasoning"] else None,
        "knowledge": _date(facts.knowledge_cutoff),
        "release_date": released,
        "last_updated": offer.last_changed,
        "modalities": _modalities(offer, losses),
        "limit": {"context": facts.context_length, "output": facts.max_output_tokens},
        "status": "deprecated" if offer.status == DEPRECATED else None,
        "cost": cost.cost(offer, today, losses, reasons=flags["reasoning"]),
    }
    return {key: value for key, value in found.items() if value is not None}


def metadata(one: Model) -> dict[str, Any]:
    """Return a model without a provider: all but its id and name is left out where unknown."""
    facts = one.facts
    takes, gives = _words(facts.input_modalities), _words(facts.output_modalities)
    limit = {"context": facts.context_length, "output": facts.max_output_tokens}
    weights = facts.hugging_face_id
    found = {
        "id": one.id,
        "name": facts.name or one.id.partition("/")[2],
        "description": facts.description or None,
        **_flags(facts),
        "knowledge": _date(facts.knowledge_cutoff),
        "release_date": _released(facts),
        "modalities": {"input": takes, "output": gives} if takes and gives else None,
        "limit": {name: value for name, value in limit.items() if value is not None}
        if facts.context_length is not None
        else None,
        "weights": [{"url": f"https://huggingface.co/{weights}"}] if weights else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def is_shown(one: Model) -> bool:
    """Return whether a model has an offer that is shown."""
    return any(offer.is_active for offer in one.offers)


def _released(facts: Listing) -> str | None:
    """Return the day on which a model came out, else that on which its provider says it did."""
    if facts.release_date is not None:
        return _date(facts.release_date)
    if facts.created is None:
        return None
    return datetime.fromtimestamp(facts.created, UTC).date().isoformat()


def _date(text: str | None) -> str | None:
    return text if text and _DATE.fullmatch(text) else None


def _flags(facts: Listing) -> dict[str, bool]:
    """Return what is known of the capabilities that models.dev names."""
    said = facts.capabilities
    found = {
        "attachment": _attachment(facts),
        "reasoning": said.get("reasoning"),
        "tool_call": said.get("tools"),
        "open_weights": True if facts.hugging_face_id else facts.open_weights,
        **{theirs: said.get(ours) for ours, theirs in _OPTIONAL.items()},
    }
    return {name: value for name, value in found.items() if value is not None}


def _attachment(facts: Listing) -> bool | None:
    stated = facts.capabilities.get("attachments")
    if stated is not None:
        return stated
    if facts.input_modalities is not None:
        return not _WITH_FILES.isdisjoint(_words(facts.input_modalities))
    return True if facts.capabilities.get("vision") else None


def _modalities(offer: Offer, losses: Losses) -> dict[str, list[str]]:
    facts, found = offer.facts, dict[str, list[str]]()
    for side, words in (("input", facts.input_modalities), ("output", facts.output_modalities)):
        found[side] = _words(words)
        if words is None:
            says = f"Nobody says the kinds of {side}; the list of them is empty."
            losses.add(f"unknown_{side}_modalities", says, offer.id)
        elif any(word not in _MODALITIES for word in words):
            says = f"There is no word for a kind of its {side}; the list is without it."
            losses.add(f"no_word_for_{side}_modality", says, offer.id)
    return found


def _words(words: tuple[str, ...] | None) -> list[str]:
    return list(dict.fromkeys(_MODALITIES[one] for one in words or () if one in _MODALITIES))
