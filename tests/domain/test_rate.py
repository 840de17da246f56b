"""The standard rate is the one without conditions that is in force."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate, standard

TODAY = "2026-11-23"


def rate(usd: str, meter: Meter = Meter.INPUT, **when: Any) -> Rate:
    """Return a rate under conditions."""
    return Rate(meter=meter, usd=Decimal(usd), when=Conditions(**when))


@pytest.mark.parametrize(
    "when",
    [
        {"min_input_tokens": 200_001},
        {"utc_start": "16:30", "utc_end": "00:30"},
        {"utc_start": "16:30"},
        {"utc_end": "00:30"},
        {"service_tier": "batch"},
        {"region": "eu"},
        {"region": "eu", "valid_from": "2026-01-01"},
        {"valid_from": "2026-11-24"},
        {"valid_until": "2026-11-23"},
        {"valid_from": "2026-01-01", "valid_until": "2026-11-22"},
    ],
)
def test_a_conditional_or_untimely_rate_is_not_standard(when: dict[str, Any]) -> None:
    """A tier, a region, a window of the day, a past or future period: none is the standard."""
    assert standard((rate("1", **when),), TODAY) == {}


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"min_input_tokens": 0},
        {"valid_from": TODAY},
        {"valid_until": "2026-11-24"},
        {"valid_from": "2026-01-01", "valid_until": "2027-01-01"},
    ],
)
def test_a_rate_in_force_today_is_standard(when: dict[str, Any]) -> None:
    """A period includes its first day and excludes its last; a tier from zero on is no tier."""
    assert standard((rate("1", **when),), TODAY) == {Meter.INPUT: Decimal(1)}


@pytest.mark.parametrize("turned", [False, True])
def test_the_rate_that_began_later_holds(*, turned: bool) -> None:
    """Of two in force the later one wins, wherever it stands in the list."""
    rates = [rate("1"), rate("2", valid_from="2026-02-01"), rate("3", valid_from="2027-01-01")]
    found = standard(tuple(reversed(rates) if turned else rates), TODAY)

    assert found == {Meter.INPUT: Decimal(2)}


def test_of_two_that_began_together_the_first_holds() -> None:
    """The order in which a source states its rates decides where nothing else does."""
    assert standard((rate("1"), rate("2")), TODAY) == {Meter.INPUT: Decimal(1)}


def test_meters_are_chosen_apart() -> None:
    """A conditional rate of one meter hides no standard rate of another."""
    rates = (
        rate("1"),
        rate("9", min_input_tokens=1000),
        rate("0", meter=Meter.OUTPUT),
        rate("5", meter=Meter.IMAGE, service_tier="batch"),
    )

    assert standard(rates, TODAY) == {Meter.INPUT: Decimal(1), Meter.OUTPUT: Decimal(0)}


def test_no_rates_have_no_standard() -> None:
    """Where nobody states a rate, nothing is zero."""
    assert standard((), TODAY) == {}


def test_a_rate_without_conditions_says_nothing_of_them() -> None:
    """Absent conditions are absent on the wire, too."""
    written = msgspec.to_builtins(Rate(meter=Meter.INPUT, usd=Decimal("0.5")))

    assert written == {"meter": "input", "usd": "0.5"}
    assert msgspec.convert(written, Rate).when == ALWAYS


@pytest.mark.parametrize("meter", Meter, ids=lambda meter: meter.name)
def test_a_meter_is_called_on_the_wire_as_it_is_here(meter: Meter) -> None:
    """Declarations, stored listings and answers hold these names."""
    assert meter.value == meter.name.lower()
