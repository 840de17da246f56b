"""Numbers: what was read is what is written, digit for digit."""

import re
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from modeldex.dialects import native
from modeldex.domain import decimals
from modeldex.domain.rate import Rate
from support import worlds

NOTATIONS = st.sampled_from(["f", "e", "E", ".15f", ".30e"])


@worlds.LAW
@given(worlds.PRICES)
def test_a_price_is_read_as_it_was_written(number: Decimal) -> None:
    """Plain text and back again is the same number."""
    assert decimals.price(decimals.plain(number)) == number


@worlds.LAW
@given(worlds.PRICES, NOTATIONS)
def test_no_notation_changes_a_price(number: Decimal, notation: str) -> None:
    """Any way of writing a number, padded with zeros or not, gives the same plain text."""
    written = decimals.price(format(number, notation))

    assert written is not None
    assert decimals.plain(written) == decimals.plain(number)


@worlds.LAW
@given(worlds.PRICES | st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_a_plain_price_is_plain(number: Decimal) -> None:
    """Digits, at most one point, no zeros that say nothing."""
    text = decimals.plain(abs(number))

    assert re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text)


@worlds.LAW
@given(worlds.PRICES, st.sampled_from([1, 10, 10**3, 10**6, 10**9, 10**10]))
def test_division_by_units_can_be_undone(number: Decimal, units: int) -> None:
    """So many units at the rate of one cost what the payload states for them."""
    rate = decimals.per(number, Decimal(units))

    assert decimals.EXACT.multiply(rate, Decimal(units)) == number


@worlds.LAW
@given(st.text(max_size=12) | st.text("0123456789+-.eE_ ", max_size=12))
def test_text_is_a_price_or_refused(text: str) -> None:
    """Nothing else happens, whatever the text; what is a price is finite and not negative."""
    try:
        found = decimals.price(text)
    except decimals.NotAPrice:
        return

    assert (found is None) == (not text.strip())
    assert found is None or (found.is_finite() and found >= 0)


@worlds.LAW
@given(worlds.RATES, st.randoms(use_true_random=False))
def test_the_order_of_rates_does_not_change_their_id(
    rates: tuple[Rate, ...], chance: Random
) -> None:
    """A rate set is what it says, not how it is sorted."""
    shuffled = list(rates)
    chance.shuffle(shuffled)

    assert native.rate_id(tuple(shuffled)) == native.rate_id(rates)
