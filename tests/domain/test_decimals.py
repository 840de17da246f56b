"""Prices are exact, finite and never negative, however they are written."""

import re
from decimal import Decimal, Inexact

import pytest

from modeldex.domain import decimals

NO_PRICES: tuple[object, ...] = (
    "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "1e400", "1e-400", "1e99999999999",
    "1e9999999999999999999", "-1", "-0.000001", "-1e-7", "\uff10\uff11", "\u0663", "1_000",
    "1,000", "$1", "0x10", "free", "true", ".", "e5", "1e", "1.2.3", "--1", "1 2", "9" * 41,
    "0." + "0" * 40 + "1", 10**13, -1, Decimal("NaN"), Decimal("sNaN"),
    Decimal("Infinity"), Decimal("-Infinity"), Decimal("1e99999999999"),
    Decimal("1e-99999999999"), Decimal("-1e-7"), True, False, 0.5, [], ["1"], {}, b"1",
)  # fmt: skip


@pytest.mark.finding("X06")
@pytest.mark.parametrize(
    "written",
    [
        "5.5e-07", "5.5E-7", "55e-8", "0.00000055", "0.000000550", "00.00000055", ".00000055",
        "+5.5e-07", ".55e-6", "  5.5e-07\n", Decimal("5.5E-7"), Decimal("0.00000055000"),
    ],
)  # fmt: skip
def test_every_notation_of_a_number_is_the_same_price(written: object) -> None:
    """Scientific, plain, padded: a number's notation does not change what it costs."""
    price = decimals.price(written)

    assert price is not None
    assert decimals.plain(price) == "0.00000055"


@pytest.mark.finding("X06")
@pytest.mark.parametrize(("before", "after"), [("0" * 90, ""), ("", "0" * 90)], ids=len)
def test_zeros_that_say_nothing_do_not_count(before: str, after: str) -> None:
    """A number padded beyond the length of any price is still that number."""
    assert decimals.price(f"{before}0.00000055{after}") == Decimal("0.00000055")


@pytest.mark.finding("PR-M2")
@pytest.mark.parametrize("odd", NO_PRICES, ids=repr)
def test_what_is_no_price_is_refused(odd: object) -> None:
    """Negative, not finite, not a number, a boolean, beyond any price: none of them is a price."""
    with pytest.raises(decimals.NotAPrice):
        decimals.price(odd)


def test_a_number_of_thousands_of_digits_is_refused_as_one() -> None:
    """It is no price, and no other error either."""
    with pytest.raises(decimals.NotAPrice):
        decimals.price(-(10**5000))


@pytest.mark.parametrize("absent", [None, "", "  ", "\n"])
def test_an_absent_price_is_unknown_and_no_fault(absent: object) -> None:
    """Nothing, or blank text, says nothing: unknown is not zero."""
    assert decimals.price(absent) is None


@pytest.mark.parametrize(
    "zero",
    ["0", "0.000", "-0", "-0.0", "0e5", "0E-30", 0, Decimal("-0.0"), Decimal("0E+5")],
    ids=repr,
)
def test_zero_has_one_form_without_a_sign(zero: object) -> None:
    """Every zero is the same one; a minus sign before it means nothing."""
    price = decimals.price(zero)

    assert str(price) == "0"


@pytest.mark.parametrize(
    "most", ["9" * 13, "1e-40", "9" * 13 + "." + "9" * 27, 9_999_999_999_999], ids=repr
)
def test_the_largest_and_the_longest_prices_are_read(most: object) -> None:
    """What is just within the bounds keeps every digit."""
    assert decimals.price(most) == Decimal(str(most))


@pytest.mark.finding("X41")
@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E-40", "0.0000000000000000000000000000000000000001"),
        ("1.50", "1.5"),
        ("2E+3", "2000"),
        ("1E+12", "1000000000000"),
        ("0E-9", "0"),
        ("-0.0", "0"),
        ("123.456", "123.456"),
    ],
)
def test_a_number_is_written_without_an_exponent(number: str, text: str) -> None:
    """The plain form has digits and at most one point, and no zeros that say nothing."""
    plain = decimals.plain(Decimal(number))

    assert plain == text
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain)


def test_division_by_units_is_exact() -> None:
    """Forty digits per billion units lose none of them."""
    found = decimals.per(Decimal("1234567890123.123456789012345678901234567"), Decimal(10**9))

    assert decimals.plain(found) == "1234.567890123123456789012345678901234567"


def test_a_quotient_without_an_end_is_refused() -> None:
    """A third has no decimal form, and no rounded one is made up."""
    with pytest.raises(Inexact):
        decimals.per(Decimal(1), Decimal(3))


def test_the_reason_names_the_value_and_stays_short() -> None:
    """A refusal quotes what was wrong, of a long value only its beginning."""
    with pytest.raises(decimals.NotAPrice) as caught:
        decimals.price("lots" * 1000)

    assert "lotslots" in str(caught.value)
    assert len(str(caught.value)) < 100
