"""Quantiles are within the stated error, however values are grouped and ordered."""

from ddsketch import DDSketch
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldex.query.reported import MOST_MS
from modeldex.store import sketch
from support.scale import scaled

SHARES = (0.0, 0.5, 0.9, 0.99, 1.0)
MOST_BINS = 2_600  # of a sketch of anything that can be reported
VALUES = st.lists(
    st.floats(min_value=0.001, max_value=MOST_MS) | st.integers(1, 5000).map(float),
    min_size=1,
    max_size=200,
)


@settings(max_examples=scaled(100, 2000), deadline=None)
@given(VALUES)
def test_a_quantile_is_within_half_a_percent_of_the_exact_one(values: list[float]) -> None:
    """Of the value at that rank of all the values, sorted."""
    found, exact = sketch.of(values), sorted(values)
    for share in SHARES:
        wanted = exact[int(share * (len(exact) - 1))]
        got = sketch.quantile(found, share)
        assert got is not None
        assert abs(got - wanted) <= wanted * sketch.ACCURACY * 1.000001


@settings(max_examples=scaled(50, 1000), deadline=None)
@given(VALUES)
def test_quantiles_are_those_of_the_library(values: list[float]) -> None:
    """Its own sketch says the same of the same values."""
    found, theirs = sketch.of(values), DDSketch(sketch.ACCURACY)
    for one in values:
        theirs.add(one)
    assert [sketch.quantile(found, share) for share in SHARES] == [
        theirs.get_quantile_value(share) for share in SHARES
    ]


@settings(max_examples=scaled(50, 1000), deadline=None)
@given(VALUES, VALUES, VALUES)
def test_merging_is_counting_together(
    one: list[float], other: list[float], third: list[float]
) -> None:
    """In any order and grouping, to the last count."""
    together = sketch.of([*one, *other, *third])
    left, right = sketch.of(third), sketch.of(other)
    sketch.merge(right, sketch.of(one))
    sketch.merge(left, right)
    assert left == together


def test_zero_is_zero_and_nothing_is_unknown() -> None:
    """The least has no logarithm; without a value there is no quantile."""
    assert sketch.quantile(sketch.of([0.0, 0.0, 5.0]), 0.5) == 0.0
    assert sketch.quantile({}, 0.5) is None


@given(st.integers(10, 99), st.integers(-2, 5))
def test_equal_values_of_two_digits_are_told_exactly(digits: int, power: int) -> None:
    """Rounded to two digits, their quantile is what they are."""
    value = digits * 10.0**power
    found = sketch.quantile(sketch.of([value]), 0.5)
    assert f"{found:.1e}" == f"{value:.1e}"


def test_the_number_of_bins_is_bounded() -> None:
    """A sketch of every size of value that can be reported stays small."""
    found = sketch.of(0.0001 * 1.005**power for power in range(5600))
    assert len(found) < MOST_BINS
