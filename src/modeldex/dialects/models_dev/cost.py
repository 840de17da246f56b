"""An offer's prices in USD per million tokens, with tiers by the length of the input."""

from typing import Any

from modeldex.dialects import sheet as sheets
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import MILLION, Prices, is_only, times
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Meter

_KEYS = {
    Meter.INPUT: "input",
    Meter.OUTPUT: "output",
    Meter.REASONING: "reasoning",
    Meter.CACHE_READ: "cache_read",
    Meter.CACHE_WRITE: "cache_write",
    Meter.INPUT_AUDIO: "input_audio",
    Meter.OUTPUT_AUDIO: "output_audio",
}
_LEGACY_SIZE = 200_000


def cost(offer: Offer, today: str, losses: Losses, *, reasons: bool) -> dict[str, Any] | None:
    """Return ``cost``; ``None``, and counted, where the price of input or output is unknown.

    Args:
        reasons: whether the model is said to reason; else the schema forbids a price of it.
    """
    sheet = sheets.in_force(offer, today)
    base = sheet.get(ALWAYS, {})
    if not {Meter.INPUT, Meter.OUTPUT} <= base.keys():
        _lost("no_price", "Its price is unknown; it has no cost.", offer, losses)
        return None
    for meter in base:
        if meter not in _KEYS or (meter is Meter.REASONING and not reasons):
            _lost(
                f"no_key_for_{meter.value}", "A price has no key; it is left out.", offer, losses
            )
    found: dict[str, Any] = _prices(base, reasons=reasons)
    for when in sheet:
        if not is_only(when, "min_input_tokens"):
            _lost("no_condition", "A price holds under conditions that have no word; it is left"
                  " out.", offer, losses)  # fmt: skip
    return found | _tiers(sheets.lengths(sheet), reasons=reasons)


def _tiers(levels: dict[int, Prices], *, reasons: bool) -> dict[str, Any]:
    """Return the tiers, each with all prices above its size.

    The older key for a tier above 200,000 tokens is there only where that is the one tier.
    """
    tiers = [
        {**_prices(held, reasons=reasons), "tier": {"type": "context", "size": start - 1}}
        for start, held in levels.items()
    ]
    found: dict[str, Any] = {"tiers": tiers} if tiers else {}
    if list(levels) == [_LEGACY_SIZE + 1]:
        found["context_over_200k"] = _prices(levels[_LEGACY_SIZE + 1], reasons=reasons)
    return found


def _prices(prices: Prices, *, reasons: bool) -> dict[str, Any]:
    return {
        key: times(prices[meter], MILLION)
        for meter, key in _KEYS.items()
        if meter in prices and (reasons or meter is not Meter.REASONING)
    }


def _lost(kind: str, says: str, offer: Offer, losses: Losses) -> None:
    losses.add(kind, says, offer.id)
