"""simonw/llm-prices: prices of input and output in USD per million tokens, now and by date."""

from collections.abc import Iterator
from typing import Any

from modeldex.dialects import sheet as sheets
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import MILLION, Sheet, times
from modeldex.dialects.spellings import spellings
from modeldex.domain.model import Catalog
from modeldex.domain.moments import written
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Meter
from modeldex.pricing import effective

_SAID = {Meter.INPUT, Meter.OUTPUT, Meter.CACHE_READ}


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield the prices of today, and those of all times that the rates themselves name."""
    now, ever = list[dict[str, Any]](), list[dict[str, Any]]()
    for offer in catalog.offers:
        if offer.is_active:
            if (row := _row(offer, sheets.in_force(offer, catalog.date))) is None:
                losses.add("no_price", "Its price is unknown; it is left out.", offer.id)
                continue
            now.append(row)
            ever.extend(_history(offer))
            _count(offer, sheets.in_force(offer, catalog.date), losses)
    changed = max((one.last_changed for one in catalog.offers if one.is_active), default=None)
    yield "current", {"updated_at": changed, "prices": now}
    yield "historical", {"prices": ever}


def _row(offer: Offer, sheet: Sheet) -> dict[str, Any] | None:
    prices = sheet.get(ALWAYS, {})
    if not {Meter.INPUT, Meter.OUTPUT} <= prices.keys():
        return None
    cached = prices.get(Meter.CACHE_READ)
    return {
        "id": spellings(offer)[0],
        "vendor": offer.facts.provider,
        "name": offer.facts.name or offer.facts.provider_model_id,
        "input": times(prices[Meter.INPUT], MILLION),
        "output": times(prices[Meter.OUTPUT], MILLION),
        "input_cached": None if cached is None else times(cached, MILLION),
    }


def _history(offer: Offer) -> Iterator[dict[str, Any]]:
    for one in effective.pieces(offer.rates):
        if (row := _row(offer, sheets.of(one.rates))) is not None:
            yield {**row, "from_date": _day(one.valid_from), "to_date": _day(one.valid_until)}


def _day(seconds: int | None) -> str | None:
    return None if seconds is None else written(seconds)[:10]


def _count(offer: Offer, sheet: Sheet, losses: Losses) -> None:
    for when, prices in sheet.items():
        if when != ALWAYS:
            losses.add("no_condition", "Prices under conditions are left out.", offer.id)
        for meter in prices.keys() - _SAID if when == ALWAYS else ():
            losses.add(f"no_key_for_{meter.value}", "This price is left out.", offer.id)
