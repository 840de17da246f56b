"""LiteLLM's ``model_prices_and_context_window.json``: a table of models by the key of its router.

LiteLLM takes a missing price of a text token for zero. So what has no complete price is left out
of the map, where LiteLLM then says that it does not know it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.dialects import kinds
from modeldex.dialects import sheet as sheets
from modeldex.dialects.litellm import names, prices
from modeldex.dialects.losses import Losses
from modeldex.domain.model import Catalog
from modeldex.domain.offer import HIDDEN, Offer
from modeldex.domain.rate import ALWAYS

RESERVED = frozenset({"sample_spec", "fallback_generalizations"})
_FLAGS = {
    "tools": "supports_function_calling",
    "parallel_tools": "supports_parallel_function_calling",
    "vision": "supports_vision",
    "audio_input": "supports_audio_input",
    "audio_output": "supports_audio_output",
    "pdf_input": "supports_pdf_input",
    "prompt_caching": "supports_prompt_caching",
    "structured_output": "supports_response_schema",
    "reasoning": "supports_reasoning",
    "web_search": "supports_web_search",
    "computer_use": "supports_computer_use",
    "tool_choice": "supports_tool_choice",
    "system_messages": "supports_system_messages",
}


class Row(msgspec.Struct, frozen=True):
    """An offer in LiteLLM's words.

    Attributes:
        keys: what its router calls it, the main one first.
        value: the entry, with the prices that are known.
        is_priced: LiteLLM would take no missing price of it for zero.
    """

    offer: Offer
    keys: tuple[str, ...]
    value: dict[str, Any]
    is_priced: bool


def rows(catalog: Catalog, losses: Losses) -> list[Row]:
    """Return every offer that an operator does not hide, in the order of the catalog."""
    return [
        _row(offer, catalog.date, losses) for offer in catalog.offers if offer.status != HIDDEN
    ]


def cost_map(catalog: Catalog, found: Iterable[Row], losses: Losses) -> dict[str, Any]:
    """Return the map; also what only a book knows, since a map is for bills of any time.

    Of two offers with one key the main key wins, then the id that comes first.
    """
    del catalog
    entries: dict[str, Any] = {}
    priced = [row for row in found if _counted(row, losses)]
    for place in range(max((len(row.keys) for row in priced), default=0)):
        for row in priced:
            if place < len(row.keys):
                _enter(entries, row, row.keys[place], losses)
    return dict(sorted(entries.items()))


def _enter(entries: dict[str, Any], row: Row, key: str, losses: Losses) -> None:
    if key not in entries and key not in RESERVED:
        entries[key] = row.value
    elif key == row.keys[0]:
        says = "Another offer has the same key in LiteLLM's map; this one is left out."
        losses.add("same_key", says, row.offer.id)


def _counted(row: Row, losses: Losses) -> bool:
    if row.is_priced:
        return True
    if row.offer.prices:
        says = "One of the prices is unknown, which LiteLLM would take for zero; it is left out."
        losses.add("incomplete_price", says, row.offer.id)
    else:
        says = "No price is known, which LiteLLM would take for zero; it is left out of the map."
        losses.add("no_price", says, row.offer.id)
    return False


def _row(offer: Offer, today: str, losses: Losses) -> Row:
    facts = offer.facts
    mode, sheet = kinds.kind_of(facts), sheets.in_force(offer, today)
    name = names.named(facts, mode)
    costs = prices.costs(offer, sheet, mode, losses)
    if mode is None and costs:
        says = "Nobody says what kind of model it is; the entry has no mode."
        losses.add("no_mode", says, offer.id)
    known = {
        "litellm_provider": name.provider,
        "mode": mode,
        "max_tokens": facts.max_output_tokens or facts.context_length,
        "max_input_tokens": facts.context_length,
        "max_output_tokens": facts.max_output_tokens,
        "supported_modalities": facts.input_modalities,
        "supported_output_modalities": facts.output_modalities,
        "deprecation_date": facts.expiration_date,
        "source": offer.pricing_source,
    }
    flags = {_FLAGS[one]: said for one, said in facts.capabilities.items() if one in _FLAGS}
    stated = {key: value for key, value in known.items() if value is not None}
    is_priced = kinds.is_whole(sheet.get(ALWAYS, {}), mode)
    return Row(offer, names.keys(facts, name), {**stated, **costs, **flags}, is_priced)
