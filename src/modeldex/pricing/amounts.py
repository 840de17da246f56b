"""Writes exact amounts as text."""

from fractions import Fraction

PLACES = 30  # of an amount that has no finite decimals


def text(value: Fraction) -> str:
    """Return a number without an exponent, every digit of it.

    One without finite decimals, such as a third, is rounded to ``PLACES`` decimals, half to even;
    :func:`is_exact` says which it is.
    """
    places = _places(value.denominator)
    scaled = value * 10 ** (PLACES if places is None else places)
    digits = f"{round(scaled):0{(PLACES if places is None else places) + 1}d}"
    if not places and places is not None:
        return digits
    cut = len(digits) - (PLACES if places is None else places)
    return f"{digits[:cut]}.{digits[cut:]}".rstrip("0").rstrip(".")


def is_exact(value: Fraction) -> bool:
    """Return whether a number has finite decimals."""
    return _places(value.denominator) is not None


def _places(denominator: int) -> int | None:
    """Return how many decimals a fraction needs, ``None`` where no number of them is enough."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None
