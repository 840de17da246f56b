"""Dates as providers write them become unix seconds, or nothing."""

from decimal import Decimal

import pytest

from modeldex.normalize import dates

MOMENT = 1_763_900_000  # 2025-11-23T12:13:20Z


@pytest.mark.parametrize(
    "written",
    [
        MOMENT,
        MOMENT * 1000,
        MOMENT * 1000 + 999,
        Decimal(MOMENT) + Decimal("0.5"),
        str(MOMENT),
        f" {MOMENT}000 ",
        "2025-11-23T12:13:20Z",
        "2025-11-23T12:13:20.987654+00:00",
        "2025-11-23 12:13:20",
        "2025-11-23T13:13:20+01:00",
    ],
    ids=repr,
)
def test_one_moment_in_every_notation(written: object) -> None:
    """Seconds, milliseconds, text and ISO with any offset mean the same moment."""
    assert dates.unix(written) == MOMENT


@pytest.mark.parametrize(
    "odd",
    [
        0, -1, 1, 946_684_799, 3_786_912_000, MOMENT * 10**6, 10**30, True, None, 1.7e9, [], {},
        Decimal("NaN"), Decimal("Infinity"), Decimal("1e99999999999"), Decimal("-1e99"),
        "", "0", "-1", "soon", "2025", "20251123", "2025-13-01", "1999-12-31", "2099-12-31",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\u0661" * 10, "1" * 5000,
    ],
    ids=lambda odd: f"{odd!r:.30}",
)  # fmt: skip
def test_what_is_no_plausible_date_is_unknown(odd: object) -> None:
    """Zero, the far past and future, booleans, words and odd numbers are no dates."""
    assert dates.unix(odd) is None


def test_a_day_is_that_of_universal_time() -> None:
    """A moment just after midnight elsewhere may still be yesterday."""
    assert dates.day("2025-11-24T00:30:00+02:00") == "2025-11-23"
    assert dates.day("never") is None


@pytest.mark.parametrize(
    ("created", "plausible"),
    [
        ([], True),
        ([MOMENT], True),
        ([MOMENT, MOMENT], False),
        ([MOMENT, MOMENT + 120, MOMENT + 3], False),
        ([MOMENT, MOMENT + 121], True),
        ([MOMENT, MOMENT - 86_400, MOMENT], True),
    ],
)
def test_a_list_of_one_moment_has_no_dates(created: list[int], *, plausible: bool) -> None:
    """A stamp that all rows share is that of the answer, not of any model."""
    assert dates.are_dates(created) is plausible


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("2025", "2025"),
        ("2025-04", "2025-04"),
        (" 2025-04-30 ", "2025-04-30"),
        ("2025-04-30T10:00:00Z", "2025-04-30"),
        (1_700_000_000, "2023-11-14"),
        ("2025-13", None),
        ("0001", None),
        ("early 2025", None),
        ("", None),
        (None, None),
    ],
)
def test_a_cutoff_is_as_exact_as_it_is_stated(said: object, period: str | None) -> None:
    """A month stays a month; a day is not made up."""
    assert dates.period(said) == period
