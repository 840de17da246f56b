"""What a snapshot holds of the past."""

import json
from collections.abc import Sequence
from decimal import Decimal

from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import ALWAYS, NEVER
from support import catalogs
from support.catalogs import listing, priced
from support.remembered import Fact, change, day, name_of, remembering
from support.snapshots import Place

TODAY = catalogs.of(
    priced("acme", "one", "0.1", "0.2"), listing("bolt", "one"), listing("bolt", "two")
)

CHANGES = (
    change(3, "offer.added", "bolt/two", "two/two"),
    change(7, "x", None, "two", part=2),
)


def opened(place: Place, facts: Sequence[Fact]) -> Snapshot:
    """Publish the catalog with a past and open it."""
    changes = [
        change(3, "offer.added", "bolt/two", "two/two"),
        change(7, "x", None, "two", part=2),
    ]
    return Snapshot(place.file(place.publish(remembering(TODAY, facts, changes))))


def test_facts_stand_in_the_order_in_which_they_are_believed(place: Place) -> None:
    """By offer, then by weight; open ends are numbers that compare."""
    snapshot = opened(place, [
        Fact(offer="bolt/two", since=1, until=2, prices=("0.3", "0.4"), learned=5),
        Fact(offer="acme/one", weight=7, own=False, source="book", believed_until=9),
        Fact(offer="acme/one", weight=2, since=4, prices=("0.1", "0.2")),
    ])  # fmt: skip
    rows = snapshot.rows(
        "select o.rank, f.source, f.own, f.weight, r.id, valid_from, valid_until, recorded_at, "
        "superseded_at from facts f join offers o on o.rank = f.offer "
        "left join rate_sets r on r.number = f.rates order by f.place"
    )

    assert rows == [
        (0, "acme", 1, 2, name_of(("0.1", "0.2")), day(4), NEVER, day(0), NEVER),
        (0, "book", 0, 7, None, ALWAYS, NEVER, day(0), day(9)),
        (2, "bolt", 1, 0, name_of(("0.3", "0.4")), day(1), day(2), day(5), NEVER),
    ]


def test_rate_sets_are_ranked_by_exact_price(place: Place) -> None:
    """Equal prices have one number, however they are written; the smallest difference counts."""
    prices = [
        ("0", "0"), ("0.10", "0.2"), ("0.1", "0.3"), ("0.09", "1"), ("0.1000000000000001", "0"),
    ]  # fmt: skip
    facts = [
        Fact(offer="bolt/one", since=n, until=n + 1, prices=one) for n, one in enumerate(prices)
    ]
    rows = opened(place, facts).rows("select id, input, output, is_free from rate_sets")

    assert {name: tuple(rest) for name, *rest in rows} == {
        name_of(("0", "0")): (0, 0, 1),
        name_of(("0.1", "0.2")): (2, 4, 0),
        name_of(("0.1", "0.3")): (2, 5, 0),
        name_of(("0.09", "1")): (1, 6, 0),
        name_of(("0.1000000000000001", "0")): (3, 0, 0),
    }


def test_an_unknown_price_has_no_rank(place: Place) -> None:
    """A set that names no standard price of input or output is not cheap, and free or not."""
    tiered = Rate(meter=Meter.INPUT, usd=Decimal(1), when=Conditions(min_input_tokens=9))
    catalog = catalogs.of(listing("acme", "one", rates=(tiered,)))
    rows = Snapshot(place.file(place.publish(catalog))).rows(
        "select input, output, is_free, n.pricing from rate_sets join rate_native n using (number)"
    )

    assert rows == [(None, None, None, b"null")]


def test_the_rates_of_today_are_there_too(place: Place) -> None:
    """A row's rate_id leads to its rates, though no fact names them."""
    found = opened(place, []).rows("select id from rate_sets")

    assert found == [(name_of(("0.1", "0.2")),)]


def test_changes_stand_in_the_order_in_which_they_were_learned(place: Place) -> None:
    """Each with what questions ask by, and its finished row."""
    rows = opened(place, []).rows(
        "select c.place, number, part, kind, provider, offer, model, happened_at, b.body "
        "from changes c join change_native b on b.place = c.place"
    )

    assert [row[:8] for row in rows] == [
        (0, 3, 0, "offer.added", "bolt", "bolt/two", "two/two", day(3)),
        (1, 7, 2, "x", "acme", None, "two", day(7)),
    ]
    assert [json.loads(row[8])["id"] for row in rows] == ["3.0", "7.2"]
