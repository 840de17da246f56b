"""Values of a row, read for what they are; anything else is unknown."""

from decimal import Decimal
from typing import Any

_MOST_DIGITS = 18


def text(value: object) -> str | None:
    """Return text without outer blanks; blank text is unknown."""
    return value.strip() or None if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...] | None:
    """Return a list of words, or the words of a comma-separated text."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return None
    return tuple(word.strip() for word in value if isinstance(word, str) and word.strip())


def count(value: object) -> int | None:
    """Return a positive whole number; zero, negative and nonsense mean unknown."""
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= _MOST_DIGITS
    ):
        value = int(value)
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() > _MOST_DIGITS):
        return None
    return int(value) if 0 < value < 2**53 and value == int(value) else None


def flag(value: object, *, default: bool | None = None) -> bool | None:
    """Return a boolean that is stated as one, else *default*."""
    return value if isinstance(value, bool) else default


def scalar(value: Any) -> Any:
    """Return a value that can be compared with a declared one, else ``None``."""
    return value if isinstance(value, str | int | bool) else None


def us_number(text: str) -> str:
    """Return an amount as Americans write it (``$1,234.50``) as a plain number."""
    return text.strip().removeprefix("$").replace(",", "")
