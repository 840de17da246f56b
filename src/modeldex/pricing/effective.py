"""Which rates are in force when, and the name of a set of rates. Moments are unix seconds."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec

from modeldex.domain import decimals
from modeldex.domain.rate import Conditions, Conversion, Meter, Rate
from modeldex.errors import HistoryError

_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_TOKENS = "token"
_UNITS = {
    Meter.IMAGE: "image", Meter.REQUEST: "request", Meter.WEB_SEARCH: "search",
    Meter.FILE_SEARCH: "search", Meter.TOOL_CALL: "call", Meter.SECOND: "second",
    Meter.INPUT_SECOND: "second", Meter.MINUTE: "minute", Meter.INPUT_MINUTE: "minute",
    Meter.HOUR: "hour", Meter.INPUT_HOUR: "hour", Meter.CHARACTER: "character",
    Meter.QUERY: "query", Meter.PAGE: "page", Meter.ANNOTATED_PAGE: "page",
    Meter.MESSAGE: "message",
}  # fmt: skip
Kind = tuple[Meter, Conditions]  # what is billed, whenever it is


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the same rates are in force; ``None`` is open on that side.

    Attributes:
        rates: without dates.
        dated: its source dates every one of them, so that it speaks of other times than its own.
    """

    valid_from: int | None
    valid_until: int | None
    rates: tuple[Rate, ...]
    dated: bool = False

    def holds(self, moment: int) -> bool:
        """Return whether *moment* lies in it."""
        began = self.valid_from is None or self.valid_from <= moment
        return began and (self.valid_until is None or moment < self.valid_until)


def pieces(rates: tuple[Rate, ...]) -> tuple[Piece, ...]:
    """Return the consecutive pieces of all time into which effective dates split *rates*.

    Of two rates of one kind that are in force at once, the one that began later holds; one whose
    dates are reversed never does.
    """
    moments = sorted({one for rate in rates for one in _dates(rate.when)})
    if not moments:
        return (Piece(valid_from=None, valid_until=None, rates=rates),)
    kinds = _by_kind(rates)
    dated = {kind for kind, ones in kinds.items() if any(map(_is_dated, ones))}
    return tuple(
        _piece(began, until, kinds, dated) for began, until in pairwise([None, *moments, None])
    )


def in_force(rates: tuple[Rate, ...], moment: int) -> tuple[Rate, ...]:
    """Return the rates in force at *moment*, without dates."""
    return next(one.rates for one in pieces(rates) if one.holds(moment))


def date_problems(rates: Sequence[Rate]) -> Iterator[str]:
    """Yield what contradicts itself in the effective dates of *rates*.

    A rate that says when it ends must end before the next one of its kind begins.
    """
    for rate in rates:
        began, until = rate.when.valid_from, rate.when.valid_until
        if began is not None and until is not None and until <= began:
            yield f"a rate for {rate.meter.value} ends on {until}, not after its start on {began}"
    for (meter, _), ones in _by_kind(rates).items():
        ordered = sorted(ones, key=lambda one: one.when.valid_from or "")
        for left, right in pairwise(ordered):
            if _clash(left, right):
                yield f"two rates for {meter.value} hold on {right.when.valid_from or 'all days'}"


def rate_value(rate: Rate) -> dict[str, Any]:
    """Return a rate with its unit and conditions; ``pricing.stated`` reads it back."""
    value: dict[str, Any] = {
        "meter": rate.meter.value,
        "unit": _UNITS.get(rate.meter, _TOKENS),
        "usd": decimals.plain(rate.usd),
    }
    if when := _conditions(rate.when):
        value["when"] = when
    if rate.converted is not None:
        value["converted"] = _conversion(rate.converted)
    return value


def rate_id(rates: tuple[Rate, ...]) -> str | None:
    """Return the id of a rate set: a hash of its content, whatever the order."""
    if not rates:
        return None
    said = sorted(map(_said, rates))
    return f"rate_{hashlib.sha256(b','.join(said)).hexdigest()[:24]}"


def in_order(rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
    """Return the same rates in the one order that does not depend on who lists them how."""
    return rates if len(rates) <= 1 else tuple(sorted(rates, key=_said))


def _conditions(when: Conditions) -> dict[str, Any]:
    """Return conditions by name; a tier by length says whether it is a cliff or a margin."""
    found: dict[str, Any] = msgspec.to_builtins(when)
    if found.pop("marginal", False) or "min_input_tokens" in found:
        found["tier"] = "marginal" if when.marginal else "cliff"
    return found


def _conversion(from_other: Conversion) -> dict[str, str]:
    return {
        "currency": from_other.currency,
        "amount": decimals.plain(from_other.amount),
        "usd_per_unit_of_currency": decimals.plain(from_other.usd),
        "date": from_other.date,
    }


def _said(rate: Rate) -> bytes:
    return msgspec.json.encode(rate_value(rate))


def _by_kind(rates: Sequence[Rate]) -> dict[Kind, list[Rate]]:
    found: dict[Kind, list[Rate]] = defaultdict(list)
    for rate in rates:
        found[rate.meter, _always(rate).when].append(rate)
    return found


def _piece(
    began: int | None, until: int | None, kinds: dict[Kind, list[Rate]], dated: set[Kind]
) -> Piece:
    """A boundary lies on no inside of a piece, so its whole is as its first or last moment is."""
    moment = began if began is not None else (until or 0) - 1
    found = {kind: rate for kind, ones in kinds.items() if (rate := _holding(ones, moment))}
    return Piece(
        valid_from=began,
        valid_until=until,
        rates=tuple(map(_always, found.values())),
        dated=found.keys() <= dated,
    )


def _holding(ones: list[Rate], moment: int) -> Rate | None:
    held = [one for one in ones if _holds(one.when, moment)]
    return max(held, key=lambda one: one.when.valid_from or "", default=None)


def _holds(when: Conditions, moment: int) -> bool:
    began, until = when.valid_from, when.valid_until
    if began is not None and moment < _moment(began):
        return False
    return until is None or moment < _moment(until)


def _clash(left: Rate, right: Rate) -> bool:
    """Return whether *right*, which does not begin earlier, begins inside a dated *left*."""
    if not (_is_dated(left) or _is_dated(right)):
        return False
    began, until = right.when.valid_from, left.when.valid_until
    if left.when.valid_from == began:
        return left.usd != right.usd
    return until is not None and began is not None and began < until


def _always(rate: Rate) -> Rate:
    if not _is_dated(rate):
        return rate
    when = msgspec.structs.replace(rate.when, valid_from=None, valid_until=None)
    return msgspec.structs.replace(rate, when=when)


def _is_dated(rate: Rate) -> bool:
    return rate.when.valid_from is not None or rate.when.valid_until is not None


def _dates(when: Conditions) -> Iterator[int]:
    return (_moment(one) for one in (when.valid_from, when.valid_until) if one is not None)


def _moment(text: str) -> int:
    """Return the first moment of an ISO date, UTC."""
    try:
        return (date.fromisoformat(text) - _EPOCH).days * _DAY
    except ValueError:
        message = f"A rate is dated {text[:40]!r}, which is no date. Write it like 2026-08-15."
        raise HistoryError(message) from None
