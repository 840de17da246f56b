"""Rates as OpenRouter's ``pricing``: standard prices, and overrides by length and hour."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from modeldex.dialects import native
from modeldex.dialects.losses import Losses
from modeldex.domain import decimals
from modeldex.domain.rate import Conditions, Meter, Rate

_OVERRIDES = {
    Meter.INPUT: "prompt",
    Meter.OUTPUT: "completion",
    Meter.INPUT_AUDIO: "audio",
    Meter.CACHE_READ_AUDIO: "input_audio_cache",
    Meter.CACHE_READ: "input_cache_read",
    Meter.CACHE_WRITE: "input_cache_write",
    Meter.CACHE_WRITE_1H: "input_cache_write_1h",
}
_WHY = {
    "marginal": "a tier that bills only the tokens above a length cannot be said",
    "length": "a price by the length of the answer, or up to a length, cannot be said",
    "weekdays": "a price by day of the week cannot be said; pricing is the one outside of it",
    "zone": "a price by the clocks of a place cannot be said; hours are UTC here",
    "region": "a price for one region cannot be said; pricing is the standard one",
    "option": "a price that depends on a setting of the request cannot be said",
}


class When(NamedTuple):
    """What an override can depend on; HHMM numbers, or ``None``."""

    above: int | None
    start: int | None
    end: int | None


def pricing(
    prices: Mapping[Meter, Decimal], rates: Iterable[Rate], name: str, losses: Losses
) -> dict[str, Any] | None:
    """Return prices with their overrides; ``None`` unless both text prices are known.

    Args:
        prices: the standard ones.
        rates: those in force, of one service tier.
        name: id of the offer, for *losses*.
    """
    if not {Meter.INPUT, Meter.OUTPUT} <= prices.keys():
        return None
    for meter in prices.keys() - native.PRICE_KEYS.keys():
        losses.add("meter", f"a price per {meter.value} has no place", name)
    found: dict[str, Any] = {**(native.pricing(prices) or {})}
    if said := _overrides(list(rates), name, losses):
        found["overrides"] = said
    return found


def by_tier(rates: Iterable[Rate]) -> dict[str | None, list[Rate]]:
    """Return rates by service tier, without it; ``None`` is the ordinary one."""
    found: dict[str | None, list[Rate]] = defaultdict(list)
    for rate in rates:
        tier = rate.when.service_tier
        plain = rate if tier is None else replace(rate, when=replace(rate.when, service_tier=None))
        found[tier].append(plain)
    return found


def _overrides(rates: list[Rate], name: str, losses: Losses) -> list[dict[str, Any]]:
    """Return overrides in the order in which the later one wins: the narrower behind the wider."""
    found: dict[When, dict[str, str]] = defaultdict(dict)
    for rate, when in _sayable(rates, name, losses):
        if rate.meter in _OVERRIDES:
            found[when][_OVERRIDES[rate.meter]] = decimals.plain(rate.usd)
        else:
            says = f"only text, cache and audio have tiers; one of {rate.meter.value} is not said"
            losses.add("override_meter", says, name)
    _count_crossings(found, name, losses)
    return [{**_said(when), **found[when]} for when in sorted(found, key=_width)]


def _sayable(rates: Sequence[Rate], name: str, losses: Losses) -> Iterator[tuple[Rate, When]]:
    longer = {(one.meter, one.when.min_input_tokens) for one in rates}
    for rate in rates:
        when = rate.when
        if when.max_input_tokens is not None and (rate.meter, when.max_input_tokens + 1) in longer:
            when = replace(when, max_input_tokens=None)
        if when == Conditions():
            continue
        if (kind := _unsayable(when)) is not None:
            losses.add(kind, _WHY[kind], name)
        else:
            yield rate, _when(when)


def _unsayable(when: Conditions) -> str | None:
    """Return the kind of condition that has no place; hours on clocks of UTC have one."""
    lengths = (when.max_input_tokens, when.min_output_tokens, when.max_output_tokens)
    local = when.local_start is not None and when.zone not in (None, "UTC")
    reasons = {
        "marginal": when.marginal,
        "length": any(one is not None for one in lengths),
        "weekdays": when.weekdays is not None,
        "zone": local,
        "region": when.region is not None,
        "option": when.option is not None,
    }
    return next((kind for kind, holds in reasons.items() if holds), None)


def _when(when: Conditions) -> When:
    above = None if when.min_input_tokens is None else when.min_input_tokens - 1
    start, end = when.utc_start or when.local_start, when.utc_end or when.local_end
    return When(above, _hhmm(start), _hhmm(end))


def _hhmm(clock: str | None) -> int | None:
    return None if clock is None else int(clock.replace(":", ""))


def _said(when: When) -> dict[str, int]:
    names = ("min_prompt_tokens", "utc_start", "utc_end")
    pairs = zip(names, when, strict=True)
    return {name: value for name, value in pairs if value is not None}


def _width(when: When) -> tuple[bool, bool, int, int, int]:
    """Order tiers, then hours, then both together; longer tiers behind shorter ones."""
    timed, tiered = when.start is not None, when.above is not None
    return (timed and tiered, timed, when.above or 0, when.start or 0, when.end or 0)


def _count_crossings(found: Mapping[When, dict[str, str]], name: str, losses: Losses) -> None:
    """Count where a tier and hours meet, and nobody says what holds then."""
    tiers = [one for one in found if one.start is None]
    hours = [one for one in found if one.above is None]
    for tier in tiers:
        for hour in hours:
            both = When(tier.above, hour.start, hour.end)
            if found[tier].keys() & found[hour].keys() - found.get(both, {}).keys():
                says = "what holds in a long prompt at these hours is not known; the hours' price"
                losses.add("crossing", f"{says} is said", name)
