"""Rows come in the order that was asked for: numbers by number, unknown last, ties by id."""

import json

import pytest

from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS
from query.conftest import Publish
from support import catalogs
from support.snapshots import ask, ids


def priced_at(publish: Publish, *prices: str | None) -> Snapshot:
    """Return a catalog with an offer at each of these prices, its context as long."""
    return publish(
        catalogs.of(
            *(
                catalogs.listing("acme", f"labs/m{number}")
                if price is None
                else catalogs.priced(
                    "acme", f"labs/m{number}", price, price, context_length=10 ** len(price)
                )
                for number, price in enumerate(prices)
            )
        )
    )


@pytest.mark.finding("ME-H3")
@pytest.mark.parametrize("unique", [False, True])
def test_prices_sort_by_number_with_unknown_last(publish: Publish, *, unique: bool) -> None:
    """Neither text nor binary floats decide, and an unknown price is last in both directions."""
    found = priced_at(
        publish, "0.9", None, "10", "0.10000000000000000001", "0.1", "0.00000009", "0", None, "9"
    )
    order = ["m6", "m5", "m4", "m3", "m0", "m8", "m2"]
    name = "labs/" if unique else "acme/labs/"

    for sort in ("price", "output_price"):
        rising = ids(found, sort=sort, unique=unique)
        falling = ids(found, sort=sort, order="desc", unique=unique)
        assert rising == [name + one for one in (*order, "m1", "m7")]
        assert falling == [name + one for one in (*reversed(order), "m1", "m7")]


@pytest.mark.finding("ME-H3")
def test_contexts_sort_by_number_with_unknown_last(publish: Publish) -> None:
    """A context of 10,000 comes after one of 1,000 and before one of 1,000,000."""
    found = priced_at(publish, "0.01", None, "10", "0.0001")

    rising, falling = (ids(found, sort="context", order=one) for one in ("asc", "desc"))
    assert rising == [f"acme/labs/m{one}" for one in (2, 0, 3, 1)]
    assert falling == [f"acme/labs/m{one}" for one in (3, 0, 2, 1)]


@pytest.mark.finding("X45")
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("unique", [False, True])
def test_ties_are_in_the_order_of_ids(
    twins: Snapshot, sort: str, order: str, *, unique: bool
) -> None:
    """Where a sort sees no difference the rows come by id, whichever its direction."""
    found = ask(twins, sort=sort, order=order, unique=unique)["data"]
    cheap = [row["id"] for row in found if "0.1" in json.dumps(row)]
    others = [row["id"] for row in found if "0.1" not in json.dumps(row)]

    assert cheap == sorted(cheap)
    assert others == sorted(others)


@pytest.mark.finding("X45")
def test_rows_come_by_id_unless_asked_otherwise(large: Snapshot) -> None:
    """The default order is that of the ids, byte by byte."""
    found = ids(large)

    assert found == sorted(found)
    assert ids(large, order="desc") == found[::-1]
