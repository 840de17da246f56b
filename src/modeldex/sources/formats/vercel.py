"""Vercel AI Gateway's prices: tiers by the length of the input, service tiers, regions, variants.

A tier's ``min`` is included. Images are priced by size and quality, videos by resolution, mode and
sound: that is one rate where all variants cost the same, and none where they differ.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_TOKENS = {
    "input": Meter.INPUT, "output": Meter.OUTPUT, "input_cache_read": Meter.CACHE_READ,
    "input_cache_write": Meter.CACHE_WRITE,
}  # fmt: skip
_BILLED_BY_TOKEN = ("language", "embedding", "reranking")
_VARIANTS = {
    "image_dimension_quality_pricing": (Meter.IMAGE, "cost"),
    "video_duration_pricing": (Meter.SECOND, "cost_per_second"),
}


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the conditional rates to the declared ones."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        pricing = _table(row.get("pricing"))
        rates = [rate for rate in one.rates if _is_charged(rate, row)]
        known = {rate.meter for rate in rates}
        more = (*_tiers(pricing, losses), *_variants(pricing, losses))
        rates += [rate for rate in more if rate.when != ALWAYS or rate.meter not in known]
        return (msgspec.structs.replace(one, rates=(*rates, *_special(pricing, losses))),)

    return decode


def _is_charged(rate: Rate, row: Row) -> bool:
    """Return whether a rate is one; a media model's tokens at 0 are not what it is billed by."""
    return bool(rate.usd) or rate.meter not in _TOKENS.values() or _counts_tokens(row)


def _counts_tokens(row: Row) -> bool:
    return row.get("type", "language") in _BILLED_BY_TOKEN


def _tiers(pricing: Row, losses: Losses) -> Iterable[Rate]:
    for key, meter in _TOKENS.items():
        end = None
        for tier in _rows(pricing.get(f"{key}_tiers")):
            start, usd = _start(tier.get("min"), end), losses.price(tier.get("cost"), 1)
            end = values.count(tier.get("max"))
            if start is None:
                losses.unknown_prices[f"pricing.{key}_tiers"] += 1
            elif usd is not None:
                yield Rate(meter=meter, usd=usd, when=_from(start))


def _start(least: Any, end: int | None) -> int | None:
    """Return a tier's first token; of two tiers that share one, it belongs to the former."""
    start = 0 if least in (None, 0) else values.count(least)
    return end if start is not None and start + 1 == end else start


def _from(start: int) -> Conditions:
    return Conditions(min_input_tokens=start) if start else ALWAYS


def _variants(pricing: Row, losses: Losses) -> Iterable[Rate]:
    for key, (meter, at) in _VARIANTS.items():
        costs = {losses.price(variant.get(at), 1) for variant in _rows(pricing.get(key))}
        usd = costs.pop() if len(costs) == 1 else None
        if usd is not None:
            yield Rate(meter=meter, usd=usd)


def _special(pricing: Row, losses: Losses) -> Iterable[Rate]:
    """Yield the rates of ``fast``, of each service tier, and of each region with its ``fast``."""
    yield from _priced(_table(pricing.get("fast")), Conditions(service_tier="fast"), losses)
    for name, prices in _table(pricing.get("service_tiers")).items():
        yield from _priced(_table(prices), Conditions(service_tier=name), losses)
    for name, prices in _table(pricing.get("regional")).items():
        here, fast = _table(prices), Conditions(region=name, service_tier="fast")
        yield from _priced({**here, "fast": None}, Conditions(region=name), losses)
        yield from _priced(_table(here.get("fast")), fast, losses)


def _priced(prices: Row, when: Conditions, losses: Losses) -> Iterable[Rate]:
    for key, value in prices.items():
        if key in _TOKENS:
            if (usd := losses.price(value, 1)) is not None:
                yield Rate(meter=_TOKENS[key], usd=usd, when=when)
        elif key == "long_context":
            yield from _long(_table(value), when, losses)
        elif value is not None:
            losses.unknown_prices[f"pricing.*.{key}"] += 1


def _long(prices: Row, when: Conditions, losses: Losses) -> Iterable[Rate]:
    threshold = values.count(prices.get("threshold"))
    if threshold is None:
        if prices:
            losses.unknown_prices["pricing.*.long_context"] += 1
        return
    above = msgspec.structs.replace(when, min_input_tokens=threshold + 1)
    rest = {key: value for key, value in prices.items() if key != "threshold"}
    yield from _priced({**rest, "long_context": None}, above, losses)


def _table(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> Iterable[Row]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
