"""Moments as questions give them."""

import re
from datetime import UTC, datetime, timedelta

from modeldex.dialects.remembered import moment as written
from modeldex.errors import BadValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_MOMENT = re.compile(rf"{_DATE}(?:T{_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}}))?")
_ALLOWED = (
    "a date, which means its first moment in UTC (2026-08-15), or a time with its zone "
    "(2026-08-15T12:30:00Z; write + as %2B in an address)"
)
FORMAT = "Date (its first moment, UTC) or date and time with a zone, ISO 8601."


def check(name: str, moment: int | None, horizon: int) -> None:
    """Do nothing for a moment of which enough is remembered.

    Raises:
        BadValue: it lies before *horizon* (unix seconds); *name* is the parameter's.
    """
    if moment is not None and moment < horizon:
        since = written(horizon)
        allowed = f"a moment from {since} on; what was before has been forgotten (HISTORY_DAYS)"
        raise BadValue(name, written(moment) or "", allowed)


def parse(name: str, text: str) -> int:
    """Return the unix second in which a moment lies.

    Raises:
        BadValue: it is no moment; *name* is the parameter's.
    """
    if not _MOMENT.fullmatch(text):
        raise BadValue(name, text, _ALLOWED)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue(name, text, _ALLOWED) from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(seconds=1)
