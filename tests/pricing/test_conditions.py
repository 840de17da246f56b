"""Which rate is chosen, why, and when none is."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from modeldex.dialects import native
from modeldex.domain.rate import Conditions, Conversion, Meter, Rate
from modeldex.pricing import stated, usage
from modeldex.pricing.conditions import Situation, in_force
from modeldex.pricing.cost import Bill, bill
from modeldex.pricing.stated import StatedRate
from pricing.worked import rate

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FULL = Rate(
    meter=Meter.INPUT,
    usd=Decimal("0.00000042"),
    when=Conditions(
        min_input_tokens=5, max_input_tokens=9, marginal=True, min_output_tokens=1,
        max_output_tokens=2, utc_start="01:00", utc_end="02:00", local_start="03:00",
        local_end="04:00", weekdays=(1, 7), zone="Asia/Tokyo", service_tier="flex", region="eu",
        option="a=b", valid_from="2026-01-01", valid_until="2027-01-01",
    ),
    converted=Conversion(
        currency="CNY", amount=Decimal("0.000003"), usd=Decimal("0.14"), date="2026-11-20"
    ),
)  # fmt: skip


def billed(counts: dict[str, int], *rates: str, **how: Any) -> Bill:
    """Return the bill of counts at rates that are written in one line each."""
    return bill(usage.read(counts), [*map(rate, rates)], Situation(at=NOON, **how))


def needed(found: Bill) -> list[str]:
    """Return what is needed for what is missing."""
    return [gap.needed for gap in found.missing]


@pytest.mark.parametrize(
    ("rates", "how", "said"),
    [
        ((), {}, "the source states none."),
        (("input 1 service_tier=batch",), {}, "other tiers, regions or options"),
        (("input 1",), {"service_tier": "batch"}, "none in the service tier 'batch'"),
        (("input 1 utc_start=13:00 utc_end=14:00",), {}, "no rate holds at this moment"),
        (("input 1", "input 2"), {}, "several rates hold at once (1 and 2)"),
        (
            ("input 1 weekdays=1 zone=Moon/Crater",),
            {},
            "the time zone 'Moon/Crater' is not known here",
        ),
        (("input 1 weekdays=1 zone=../etc/passwd",), {}, "is not known here"),
    ],
)
def test_what_is_missing_says_why(rates: tuple[str, ...], how: dict[str, Any], said: str) -> None:
    """A sentence that names the meter and what would be needed."""
    (gap,) = needed(billed({"input": 1}, *rates, **how))

    assert gap.startswith("A rate for input: ")
    assert said in gap


def test_a_margin_of_an_answer_has_no_meaning() -> None:
    """Margins count tokens of the input; nobody knows which of the output lie above."""
    found = billed({"input": 9, "output": 1}, "input 1", "output 1 min_input_tokens=5 marginal=1")
    assert "marginal tier has no meaning" in needed(found)[0]


def test_a_line_says_which_rule_it_follows() -> None:
    """Its own rate, its whole's, another unit of time, and what the source says nothing of."""
    found = billed(
        {"input": 1, "output": 2, "reasoning": 1, "second": 6, "web_search": 1},
        "input 1 service_tier=flex", "output 1 service_tier=flex", "hour 1", "web_search 1",
        service_tier="flex", region="eu",
    )  # fmt: skip
    silent = "; none is stated for region 'eu'"

    assert [line.rule for line in found.lines] == [
        f"own rate{silent}",
        f"own rate{silent}",
        f"part of output: reasoning has no rate of its own{silent}",
        "own rate; none is stated for service tier 'flex', region 'eu'",
        "sold by the hour; none is stated for service tier 'flex', region 'eu'",
    ]


def test_two_units_of_time_are_not_guessed_between() -> None:
    """Where neither is the counted one."""
    found = billed({"second": 6}, "minute 1", "hour 1")
    assert needed(found) == ["A rate for second: it is sold by minute and by hour."]


def test_equal_rates_that_hold_at_once_are_no_conflict() -> None:
    """Whichever is taken, the amount is the same, and always the same one is shown."""
    rates = ("input 3 min_input_tokens=1", "input 3 utc_start=12:00 utc_end=13:00")
    one, other = (billed({"input": 2}, *some) for some in (rates, rates[::-1]))

    assert one.lines == other.lines
    assert one.total == 6


def test_rates_in_force_have_no_dates() -> None:
    """So a set in force has the id that it had if nobody had dated it."""
    dated = (
        "input 1 valid_until=2026-01-01", "input 2", "output 3", "input 4 valid_from=2026-06-01",
        "input 5 region=eu",
    )  # fmt: skip
    found, turned = (in_force([*map(rate, some)], NOON) for some in (dated, dated[::-1]))

    plain = tuple(map(rate, ("input 4", "output 3", "input 5 region=eu")))
    assert native.rate_id(found) == native.rate_id(turned) == native.rate_id(plain)


def test_a_rate_is_read_back_as_it_was_written() -> None:
    """From the JSON of a row, with every condition and where it was converted from."""
    written = msgspec.json.encode([native.rate_value(FULL)])
    read = msgspec.json.decode(written, type=tuple[StatedRate, ...])

    assert stated.rates(read) == (FULL,)
    assert {getattr(FULL.when, name) is None for name in FULL.when.__struct_fields__} == {False}


def test_a_tier_says_that_it_is_a_cliff_or_a_margin() -> None:
    """On every rate that begins at a length."""
    said = [
        native.rate_value(rate(f"input 1 min_input_tokens=5{more}"))["when"]["tier"]
        for more in ("", " marginal=1")
    ]
    assert said == ["cliff", "marginal"]


def test_a_condition_of_another_version_is_not_ignored() -> None:
    """A rate that holds at times nobody understands would hold at the wrong ones."""
    with pytest.raises(msgspec.ValidationError, match="unknown conditions: moon"):
        stated.rates((StatedRate(Meter.INPUT, Decimal(1), {"moon": "full"}),))
