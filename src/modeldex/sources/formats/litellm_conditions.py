"""LiteLLM's conditions that are no price keys: off-peak hours, and factors of regions and modes.

``off_peak_pricing`` has ``hours_utc`` such as ``16:30-00:30``, and ``windows``, each with such
hours and ``weekdays`` in ``weekday_timezone``: 1 is Monday, a window that ends where it begins is
the whole day, and the day is that of the moment itself. ``provider_specific_entry`` has a factor
for all tokens, such as ``{"us": 1.1, "fast": 2}``; both hold together.
"""

import re
from collections.abc import Iterable
from itertools import product
from typing import Any

import msgspec

from modeldex.domain import decimals
from modeldex.domain.rate import Conditions, Rate
from modeldex.pricing.meters import TOKENS
from modeldex.sources import values
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_HOURS = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_REGIONS, _FAST = ("us", "eu"), "fast"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def conditions(block: Any, losses: Losses) -> list[Conditions]:
    """Return when the block's prices hold; ``[]``, and counted, where that is not understood."""
    if not isinstance(block, dict) or not block:
        return []
    zone, rules = values.text(block.get("weekday_timezone")), block.get("windows") or []
    flat = [block] if block.get("hours_utc") or block.get("weekdays") else []
    try:
        return [when for rule in (*flat, *rules) for when in _of_rule(rule, zone)]
    except (ValueError, TypeError, AttributeError):
        losses.unknown_prices["off_peak_pricing"] += 1
        return []


def together(hours: Iterable[Conditions], tiers: Iterable[Conditions]) -> Iterable[Conditions]:
    """Yield the hours, each also with every standard tier by length, over which they win."""
    plain = {one.min_input_tokens for one in tiers if one.service_tier is None}
    for when, least in product(hours, {None, *plain}):
        yield msgspec.structs.replace(when, min_input_tokens=least)


def elsewhere(rate: Rate, factors: Any, losses: Losses) -> Iterable[Rate]:
    """Yield what a standard rate of tokens becomes in the regions and modes that have a factor."""
    if rate.meter not in TOKENS or rate.when.region or rate.when.service_tier:
        return
    known = {
        name: factor
        for name in (*_REGIONS, _FAST)
        if isinstance(factors, dict) and (factor := losses.price(factors.get(name), 1))
    }
    regions = [name for name in _REGIONS if name in known]
    for region, mode in product((None, *regions), (None, _FAST) if _FAST in known else (None,)):
        if region is None and mode is None:
            continue
        usd = rate.usd
        for name in filter(None, (region, mode)):
            usd = decimals.canonical(decimals.EXACT.multiply(usd, known[name]))
        when = msgspec.structs.replace(rate.when, region=region, service_tier=mode)
        yield msgspec.structs.replace(rate, usd=usd, when=when)


def _of_rule(rule: Row, zone: str | None) -> Iterable[Conditions]:
    days = None if rule.get("weekdays") is None else tuple(map(_day, rule["weekdays"]))
    stated = rule.get("hours_utc") or []
    for text in [stated] if isinstance(stated, str) else stated:
        found = _HOURS.fullmatch(text)
        if found is None:
            raise ValueError(text)
        start, end = found[1], found[2]
        all_day = start == end
        yield Conditions(
            utc_start=None if all_day and days else start,
            utc_end=None if all_day and days else end,
            weekdays=days,
            zone=zone if days else None,
        )


def _day(word: Any) -> int:
    """Return a day's number; names may be long or short."""
    number = _DAYS.index(word[:3].lower()) + 1 if isinstance(word, str) else word
    if isinstance(number, bool) or number not in range(1, 8):
        raise ValueError(word)
    return int(number)
