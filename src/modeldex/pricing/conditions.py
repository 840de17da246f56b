"""Which of several rates of one meter holds for a request.

First what a caller chooses: rates of the asked service tier, region or option replace those
without. Then what the moment and the lengths decide: of the rates that hold, one whose conditions
are narrower in every respect wins. Where none is, and the rates differ, nothing is chosen.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from modeldex.domain.rate import Conditions, Rate
from modeldex.pricing.fields import MOST

_CHOSEN = ("service_tier", "region", "option")
_WINDOW = ("utc_start", "utc_end", "local_start", "local_end")


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which rates hold.

    Attributes:
        at: the moment of the request, with a zone.
        service_tier, region: as asked for; ``None`` is the standard one.
        options: settings of the request by name.
        input_tokens, output_tokens: all of them, cached and reasoning ones included.
    """

    at: datetime
    service_tier: str | None = None
    region: str | None = None
    options: Mapping[str, str] = msgspec.field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0


class Unsettled(Exception):
    """No rate can be chosen; the text says what is needed."""


def in_force(rates: Sequence[Rate], at: datetime) -> tuple[Rate, ...]:
    """Return the rates in force at a moment, without their dates.

    Of two of one meter under otherwise equal conditions, the one that began later holds; two
    that began together are both kept.
    """
    day = at.astimezone(UTC).date().isoformat()
    found: dict[tuple[object, Conditions], list[Rate]] = {}
    since: dict[tuple[object, Conditions], str] = {}
    for rate in rates:
        when, began = rate.when, rate.when.valid_from or ""
        if began > day or (when.valid_until is not None and day >= when.valid_until):
            continue
        undated = msgspec.structs.replace(when, valid_from=None, valid_until=None)
        key = (rate.meter, undated)
        if key not in since or since[key] < began:
            since[key], found[key] = began, []
        if since[key] == began:
            found[key].append(msgspec.structs.replace(rate, when=undated))
    return tuple(rate for group in found.values() for rate in group)


def choose(rates: Sequence[Rate], situation: Situation, position: int | None = None) -> Rate:
    """Return the one rate that holds.

    Args:
        rates: in force, all of one meter.
        position: which token of the input is billed, from 1 on, for marginal tiers.

    Raises:
        Unsettled: none holds, or several do that differ.
    """
    holding = [one for one in asked(rates, situation) if holds(one.when, situation, position)]
    best = [
        one for one in holding if not any(_is_narrower(other.when, one.when) for other in holding)
    ]
    if not best:
        raise Unsettled("no rate holds at this moment and length")
    if len({one.usd for one in best}) > 1:
        said = " and ".join(sorted(f"{one.usd:f}" for one in best))
        raise Unsettled(f"several rates hold at once ({said}), and none is narrower")
    return min(best, key=lambda one: msgspec.json.encode(one.when))


def asked(rates: Sequence[Rate], situation: Situation) -> list[Rate]:
    """Return the rates of what the caller chose, where there are some, else those without."""
    found = list(rates)
    for name in _CHOSEN:
        wanted = [one for one in found if _is_wanted(one.when, name, situation)]
        found = wanted or [one for one in found if getattr(one.when, name) is None]
    return found


def _is_wanted(when: Conditions, name: str, situation: Situation) -> bool:
    stated: str | None = getattr(when, name)
    if stated is None:
        return False
    if name == "option":
        setting, _, value = stated.partition("=")
        return situation.options.get(setting) == value
    wanted: str | None = getattr(situation, name)
    return wanted is not None and stated.lower() == wanted.lower()


def holds(when: Conditions, situation: Situation, position: int | None = None) -> bool:
    """Return whether the moment and the lengths are those of a rate.

    Raises:
        Unsettled: that cannot be decided here.
    """
    if when.marginal and position is None and situation.input_tokens >= _least(when):
        raise Unsettled("its marginal tier has no meaning for this meter")
    length = position if when.marginal and position is not None else situation.input_tokens
    (low, high), (short, long) = _lengths(when)
    fits = low <= length <= high and short <= situation.output_tokens <= long
    return fits and _is_within(when, situation.at)


def _least(when: Conditions) -> int:
    return when.min_input_tokens or 0


def _lengths(when: Conditions) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the lengths of input and of answer between which a rate holds."""
    longest, most = when.max_input_tokens, when.max_output_tokens
    return (
        (_least(when), MOST if longest is None else longest),
        (when.min_output_tokens or 0, MOST if most is None else most),
    )


def _is_within(when: Conditions, at: datetime) -> bool:
    """Return whether a moment is in a rate's hours and days; seconds do not count."""
    clock = at.astimezone(UTC)
    if not _is_between(when.utc_start, when.utc_end, clock):
        return False
    if when.weekdays is None and when.local_start is None and when.local_end is None:
        return True
    local = clock.astimezone(_zone(when.zone))
    on_day = when.weekdays is None or local.isoweekday() in when.weekdays
    return on_day and _is_between(when.local_start, when.local_end, local)


def _is_between(start: str | None, end: str | None, clock: datetime) -> bool:
    if start is None and end is None:
        return True
    first, last, now = start or "00:00", end or "24:00", f"{clock:%H:%M}"
    if first < last:
        return first <= now < last
    return now >= first or now < last


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Unsettled(f"the time zone {name!r:.80} is not known here") from error


def _is_narrower(one: Conditions, other: Conditions) -> bool:
    """Return whether *one* is as narrow as *other* in every respect, and narrower in some."""
    return _is_as_narrow(one, other) and not _is_as_narrow(other, one)


def _is_as_narrow(one: Conditions, other: Conditions) -> bool:
    pairs = zip(_lengths(one), _lengths(other), strict=True)
    lengths = all(low <= least and most <= high for (least, most), (low, high) in pairs)
    return lengths and _has_window_of(one, other) and _has_days_of(one, other)


def _has_window_of(one: Conditions, other: Conditions) -> bool:
    theirs = [getattr(other, name) for name in _WINDOW]
    if not any(theirs):
        return True
    same_clock = one.zone == other.zone or not any(theirs[2:])
    return same_clock and [getattr(one, name) for name in _WINDOW] == theirs


def _has_days_of(one: Conditions, other: Conditions) -> bool:
    if other.weekdays is None:
        return True
    same_zone = one.zone == other.zone
    return one.weekdays is not None and same_zone and {*one.weekdays} <= {*other.weekdays}
