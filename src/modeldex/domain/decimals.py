"""Exact decimals: read from a payload's own text, written without an exponent.

A price never passes through a binary float. Exponents are bounded before anything is formatted,
since thirteen bytes (``1e99999999999``) would otherwise be enough to exhaust the memory.
"""

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_TEXT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# At most 40 digits, 13 of them before the point and 40 behind it; nothing is ever rounded.
_PRICE = Context(prec=40, Emax=12, Emin=-1, traps=[Inexact, Overflow])


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
    number = _from_text(value.strip()) if isinstance(value, str) else Decimal(value)
    if not number.is_finite() or number < 0:
        raise NotAPrice(f"{str(number)[:60]!r} is negative or not finite")
    return _bounded(number)


def _from_text(text: str) -> Decimal:
    if not _TEXT.fullmatch(text):
        raise NotAPrice(f"{text[:60]!r} is not a number")
    return Decimal(text)


def _bounded(number: Decimal) -> Decimal:
    try:
        return number.normalize(_PRICE) or Decimal(0)
    except (Inexact, Overflow) as error:
        raise NotAPrice("the number has more digits than any price") from error


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
