"""The usages that were worked out by hand: ``usages.toml``, read."""

import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.pricing import usage
from modeldex.pricing.conditions import Situation
from modeldex.pricing.cost import Bill, bill
from modeldex.pricing.shapes import tier

FILE = Path(__file__).with_name("usages.toml")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_MILLIONTH = Decimal("0.000001")
_NUMBERS = {"min_input_tokens", "max_input_tokens", "min_output_tokens", "max_output_tokens"}


class Worked(msgspec.Struct, frozen=True, kw_only=True):
    """One usage and its sum, as a person wrote them.

    Attributes:
        usd: the result; ``?`` before it where the total is unknown.
    """

    name: str
    rates: tuple[Rate, ...]
    usage: dict[str, Any]
    sum: str
    usd: str
    at: str | None = None
    tier: str | None = None
    region: str | None = None
    options: dict[str, str] = {}
    whole: bool = False

    def billed(self) -> Bill:
        """Return what the code makes of it."""
        used = usage.read(self.usage)
        at = datetime.fromisoformat(self.at) if self.at else NOON
        situation = Situation(
            at=at if at.tzinfo else at.replace(tzinfo=UTC),
            service_tier=tier(self.tier) or used.service_tier,
            region=self.region or used.region,
            options=self.options,
        )
        return bill(used, self.rates, situation, parts_as_whole=self.whole)


def load() -> list[Worked]:
    """Return all of them."""
    found = tomllib.loads(FILE.read_text("utf-8"))
    rates = {name: tuple(map(rate, lines)) for name, lines in found["rates"].items()}
    return [
        Worked(name=name, **{**one, "rates": rates[one["rates"]]})
        for name, one in found["usages"].items()
    ]


def rate(line: str) -> Rate:
    """Return a rate: ``input 6u min_input_tokens=200001``."""
    meter, usd, *conditions = line.split()
    return Rate(meter=Meter(meter), usd=number(usd), when=Conditions(**when(conditions)))


def when(conditions: list[str]) -> dict[str, Any]:
    """Return conditions by name: ``weekdays=67`` are Saturday and Sunday."""
    found: dict[str, Any] = {}
    for one in conditions:
        name, _, value = one.partition("=")
        if name in _NUMBERS:
            found[name] = int(value)
        elif name == "weekdays":
            found[name] = tuple(map(int, value))
        else:
            found[name] = True if name == "marginal" else value
    return found


def number(text: str) -> Decimal:
    """Return a number; a ``u`` behind it is one millionth."""
    return Decimal(text.rstrip("u")) * (_MILLIONTH if text.endswith("u") else 1)


def added(text: str) -> Fraction:
    """Return what a sum of products is: ``800*3u + 2*0.01``."""
    return sum((_product(term) for term in text.split("+")), Fraction(0))


def _product(term: str) -> Fraction:
    found, operator = Fraction(1), "*"
    for word in re.findall(r"[*/]|[0-9.]+u?", term):
        if word in "*/":
            operator = word
        else:
            value = Fraction(number(word))
            found = found * value if operator == "*" else found / value
    return found
