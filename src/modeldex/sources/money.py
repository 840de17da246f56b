"""One declared rate: where it stands in a row, and what its number means."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, Inexact
from fnmatch import fnmatchcase
from typing import Any

from modeldex.domain import decimals
from modeldex.domain.rate import ALWAYS, Conditions, Conversion, Meter, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Exchange, Money, Scalar
from modeldex.sources.payload import Row, at

Keys = tuple[str, ...]
_MOST_EXPONENT = 40


class Losses:
    """Counts what a decoder could not understand."""

    def __init__(self) -> None:
        self.dropped = self.skipped = self.bad_prices = 0
        self.unknown_prices: Counter[str] = Counter()

    def price(self, value: object, units: int) -> Any:
        """Return *value* / *units* exactly; a value that is no price is null and counted."""
        try:
            number = decimals.price(value)
            return None if number is None else decimals.per(number, Decimal(units))
        except (decimals.NotAPrice, Inexact):
            self.bad_prices += 1
            return None


class RateReader:
    """One declared rate, its paths split once."""

    def __init__(self, meter: str, money: Money, exchange: Mapping[str, Exchange]) -> None:
        self.meter, self.currency, self.exchange = Meter(meter), money.currency, exchange
        self.keys: Keys = tuple(money.at.split("."))
        self.divisors, self.unit = money.divisors(), optional_keys(money.unit)
        self.text, self.exponent = money.text, optional_keys(money.exponent)
        self.when = [Match(path, wanted) for path, wanted in money.when.items()]
        since = money.min_input_tokens
        self.since = tuple(since.split(".")) if isinstance(since, str) else since

    @property
    def reads(self) -> list[Keys]:
        """Every path that it reads."""
        return [keys for keys in (self.keys, self.unit, self.exponent) if keys is not None]

    def applies(self, row: Row) -> bool:
        """Return whether the row is of the kind that this rate is declared for."""
        return all(one.holds(row) for one in self.when)

    def read(self, row: Row, losses: Losses) -> Rate | None:
        """Return the row's rate, ``None`` where it states none."""
        stated, when = self._stated(row, losses), ALWAYS
        if stated is None:
            return None
        if self.since is not None:
            named = at(row, self.since) if isinstance(self.since, tuple) else self.since
            since = values.count(named)
            if since is None:
                return None
            when = Conditions(min_input_tokens=since)
        return in_dollars(self.meter, stated, when, self.currency, self.exchange)

    def _stated(self, row: Row, losses: Losses) -> Decimal | None:
        stated = at(row, self.keys)
        if self.text == "us" and isinstance(stated, str):
            stated = values.us_number(stated)
        unit = values.scalar(at(row, self.unit)) if self.unit else None
        if self.unit and unit not in self.divisors:
            if stated is not None:
                losses.unknown_prices[f"{'.'.join(self.keys)} per {unit}"] += 1
            return None
        shift = at(row, self.exponent) if self.exponent else 0
        if not isinstance(shift, int) or not 0 <= shift <= _MOST_EXPONENT:
            return None
        usd: Decimal | None = losses.price(stated, self.divisors[unit] * 10**shift)
        return usd


def in_dollars(
    meter: Meter,
    stated: Decimal,
    when: Conditions,
    currency: str | None,
    exchange: Mapping[str, Exchange],
) -> Rate | None:
    """Return a rate of a price in a currency (``None``: dollars).

    It is ``None`` where nobody says what that currency was worth on a day, or where the product
    has more digits than any price.
    """
    if currency in {None, "USD"}:
        return Rate(meter=meter, usd=stated, when=when)
    known = exchange.get(currency or "")
    if known is None:
        return None
    worth = Decimal(known.usd)
    usd = decimals.canonical(decimals.EXACT.multiply(stated, worth))
    made = Conversion(currency=currency or "", amount=stated, usd=worth, date=known.date)
    return Rate(meter=meter, usd=usd, when=when, converted=made)


class Match:
    """Whether a row has one of some values at a path; text may hold ``*`` for anything."""

    def __init__(self, path: str, wanted: Iterable[Scalar]) -> None:
        self.keys = tuple(path.split("."))
        self.words = [one for one in wanted if not (isinstance(one, str) and "*" in one)]
        self.globs = [one for one in wanted if isinstance(one, str) and "*" in one]

    def holds(self, row: Row) -> bool:
        """Return whether it does."""
        found = at(row, self.keys)
        return any(self._is_wanted(one) for one in (found if isinstance(found, list) else [found]))

    def _is_wanted(self, found: Any) -> bool:
        found = values.scalar(found)
        # True == 1 in Python, not in a declaration.
        if any(found == word and type(found) is type(word) for word in self.words):
            return True
        return isinstance(found, str) and any(fnmatchcase(found, glob) for glob in self.globs)


def optional_keys(path: str | None) -> Keys | None:
    """Return a dotted path split, ``None`` where there is none."""
    return None if path is None else tuple(path.split("."))
