"""What an offer costs on one day, by condition: what a dialect reads instead of single rates."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

import msgspec

from modeldex.domain import decimals
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.pricing import effective
from modeldex.pricing.meters import DURATIONS, seconds_in

Prices = dict[Meter, Decimal]
Sheet = dict[Conditions, Prices]  # the standard prices stand under ALWAYS, where there are some
_EPOCH, _DAY = date(1970, 1, 1), 86_400
MILLION = Decimal(1_000_000)


def in_force(offer: Offer, today: str) -> Sheet:
    """Return the prices of *offer* in force on *today*, an ISO date, UTC."""
    rates = offer.rates
    return of(effective.in_force(rates, moment(today)) if is_dated(rates) else rates)


def of(rates: Sequence[Rate]) -> Sheet:
    """Return undated rates by condition.

    Of a rate that ends where a longer tier begins, the end is left out: the tier says it. That
    reasoning costs nothing beside the price of output is left out, too: it is billed as output.
    """
    found: Sheet = {}
    for rate in rates:
        found.setdefault(_open_ended(rate, rates), {})[rate.meter] = rate.usd
    for prices in found.values():
        if prices.get(Meter.REASONING) == 0 and prices.get(Meter.OUTPUT):
            del prices[Meter.REASONING]
    return found


def is_dated(rates: Sequence[Rate]) -> bool:
    """Return whether any of *rates* says since when or until when it holds."""
    return any(one.when.valid_from or one.when.valid_until for one in rates)


def lengths(found: Sheet) -> dict[int, Prices]:
    """Return all standard prices from each length of the input on that changes one of them.

    A shorter tier holds on where a longer one says nothing of a meter.
    """
    starts = sorted(
        when.min_input_tokens
        for when in found
        if when.min_input_tokens is not None and is_only(when, "min_input_tokens")
    )
    held, levels = found.get(ALWAYS, {}), dict[int, Prices]()
    for start in starts:
        held = {**held, **found[Conditions(min_input_tokens=start)]}
        levels[start] = held
    return levels


def times(usd: Decimal, units: Decimal | int) -> Decimal:
    """Return the price of so many units, exactly."""
    return decimals.canonical(decimals.EXACT.multiply(usd, Decimal(units)))


def by_the_second(prices: Mapping[Meter, Decimal], meter: Meter) -> Decimal | None:
    """Return the price of a second of *meter*, sold by any length of time.

    ``None`` where it is unknown, or has no finite decimals.
    """
    for one in DURATIONS[meter]:
        if one in prices:
            found = prices[one] / seconds_in(one)
            return decimals.canonical(found) if found * seconds_in(one) == prices[one] else None
    return None


def is_only(when: Conditions, *names: str) -> bool:
    """Return whether *when* states nothing but what *names* name."""
    return _stated(when) <= set(names)


@cache
def _stated(when: Conditions) -> frozenset[str]:
    return frozenset(msgspec.to_builtins(when))


def _open_ended(rate: Rate, rates: Sequence[Rate]) -> Conditions:
    longest = rate.when.max_input_tokens
    if longest is None:
        return rate.when
    ends_there = any(
        one.meter is rate.meter and one.when.min_input_tokens == longest + 1 for one in rates
    )
    return msgspec.structs.replace(rate.when, max_input_tokens=None) if ends_there else rate.when


@cache
def moment(today: str) -> int:
    """Return the first second of an ISO date, UTC."""
    return (date.fromisoformat(today) - _EPOCH).days * _DAY
