"""Reads rates back from the JSON of an offer's row, as the native dialect writes them."""

from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain.rate import Conditions, Conversion, Meter, Rate


class _Conversion(msgspec.Struct, frozen=True):
    currency: str
    amount: Decimal
    usd_per_unit_of_currency: Decimal
    date: str


class StatedRate(msgspec.Struct, frozen=True):
    """A rate as it stands in a row; decimals are text there, and stay exact."""

    meter: Meter
    usd: Decimal
    when: dict[str, Any] = {}
    converted: _Conversion | None = None


def rates(stated: tuple[StatedRate, ...]) -> tuple[Rate, ...]:
    """Return the rates of a row.

    Raises:
        msgspec.ValidationError: it has a condition that this version does not know.
    """
    return tuple(
        Rate(meter=one.meter, usd=one.usd, when=_when(one.when), converted=_from(one.converted))
        for one in stated
    )


def _when(stated: dict[str, Any]) -> Conditions:
    told = {name: value for name, value in stated.items() if name != "tier"}
    unknown = told.keys() - set(Conditions.__struct_fields__)
    if unknown:
        # A condition that is not understood could make any rate hold at the wrong time.
        raise msgspec.ValidationError(f"unknown conditions: {', '.join(sorted(unknown))}")
    return msgspec.convert({**told, "marginal": stated.get("tier") == "marginal"}, Conditions)


def _from(stated: _Conversion | None) -> Conversion | None:
    if stated is None:
        return None
    return Conversion(
        currency=stated.currency,
        amount=stated.amount,
        usd=stated.usd_per_unit_of_currency,
        date=stated.date,
    )
