"""Prices as new-api counts them: ratios, a price by the call, or an expression of tiers.

``model_ratio`` is USD per million input tokens, divided by 2; the other ratios are multiples of
the price of input. So a price of output beside free input cannot be said.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from modeldex.dialects import kinds
from modeldex.dialects import sheet as sheets
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import MILLION, Prices, Sheet, is_only, times
from modeldex.dialects.spellings import spellings
from modeldex.domain import decimals
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Meter

BY_TOKENS, BY_CALL, TIERED = 0, 1, "tiered_expr"
_HALF_MILLION = MILLION / 2
_RATIOS = {
    Meter.OUTPUT: "completion_ratio",
    Meter.CACHE_READ: "cache_ratio",
    Meter.CACHE_WRITE: "create_cache_ratio",
}
_WORDS = {Meter.INPUT: "p", Meter.OUTPUT: "c", Meter.CACHE_READ: "cr"}
_THOUSAND = 1000


class Priced(msgspec.Struct, frozen=True):
    """An offer with its price.

    Attributes:
        prices: the standard ones, USD for one unit.
        ratios: by new-api's keys; empty where it is sold by the call.
        expression: what tiers cost; ``None`` where there are none.
    """

    offer: Offer
    prices: Prices
    ratios: dict[str, Any]
    expression: str | None = None

    @property
    def by_call(self) -> Decimal | None:
        """USD of a call, where that is all it costs."""
        return None if self.ratios else self.prices[Meter.REQUEST]


def priced(catalog: Catalog, losses: Losses) -> Iterator[Priced]:
    """Yield the shown offers whose whole price new-api can say."""
    for offer in catalog.offers:
        if offer.is_active:
            sheet = sheets.in_force(offer, catalog.date)
            if (found := _priced(offer, sheet, losses)) is not None:
                _count(offer, sheet, losses)
                yield found


def config(found: Iterable[Priced]) -> dict[str, Any]:
    """Return the tables of ``/api/ratio_config``: each key's values by the name of a model."""
    keys = ("model_ratio", "completion_ratio", "cache_ratio", "create_cache_ratio")
    tables: dict[str, dict[str, Any]] = {
        key: {} for key in (*keys, "model_price", "billing_mode", "billing_expr")
    }
    for one in found:
        for name in spellings(one.offer):
            for key, ratio in one.ratios.items():
                tables[key][name] = ratio
            if one.by_call is not None:
                tables["model_price"][name] = one.by_call
            if one.expression is not None:
                tables["billing_mode"][name] = TIERED
                tables["billing_expr"][name] = one.expression
    return tables


def _priced(offer: Offer, sheet: Sheet, losses: Losses) -> Priced | None:
    prices = sheet.get(ALWAYS, {})
    if not kinds.is_whole(prices, kinds.kind_of(offer.facts)):
        losses.add("no_price", "Its price is unknown; it is left out.", offer.id)
        return None
    if Meter.INPUT not in prices:
        if prices.keys() == {Meter.REQUEST}:
            return Priced(offer, prices, {})
        losses.add("no_unit", "It is sold by a unit that has no word; it is left out.", offer.id)
        return None
    if not prices[Meter.INPUT] and any(prices.get(one) for one in _RATIOS):
        says = "Its input is free and another price is not, which no ratio says; it is left out."
        losses.add("free_input", says, offer.id)
        return None
    return Priced(offer, prices, _ratios(prices), _expression(sheets.lengths(sheet), prices))


def _ratios(prices: Prices) -> dict[str, Any]:
    found: dict[str, Any] = {"model_ratio": times(prices[Meter.INPUT], _HALF_MILLION)}
    for meter, key in _RATIOS.items():
        if meter in prices:
            found[key] = ratio(prices[meter], prices[Meter.INPUT])
    return found


def ratio(part: Decimal, whole: Decimal) -> float:
    """Return the nearest number to a quotient; of nothing, everything is as much."""
    return float(Fraction(part) / Fraction(whole)) if whole else 1.0


def _expression(levels: dict[int, Prices], base: Prices) -> str | None:
    """Return tiers by length: ``len <= 200000 ? tier("0_200k", p*2 + c*12) : tier(…)``."""
    if not levels:
        return None
    starts = [0, *(start - 1 for start in levels)]
    said = ""
    for low, high, held in zip(starts, [*starts[1:], None], (base, *levels.values()), strict=True):
        name = f"{_short(low)}_{'inf' if high is None else _short(high)}"
        sums = " + ".join(
            f"{word}*{decimals.plain(times(held[meter], MILLION))}"
            for meter, word in _WORDS.items()
            if meter in held
        )
        said += f'tier("{name}", {sums})' if high is None else (
            f'len <= {high} ? tier("{name}", {sums}) : '
        )  # fmt: skip
    return said


def _short(tokens: int) -> str:
    return f"{tokens // _THOUSAND}k" if tokens and not tokens % _THOUSAND else str(tokens)


def _count(offer: Offer, sheet: Sheet, losses: Losses) -> None:
    for when, prices in sheet.items():
        if not is_only(when, "min_input_tokens"):
            losses.add("no_condition", "Prices under conditions are left out.", offer.id)
        elif when == ALWAYS:
            for meter in prices.keys() - {Meter.INPUT, *_RATIOS, Meter.REQUEST}:
                losses.add(f"no_key_for_{meter.value}", "This price is left out.", offer.id)
            if Meter.INPUT in prices and Meter.REQUEST in prices:
                says = "A price by the call beside one by tokens is left out."
                losses.add("no_key_for_request", says, offer.id)
        elif prices.keys() - _WORDS.keys():
            says = "An expression of tiers has no word for this price; it is left out."
            losses.add("no_word_in_tier", says, offer.id)
