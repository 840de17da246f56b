"""Dates as providers write them: unix seconds, milliseconds, ISO text, or none at all."""

import re
from datetime import UTC, datetime
from decimal import Decimal

_EARLIEST = 946_684_800  # 2000-01-01: no model is older
_LATEST = 3_786_912_000  # 2090-01-01: 2099-12-31 is how some say "never"
_TOO_LARGE = 10**18
_SAME_MOMENT = 120  # seconds
_PERIOD = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_YEAR = 4  # digits
_DIGITS = range(9, 14)  # of seconds and of milliseconds
_EPOCH = datetime.fromtimestamp(0, UTC)


def unix(value: object) -> int | None:
    """Return a date as unix seconds; what is no plausible date is ``None``.

    Milliseconds are told by their size; zero and negative numbers mean unknown.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _from_iso(value.strip())
    if not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return None
    seconds = int(value) if 0 < value < _TOO_LARGE else 0
    if seconds > _LATEST:
        seconds //= 1000
    return seconds if _EARLIEST <= seconds < _LATEST else None


def day(value: object) -> str | None:
    """Return a date as an ISO day, UTC."""
    seconds = unix(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def period(value: object) -> str | None:
    """Return a year, a month or a day as ISO text (``2025``, ``2025-04``, ``2025-04-30``)."""
    if isinstance(value, str) and _PERIOD.fullmatch(value.strip()):
        text = value.strip()
        padded = f"{text}-01-01"[:10] if len(text) == _YEAR else f"{text}-01"[:10]
        return text if day(padded) is not None else None
    return day(value)


def are_dates(created: list[int]) -> bool:
    """Return whether the values of a whole list can be dates of models.

    Servers that have no date stamp every row with one constant, or with the time of the request;
    a list of two or more that falls into the same two minutes says nothing about any model.
    """
    return len(created) <= 1 or max(created) - min(created) > _SAME_MOMENT


def _from_iso(text: str) -> int | None:
    if text.isascii() and text.isdigit():
        return unix(int(text)) if len(text) in _DIGITS else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return unix(int((moment - _EPOCH).total_seconds()))
