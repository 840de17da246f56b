"""Which rates are in force when, and what a set of rates is called."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate, standard
from modeldex.errors import HistoryError
from modeldex.pricing.effective import (
    Piece,
    date_problems,
    in_force,
    in_order,
    pieces,
    rate_id,
)
from support import worlds
from support.ledgers import DAY, rate

MARCH, JUNE = "2026-03-01", "2026-06-01"
RATES = st.lists(
    st.builds(
        Rate,
        meter=st.sampled_from([Meter.INPUT, Meter.OUTPUT]),
        usd=worlds.USD,
        when=worlds.CONDITIONS,
    ),
    max_size=6,
).map(tuple)


def unix(day: str) -> int:
    """Return the first moment of a day."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY


def test_rates_without_dates_are_one_piece() -> None:
    """Open on both sides, and as they are; no rates are a piece, too."""
    rates = (rate("2"), rate("1", service_tier="batch"))

    assert pieces(rates) == (Piece(valid_from=None, valid_until=None, rates=rates),)
    assert pieces(()) == (Piece(valid_from=None, valid_until=None, rates=()),)


def test_a_start_closes_what_was_before() -> None:
    """An undated price and one with a start are two pieces without dates."""
    found = pieces((rate("1"), rate("2", MARCH)))

    assert found == (
        Piece(valid_from=None, valid_until=unix(MARCH), rates=(rate("1"),), dated=True),
        Piece(valid_from=unix(MARCH), valid_until=None, rates=(rate("2"),), dated=True),
    )


def test_of_two_in_force_the_later_one_holds_until_it_ends() -> None:
    """A price of spring comes and goes; the older price goes on after it."""
    found = pieces((rate("1", "2026-01-01"), rate("2", MARCH, JUNE)))

    assert [[str(one.usd) for one in piece.rates] for piece in found] == [[], ["1"], ["2"], ["1"]]


def test_rates_without_dates_beside_dated_ones_date_nothing() -> None:
    """Batch prices that begin in March do not say since when the standard price holds."""
    before, after = pieces((rate("2"), rate("1", MARCH, service_tier="batch")))

    assert (before.rates, before.dated) == ((rate("2"),), False)
    assert (after.rates, after.dated) == ((rate("2"), rate("1", service_tier="batch")), False)


def test_other_conditions_are_kept() -> None:
    """Tiers and times of day are in force beside the standard price."""
    night = rate("1", utc_start="16:30", utc_end="00:30")

    assert in_force((rate("2", MARCH), night), unix(MARCH)) == (rate("2"), night)
    assert in_force((rate("2", MARCH), night), unix(MARCH) - 1) == (night,)


def test_reversed_dates_never_hold() -> None:
    """A price that ends before it begins is in force at no time."""
    assert not any(one.rates for one in pieces((rate("1", JUNE, MARCH),)))


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        ((rate("1", JUNE, MARCH),), "ends on 2026-03-01, not after its start on 2026-06-01"),
        ((rate("1", MARCH, MARCH),), "not after its start"),
        ((rate("1", None, JUNE), rate("2", MARCH)), "two rates for input hold on 2026-03-01"),
        ((rate("1", MARCH), rate("2", MARCH)), "two rates for input hold on 2026-03-01"),
        ((rate("1", None, JUNE), rate("2")), "two rates for input hold on all days"),
    ],
)
def test_dates_that_contradict_themselves_are_named(rates: tuple[Rate, ...], problem: str) -> None:
    """Reversed ones, and those that end only after the next one began."""
    found = list(date_problems(rates))

    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    "rates",
    [
        (rate("1"), rate("2", MARCH), rate("3", JUNE)),
        (rate("1", None, MARCH), rate("2", MARCH, JUNE), rate("3", JUNE)),
        (rate("1", MARCH), rate("1", MARCH)),
        (rate("1"), rate("2")),
        (rate("1", None, JUNE), rate("2", MARCH, service_tier="batch")),
    ],
)
def test_dates_that_follow_each_other_are_no_problem(rates: tuple[Rate, ...]) -> None:
    """A later start closes an open period; other conditions are another price."""
    assert not list(date_problems(rates))


def test_a_date_that_is_none_is_a_sentence() -> None:
    """What it says instead, and how to write it."""
    with pytest.raises(HistoryError, match=r"'soon', which is no date. Write it like 2026-08-15"):
        pieces((rate("1", "soon"),))


@worlds.LAW
@given(RATES)
def test_pieces_cover_all_time_once(rates: tuple[Rate, ...]) -> None:
    """The first and the last are open, and each begins where the one before it ends."""
    found = pieces(rates)

    assert found[0].valid_from is None
    assert found[-1].valid_until is None
    assert [one.valid_until for one in found[:-1]] == [one.valid_from for one in found[1:]]
    assert all(one.when.valid_from is None for piece in found for one in piece.rates)


@worlds.LAW
@given(RATES, worlds.DAYS)
def test_standard_prices_are_those_in_force(rates: tuple[Rate, ...], day: str) -> None:
    """The piece of a day has the prices that the catalog of that day shows."""
    assert standard(in_force(rates, unix(day)), day) == standard(rates, day)


@worlds.LAW
@given(RATES.flatmap(lambda rates: st.tuples(st.just(rates), st.permutations(rates))))
def test_a_set_has_one_order_and_one_name(
    drawn: tuple[tuple[Rate, ...], list[Rate]],
) -> None:
    """Whatever the order in which it was listed."""
    rates, shuffled = drawn

    assert in_order(tuple(shuffled)) == in_order(rates)
    assert rate_id(tuple(shuffled)) == rate_id(rates)


def test_only_a_set_without_rates_has_no_name() -> None:
    """A condition makes another set; so does another price."""
    sets = [(), (rate("1"),), (rate("1", MARCH),), (rate("2"),), (rate("1"), rate("2"))]
    names = [rate_id(one) for one in sets]

    assert names[0] is None
    assert len(set(names)) == len(sets)
    assert Rate(meter=Meter.INPUT, usd=rate("1").usd, when=Conditions()).when == ALWAYS
