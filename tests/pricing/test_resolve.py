"""Which source's rates an offer is billed at."""

from typing import Any

import pytest

from modeldex.domain.listing import Listing
from modeldex.pricing.resolve import resolve
from support.catalogs import listing, priced

SILENT = listing("acme", "m")


def stated(prompt: str, source: str = "acme") -> Listing:
    """Return a listing with prices."""
    return priced("acme", "m", prompt, "1", source=source)


@pytest.mark.parametrize(
    ("own", "books", "winner"),
    [
        ([stated("1")], [stated("2", "book")], stated("1")),
        ([SILENT], [stated("2", "book")], stated("2", "book")),
        ([], [stated("2", "b1"), stated("3", "b2")], stated("2", "b1")),
        ([SILENT, stated("4", "second")], [stated("2", "book")], stated("4", "second")),
        ([stated("0")], [stated("2", "book")], stated("0")),
    ],
)
def test_the_first_that_states_rates_wins(
    own: list[Listing], books: list[Listing], winner: Listing
) -> None:
    """The provider before books, zero like any other price; and it is said who won."""
    assert resolve(own, books) == (winner.rates, winner.source)


def test_where_nobody_states_a_rate_nothing_is_known() -> None:
    """No rates and no source; not zero."""
    assert resolve([SILENT], [SILENT]) == ((), None)


def test_rates_of_one_source_are_taken_whole() -> None:
    """A book adds no meter to what the provider states."""
    rates: Any = stated("1").rates[:1]

    assert resolve([listing("acme", "m", rates=rates)], [stated("2", "book")])[0] == rates
