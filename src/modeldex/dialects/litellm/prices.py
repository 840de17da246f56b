"""An offer's prices under LiteLLM's keys: a meter, a tier by length, a service tier.

LiteLLM knows few lengths as keys; a tier of another length goes to ``tiered_pricing``, a table of
whole prices. What no key can say is counted.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from modeldex.dialects import kinds
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import Prices, Sheet, by_the_second, is_only, lengths
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Conditions, Meter
from modeldex.pricing.meters import DURATIONS

Costs = dict[str, Any]
_TOKENS = {
    Meter.INPUT: "input_cost_per_token",
    Meter.OUTPUT: "output_cost_per_token",
    Meter.REASONING: "output_cost_per_reasoning_token",
    Meter.CACHE_READ: "cache_read_input_token_cost",
    Meter.CACHE_WRITE: "cache_creation_input_token_cost",
    Meter.CACHE_WRITE_1H: "cache_creation_input_token_cost_above_1hr",
    Meter.INPUT_AUDIO: "input_cost_per_audio_token",
    Meter.OUTPUT_AUDIO: "output_cost_per_audio_token",
    Meter.CACHE_READ_AUDIO: "cache_read_input_audio_token_cost",
    Meter.INPUT_IMAGE: "input_cost_per_image_token",
    Meter.OUTPUT_IMAGE: "output_cost_per_image_token",
    Meter.CACHE_READ_IMAGE: "cache_read_input_image_token_cost",
    Meter.INPUT_VIDEO: "input_cost_per_video_token",
    Meter.OUTPUT_VIDEO: "output_cost_per_video_token",
    Meter.CITATION: "citation_cost_per_token",
}
_UNITS = {
    Meter.REQUEST: "input_cost_per_request",
    Meter.QUERY: "input_cost_per_query",
    Meter.CHARACTER: "input_cost_per_character",
    Meter.PAGE: "ocr_cost_per_page",
    Meter.ANNOTATED_PAGE: "annotation_cost_per_page",
    Meter.MESSAGE: "input_cost_per_text_message",
}
_TIERED = (
    Meter.INPUT, Meter.OUTPUT, Meter.CACHE_READ, Meter.CACHE_WRITE, Meter.CACHE_WRITE_1H,
)  # fmt: skip
_LENGTHS = {100_001: "100k", 128_001: "128k", 200_001: "200k", 272_001: "272k", 512_001: "512k"}
_SERVICES = {
    None: "", "batch": "_batches", "flex": "_flex", "priority": "_priority",
    "ultrafast": "_ultrafast", "balanced": "_balanced",
}  # fmt: skip
_SIZES = ("low", "medium", "high")
_SIZE = "search_context_size"


def costs(offer: Offer, sheet: Sheet, mode: str | None, losses: Losses) -> Costs:
    """Return the keys and prices of an offer; a Decimal is USD for one unit."""
    found: Costs = dict(_standard(offer, sheet.get(ALWAYS, {}), mode, losses))
    found |= _searches(offer, sheet, losses)
    odd: Sheet = {}
    for when, prices in sheet.items():
        if when == ALWAYS or _is_search_size(when, prices):
            continue
        if _is_length(when) and when.min_input_tokens not in _LENGTHS:
            odd[when] = prices
        else:
            found |= _conditional(offer, when, prices, losses)
    return found | _table(offer, sheet, odd, losses)


def _standard(
    offer: Offer, prices: Prices, mode: str | None, losses: Losses
) -> Iterator[tuple[str, Decimal]]:
    for meter, usd in prices.items():
        key = _TOKENS.get(meter) or _UNITS.get(meter)
        if key is not None:
            yield key, usd
        elif meter is Meter.IMAGE:
            yield _image_key(mode), usd
        elif meter in DURATIONS:
            yield from _duration(offer, prices, meter, mode, losses)
        elif meter is not Meter.WEB_SEARCH:
            _no_meter(offer, meter, losses)


def _image_key(mode: str | None) -> str:
    """Return the key of a price of images: those that a model makes, else those it is given."""
    return "output_cost_per_image" if mode == kinds.IMAGES else "input_cost_per_image"


def _duration(
    offer: Offer, prices: Prices, meter: Meter, mode: str | None, losses: Losses
) -> Iterator[tuple[str, Decimal]]:
    usd = by_the_second(prices, meter)
    heard = meter.value.startswith("input_") or mode == kinds.TRANSCRIPTION
    if usd is None:
        _no_meter(offer, meter, losses)
    else:
        yield ("input_cost_per_second" if heard else "output_cost_per_second"), usd


def _searches(offer: Offer, sheet: Sheet, losses: Losses) -> Costs:
    """Return the price of a search by the size of what is read; one price holds for all sizes."""
    plain = sheet.get(ALWAYS, {}).get(Meter.WEB_SEARCH)
    sizes = {one: plain for one in _SIZES if plain is not None}
    for when, prices in sheet.items():
        if _is_search_size(when, prices):
            name = str(when.option).partition("=")[2]
            if name in _SIZES:
                sizes[name] = prices[Meter.WEB_SEARCH]
            else:
                _no_condition(offer, when, losses)
    table = {f"{_SIZE}_{one}": usd for one, usd in sizes.items()}
    return {"search_context_cost_per_query": table} if table else {}


def _is_search_size(when: Conditions, prices: Prices) -> bool:
    return (
        is_only(when, "option")
        and str(when.option).startswith(f"{_SIZE}=")
        and prices.keys() == {Meter.WEB_SEARCH}
    )


def _conditional(offer: Offer, when: Conditions, prices: Prices, losses: Losses) -> Costs:
    since, service = when.min_input_tokens, when.service_tier
    known = is_only(when, "min_input_tokens", "service_tier") and service in _SERVICES
    if not known or (since is not None and since not in _LENGTHS):
        _no_condition(offer, when, losses)
        return {}
    above = f"_above_{_LENGTHS[since]}_tokens" if since is not None else ""
    found: Costs = {}
    for meter, usd in prices.items():
        if meter in (_TIERED if since is not None else _TOKENS):
            found[f"{_TOKENS[meter]}{above}{_SERVICES[service]}"] = usd
        else:
            _no_meter(offer, meter, losses)
    return found


def _is_length(when: Conditions) -> bool:
    return when.min_input_tokens is not None and is_only(when, "min_input_tokens")


def _table(offer: Offer, sheet: Sheet, odd: Sheet, losses: Losses) -> Costs:
    """Return a table of whole prices by length, where a length has no key of its own.

    Its last range needs an end, which is the length of the context: without one there is no table.
    """
    if not odd:
        return {}
    levels, longest = lengths(sheet), offer.facts.context_length or 0
    base = sheet.get(ALWAYS, {})
    if longest < max(levels) or Meter.INPUT not in base:
        for when in odd:
            _no_condition(offer, when, losses)
        return {}
    bounds = [0, *(start - 1 for start in levels), longest]
    rows = [
        {"range": [low, high], **_row(held)}
        for low, high, held in zip(bounds, bounds[1:], (base, *levels.values()), strict=False)
    ]
    return {"tiered_pricing": rows}


def _row(prices: Prices) -> Costs:
    return {_TOKENS[one]: prices[one] for one in (*_TIERED, Meter.REASONING) if one in prices}


def _no_meter(offer: Offer, meter: Meter, losses: Losses) -> None:
    says = "LiteLLM's map has no key for what this price counts; the price is left out."
    losses.add(f"no_key_for_{meter.value}", says, offer.id)


def _no_condition(offer: Offer, when: Conditions, losses: Losses) -> None:
    says = "LiteLLM's map has no key for a price under these conditions; the price is left out."
    kind = "service_tier" if when.service_tier not in _SERVICES else "condition"
    losses.add(f"no_key_for_{kind}", says, offer.id)
