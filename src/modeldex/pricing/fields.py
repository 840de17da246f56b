"""Reads the numbers of a usage object, and remembers which keys nobody has read."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from modeldex.domain import decimals
from modeldex.errors import QuestionError

MOST = 10**15  # of any unit in one usage
_SHOWN = 80


class Fields:
    """One object of a usage. Every key must be read, or hold nothing that counts.

    Args:
        where: its dotted path, for errors.
    """

    def __init__(self, values: Mapping[str, Any], where: str = "usage") -> None:
        self.values, self.where = values, where
        self._read = set[str]()
        self._inner: list[Fields] = []

    def at(self, key: str) -> str:
        """Return the dotted path of a key."""
        return f"{self.where}.{key:.{_SHOWN}}"

    def get(self, *keys: str) -> Any:
        """Return the first of *keys* that has a value; all of them count as read."""
        self._read.update(keys)
        found = [self.values[key] for key in keys if self.values.get(key) is not None]
        return found[0] if found else None

    def count(self, *keys: str) -> int | None:
        """Return a whole number, ``None`` where none of *keys* has one.

        Raises:
            QuestionError: it is negative, no whole number, or beyond any usage.
        """
        value = self.get(*keys)
        if value is None:
            return None
        return whole(value, self.at(next(key for key in keys if self.values.get(key) is not None)))

    def text(self, *keys: str) -> str | None:
        """Return a word, ``None`` where there is none."""
        value = self.get(*keys)
        return value if isinstance(value, str) and value else None

    def table(self, *keys: str) -> "Fields":
        """Return an inner object, an empty one where there is none.

        Raises:
            QuestionError: it is no object.
        """
        value = self.get(*keys)
        name = next((key for key in keys if self.values.get(key) is not None), keys[0])
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise QuestionError(self.at(name), f"{self.at(name)} must be an object.")
        found = Fields(value, self.at(name))
        self._inner.append(found)
        return found

    def ignore(self, *keys: str) -> None:
        """Count *keys* as read: they hold nothing that is billed."""
        self._read.update(keys)

    def unread(self) -> Iterable[str]:
        """Yield the paths of keys that count something and that nobody has read."""
        for key, value in self.values.items():
            if key not in self._read and _counts(value):
                yield self.at(str(key))
        for one in self._inner:
            yield from one.unread()


def whole(value: object, where: str) -> int:
    """Return a count of units.

    Raises:
        QuestionError: it is negative, no whole number, or beyond any usage.
    """
    if isinstance(value, float):
        raise QuestionError(where, f"{where} is a binary float. Give a whole number.")
    if isinstance(value, bool) or not isinstance(value, int):
        raise QuestionError(where, f"{where} must be a whole number, not {value!r:.40}.")
    _check(value, where)
    return value


def amount(value: object, where: str) -> Fraction:
    """Return a count that may have decimals: a whole number, a decimal, or one as text.

    Raises:
        QuestionError: it is negative, no number, a binary float, or beyond any usage.
    """
    if isinstance(value, float):
        raise QuestionError(where, f"{where} is a binary float. Give a decimal as text.")
    try:
        found = decimals.price(value)
    except decimals.NotAPrice as error:
        raise QuestionError(where, f"{where}: {error}.") from error
    if found is None:
        raise QuestionError(where, f"{where} is blank. Give a number.")
    _check(found, where)
    return Fraction(found)


def _check(value: int | Decimal, where: str) -> None:
    if value < 0:
        raise QuestionError(where, f"{where} is {value}. It cannot be negative.")
    if value >= MOST:
        raise QuestionError(where, f"{where} is too large. It must be less than {MOST:,}.")


def _counts(value: Any) -> bool:
    """Return whether there is any number but zero in a value."""
    if isinstance(value, Mapping):
        return any(map(_counts, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_counts, value))
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return is_number and bool(value)
