"""Exact decimals: read from a payload's own text, written without an exponent.

A price never passes through a binary float. Exponents are bounded before anything is formatted,
since thirteen bytes (``1e99999999999``) would otherwise be enough to exhaust the memory.
"""

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_TEXT = re.compile(r"[+]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?|[+]?\.[0-9]+")
_MOST_DIGITS = 40
_LARGEST_EXPONENT = 12
_SMALLEST_EXPONENT = -40


class NotAPrice(ValueError):
    """A value where a price should stand is negative, not finite, or not a number."""


def price(value: object) -> Decimal | None:
    """Return *value* as an exact decimal, or ``None`` where it is absent (``None`` or blank).

    Raises:
        NotAPrice: it is negative, not finite, a boolean, a word, or beyond any price.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise NotAPrice(f"{value!r:.60} is not a number")
    if isinstance(value, str):
        value = _from_text(value.strip())
    number = Decimal(value) if isinstance(value, int) and abs(value) < 10**30 else value
    if not isinstance(number, Decimal) or not number.is_finite() or number < 0:
        raise NotAPrice(f"{str(value)[:60]!r} is negative or not finite")
    return _bounded(number)


def _from_text(text: str) -> Decimal:
    if not _TEXT.fullmatch(text):
        raise NotAPrice(f"{text[:60]!r} is not a number")
    return Decimal(text)


def _bounded(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - finite, as was checked
    highest = number.adjusted()
    if len(digits) > _MOST_DIGITS or highest > _LARGEST_EXPONENT or exponent < _SMALLEST_EXPONENT:
        raise NotAPrice("the number has more digits than any price")
    return canonical(number)


def canonical(number: Decimal) -> Decimal:
    """Return the one form of a number: ``1.10`` and ``1.1`` are the same, zero has no sign."""
    if not number:
        return Decimal(0)
    return number.normalize(EXACT)


def per(number: Decimal, units: Decimal) -> Decimal:
    """Return *number* divided by *units*, exactly.

    Raises:
        Inexact: the quotient has no finite decimal form of 60 digits.
    """
    return canonical(EXACT.divide(number, units))


def plain(number: Decimal) -> str:
    """Return a number as ``[0-9]+(.[0-9]+)?``, without an exponent or trailing zeros."""
    return format(canonical(number), "f")
