"""Laws of bills, for any rates and any usage."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.pricing import amounts, usage
from modeldex.pricing.conditions import Situation
from modeldex.pricing.cost import Bill, bill
from modeldex.pricing.meters import INPUTS, OUTPUTS
from support.worlds import LAW

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EDGE = 1001  # the first token of every tier here
METERS = (*INPUTS, *OUTPUTS, Meter.REQUEST, Meter.IMAGE, Meter.SECOND, Meter.HOUR)
USD = st.decimals(0, 10, places=9, allow_nan=False).map(abs)
WHENS = st.builds(
    Conditions,
    min_input_tokens=st.sampled_from([None, None, EDGE]),
    service_tier=st.sampled_from([None, None, "batch"]),
    utc_start=st.sampled_from([None, "09:00"]),
    valid_from=st.sampled_from([None, "2026-01-01", "2027-01-01"]),
)
RATES = st.lists(st.builds(Rate, meter=st.sampled_from(METERS), usd=USD, when=WHENS), max_size=12)
PLAIN = st.dictionaries(st.sampled_from(METERS), USD, min_size=1).map(
    lambda found: [Rate(meter=meter, usd=usd) for meter, usd in found.items()]
)
COUNTS = st.dictionaries(st.sampled_from(METERS), st.integers(0, EDGE // len(METERS)), min_size=1)
TIERS = st.sampled_from([None, "batch", "flex"])


def billed(
    counts: dict[Meter, int], rates: list[Rate], tier: str | None = None, *, whole: bool = False
) -> Bill:
    """Return the bill of counts that are parts, none of them within another."""
    parts = {meter: Fraction(count) for meter, count in counts.items() if count}
    used = usage.Usage(
        parts=parts,
        input_tokens=int(sum(parts.get(one, 0) for one in INPUTS)),
        output_tokens=int(sum(parts.get(one, 0) for one in OUTPUTS)),
        shape="meters",
    )
    return bill(used, rates, Situation(at=AT, service_tier=tier), parts_as_whole=whole)


@LAW
@given(COUNTS, RATES, TIERS, st.randoms())
def test_the_order_of_rates_changes_nothing(
    counts: dict[Meter, int], rates: list[Rate], tier: str | None, order: Random
) -> None:
    """A set of rates has no order, so no bill can depend on one."""
    turned = list(rates)
    order.shuffle(turned)
    one, other = (billed(counts, some, tier, whole=True) for some in (rates, turned))

    assert (one.lines, one.missing) == (other.lines, other.missing)


@LAW
@given(COUNTS, COUNTS, PLAIN)
def test_a_bill_of_both_is_the_sum_of_two_bills(
    one: dict[Meter, int], other: dict[Meter, int], rates: list[Rate]
) -> None:
    """Within a tier, costs add up, but for the fee of the second call."""
    together = {meter: one.get(meter, 0) + other.get(meter, 0) for meter in one | other}
    counted = [{Meter.REQUEST: 0} | some for some in (one, other, together)]
    first, second, both = (billed(some, rates) for some in counted)

    fee = sum((rate.usd for rate in rates if rate.meter is Meter.REQUEST), Decimal(0))
    implied = [not some.get(Meter.REQUEST) for some in counted]
    calls = implied[0] + implied[1] - implied[2]
    assert first.known_total + second.known_total == both.known_total + calls * Fraction(fee)
    assert (both.total is None) == (first.total is None or second.total is None)


@LAW
@given(COUNTS, RATES, st.sampled_from(METERS), st.integers(1, 50))
def test_more_of_anything_never_costs_less_within_a_tier(
    counts: dict[Meter, int], rates: list[Rate], meter: Meter, more: int
) -> None:
    """As long as no tier begins between the two."""
    larger = counts | {meter: counts.get(meter, 0) + more}
    lengths = [sum(some.get(one, 0) for one in INPUTS) for some in (counts, larger)]
    assume(lengths[0] >= EDGE or lengths[1] < EDGE)
    assume(meter is not Meter.REQUEST or counts.get(meter, 0))
    less, found = billed(counts, rates), billed(larger, rates)

    assert found.known_total >= less.known_total
    assert found.total is None or less.total is not None


@LAW
@given(COUNTS, RATES, TIERS)
def test_unknown_never_counts_as_zero(
    counts: dict[Meter, int], rates: list[Rate], tier: str | None
) -> None:
    """A total is known only where every quantity is in a line whose rate was stated."""
    found = billed(counts, rates, tier)
    wanted = {meter for meter, count in counts.items() if count}

    billed_for = {one.meter for one in found.lines}
    missing = {one.meter for one in found.missing}
    assert wanted <= billed_for | missing
    assert billed_for.isdisjoint(missing)
    assert (found.total is None) == (bool(found.missing) or not found.rates)
    stated = {(one.meter, one.usd) for one in rates}
    assert all((one.rate.meter, one.rate.usd) in stated for one in found.lines)


@LAW
@given(COUNTS, RATES, TIERS)
def test_leave_to_bill_parts_as_their_whole_only_adds(
    counts: dict[Meter, int], rates: list[Rate], tier: str | None
) -> None:
    """What was known stays as it was."""
    strict, whole = (billed(counts, rates, tier, whole=one) for one in (False, True))

    assert set(strict.lines) <= set(whole.lines)
    assert strict.total in {None, whole.total}


@LAW
@given(st.integers(0, 10**30), st.integers(0, 12), st.integers(0, 12))
def test_an_amount_is_written_with_every_digit(number: int, twos: int, fives: int) -> None:
    """Whatever it is, its text is the same number again."""
    value = Fraction(number, 2**twos * 5**fives)

    assert amounts.is_exact(value)
    assert Fraction(amounts.text(value)) == value
