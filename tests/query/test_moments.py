"""Moments as questions give them, and as answers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.dialects.remembered import moment
from modeldex.errors import BadValue
from modeldex.query.moments import parse

DAY = 1_767_312_000  # 2026-01-02, UTC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-02", DAY),
        ("2026-01-02T00:00Z", DAY),
        ("2026-01-02T00:00:00Z", DAY),
        ("2026-01-02T00:00:00.999999Z", DAY),
        ("2026-01-01T23:59:59.5Z", DAY - 1),
        ("2026-01-02T01:30:00+01:30", DAY),
        ("2026-01-01T19:00:00-05:00", DAY),
        ("1970-01-01", 0),
        ("1969-12-31T23:59:59.5Z", -1),
        ("0001-01-01T00:00:00+14:00", -62_135_596_800 - 14 * 3600),
        ("9999-12-31", 253_402_214_400),
    ],
)
def test_a_moment_is_the_second_in_which_it_lies(text: str, seconds: int) -> None:
    """A date is its first moment in UTC; zones are taken into account; parts are cut off."""
    assert parse("as_of", text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "now", "today", "0", "1767312000", "2026", "2026-01", "20260102", "2026-W01-5",
        "2026-1-2", "2026-13-01", "2026-02-29", "2026-01-02T00:00:00", "2026-01-02 00:00:00Z",
        "2026-01-02T24:00:00Z", "2026-01-02T00:00:00 01:00", "2026-01-02T00:00:00+25:00",
        "2026-01-02T00Z", "2026-01-02\n", "\u0662026-01-02", "2026-01-02T00:00:00z", "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A time needs its zone, a date its two-digit parts; the error shows both forms."""
    with pytest.raises(BadValue, match=r"since='.*2026-08-15T12:30:00Z") as caught:
        parse("since", text)
    assert (caught.value.parameter, len(str(caught.value)) < 400) == ("since", True)


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_what_is_written_is_read_again(seconds: int) -> None:
    """Answers write moments as questions may give them."""
    written = moment(seconds)

    assert written is not None
    assert parse("as_of", written) == seconds


def test_an_open_end_is_no_moment() -> None:
    """Open is `null`, and never a far date."""
    assert moment(None) is None
