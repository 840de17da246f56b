"""What is suspicious about the step from one listing to the next. Pure."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from modeldex.domain import decimals
from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Meter

RATES = "rates"
LIMITS = ("context_length", "max_output_tokens")


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From where on a change is suspicious, and what releases it.

    Attributes:
        factor: a price or a limit that moved by this factor or more, up or down.
        least_share: an answer with a smaller share of the held rows is held back entire.
        most_suspicious: so is one with a larger share of suspicious rows.
        small: sources with fewer rows than this are judged by the rows alone.
        answers: so many equal answers settle a suspicious row.
        shrunk_answers, shrunk_seconds: so many equal answers over so long release a shrunken one.
        retire_after: complete answers without a model until it is retired.
    """

    factor: int = 10
    least_share: float = 0.5
    most_suspicious: float = 0.1
    small: int = 10
    answers: int = 3
    shrunk_answers: int = 5
    shrunk_seconds: float = 86400.0
    retire_after: int = 3


def suspects(old: Listing, new: Listing, thresholds: Thresholds) -> frozenset[str]:
    """Return the names of the fields that changed suspiciously: of rates, and of limits."""
    limits = (name for name, *_ in _moved_limits(old, new, thresholds.factor))
    return frozenset((*limits, *([RATES] if any(_prices(old, new, thresholds.factor)) else ())))


def doubts(old: Listing, new: Listing, thresholds: Thresholds) -> tuple[str, ...]:
    """Return a sentence for each suspicious change, none for a plausible step."""
    return (*_prices(old, new, thresholds.factor), *_limits(old, new, thresholds.factor))


def tamed(old: Listing, new: Listing, thresholds: Thresholds) -> Listing:
    """Return *new* with the old values where they changed suspiciously, and a doubt for each."""
    found = tuple(sorted({*new.doubts, *doubts(old, new, thresholds)}))
    kept = {name: getattr(old, name) for name in suspects(old, new, thresholds)}
    return msgspec.structs.replace(new, doubts=found, **kept)


def says_the_same(one: Listing, other: Listing) -> bool:
    """Return whether two listings agree on all that can be suspicious."""
    return one.rates == other.rates and all(
        getattr(one, name) == getattr(other, name) for name in LIMITS
    )


def _prices(old: Listing, new: Listing, factor: int) -> Iterable[str]:
    before = _by_meter(old)
    for key, price in _by_meter(new).items():
        was = before.get(key)
        if was is not None and _has_jumped(was, price, factor):
            shown = f"{decimals.plain(was)} to {decimals.plain(price)}"
            yield f"the price of {key[0].value} moved from {shown}; the old one is kept for now"


def _by_meter(one: Listing) -> dict[tuple[Meter, Conditions], Decimal]:
    return {(rate.meter, rate.when): rate.usd for rate in one.rates}


def _has_jumped(was: Decimal | int, now: Decimal | int, factor: int) -> bool:
    if was == now:
        return False
    if not was or not now:
        return True
    return now >= was * factor or was >= now * factor


def _limits(old: Listing, new: Listing, factor: int) -> Iterable[str]:
    for name, was, limit in _moved_limits(old, new, factor):
        yield f"{name} moved from {was} to {limit}; the old one is kept for now"


def _moved_limits(old: Listing, new: Listing, factor: int) -> Iterable[tuple[str, int, int]]:
    for name in LIMITS:
        was, limit = getattr(old, name), getattr(new, name)
        if was is not None and limit is not None and _has_jumped(was, limit, factor):
            yield name, was, limit
