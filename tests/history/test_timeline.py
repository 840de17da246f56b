"""An offer's price over time, and the lives of models."""

import msgspec

from modeldex.domain.history import Change, OfferFact
from modeldex.history.timeline import Period, lives, timeline

WEIGHTS = {"own": 0, "book": 1}


def fact(
    source: str, rates: str | None, begins: int | None, ends: int | None = None, **times: int
) -> OfferFact:
    """Return what ``own`` or ``book`` said of an offer; what has no price weighs most."""
    weight = WEIGHTS[source] + (0 if rates else 10)
    given = {"recorded_at": 0, "superseded_at": None, **times}
    return msgspec.convert(
        {
            "offer": "acme/m", "source": source, "own": source == "own", "weight": weight,
            "rate_id": rates, "valid_from": begins, "valid_until": ends, **given,
        },
        OfferFact,
    )  # fmt: skip


def shown(periods: tuple[Period, ...]) -> list[tuple[object, ...]]:
    """Return periods as tuples."""
    return [(*msgspec.structs.astuple(one)[:3], one.source, one.listed) for one in periods]


def test_the_providers_own_price_counts_then_a_books() -> None:
    """A book speaks where the provider states no price; whole, and only of that time."""
    found = timeline([
        fact("own", "r1", 1, 5), fact("own", None, 5, 9), fact("own", "r3", 9),
        fact("book", "r2", 3),
    ])  # fmt: skip

    assert shown(found) == [
        (1, 5, "r1", "own", True),
        (5, 9, "r2", "book", True),
        (9, None, "r3", "own", True),
    ]


def test_an_offer_is_listed_while_its_provider_lists_it() -> None:
    """Once the provider's own list is known, a book lists nothing; before it, it does."""
    facts = [fact("book", "r2", 1), fact("own", "r1", 3, 6)]

    assert shown(timeline(facts)) == [
        (1, 3, "r2", "book", True),
        (3, 6, "r1", "own", True),
        (6, None, "r2", "book", False),
    ]
    assert shown(timeline(facts, own_since=2))[:2] == [
        (1, 2, "r2", "book", True),
        (2, 3, "r2", "book", False),
    ]


def test_a_price_without_a_beginning_lists_nothing() -> None:
    """A book that says only until when a price held does not say that there was an offer."""
    facts = [fact("book", "r2", None, 4), fact("book", "r1", 4)]

    assert shown(timeline(facts)) == [
        (None, 4, "r2", "book", False),
        (4, None, "r1", "book", True),
    ]


def test_equal_neighbours_are_one_period_and_a_gap_is_none() -> None:
    """What ended and began again later is two."""
    found = timeline([fact("own", "r1", 1, 3), fact("own", "r1", 3, 5), fact("own", "r1", 7, 9)])

    assert shown(found) == [(1, 5, "r1", "own", True), (7, 9, "r1", "own", True)]


def test_a_book_alone_lists_an_offer() -> None:
    """Where no list of the provider is known."""
    assert shown(timeline([fact("book", "r1", 2)])) == [(2, None, "r1", "book", True)]


def test_what_was_believed_then_is_shown_as_it_was() -> None:
    """A correction shows from when it was learned on."""
    facts = [
        fact("own", "r1", 1, recorded_at=1, superseded_at=5),
        fact("own", "r2", 1, recorded_at=5),
    ]

    assert shown(timeline(facts, known_at=4)) == [(1, None, "r1", "own", True)]
    assert shown(timeline(facts, known_at=5)) == [(1, None, "r2", "own", True)]
    assert shown(timeline(facts)) == [(1, None, "r2", "own", True)]
    assert timeline(facts, known_at=0) == ()


def change(number: int, kind: str, offer: str, *, new: str | None = None, part: int = 0) -> Change:
    """Return a change of an offer of model ``m`` that was learned when it happened."""
    return Change(
        number=number, part=part, kind=kind, source="acme", provider="acme",
        offer=offer, model="m",
        new=None if new is None else msgspec.Raw(msgspec.json.encode(new)),
        happened_at=number * 10, recorded_at=number * 10,
    )  # fmt: skip


def told(changes: tuple[Change, ...]) -> list[tuple[int, int, str]]:
    """Return changes of models as tuples."""
    assert all(one.offer is None and one.model == "m" for one in changes)
    return [(one.number, one.part, one.kind) for one in changes]


A, B = ("acme", "a"), ("acme", "b")
RETIRED = "retired"


def test_a_model_lives_while_one_of_its_listings_does() -> None:
    """Missing is not yet retired; the last to retire and the first to return are told."""
    found = lives(
        [
            change(1, "offer.added", "a"),
            change(2, "offer.added", "b"),
            change(3, "offer.removed", "a"),
            change(4, "status.changed", "a", new=RETIRED),
            change(5, "offer.removed", "b"),
            change(6, "status.changed", "b", new=RETIRED),
            change(7, "offer.returned", "a"),
        ],
        {"m": [A, B]},
    )

    assert told(found) == [
        (1, 1, "model.added"),
        (6, 1, "model.retired"),
        (7, 1, "model.returned"),
    ]
    assert [one.happened_at for one in found] == [10, 60, 70]


def test_what_was_there_from_the_beginning_is_not_added() -> None:
    """A listing without a change keeps its model alive; so does one that changed otherwise."""
    changes = [change(1, "offer.added", "a"), change(2, "status.changed", "a", new=RETIRED)]

    assert lives(changes, {"m": [A, B]}) == ()
    assert told(lives([change(3, "status.changed", "b", new=RETIRED)], {"m": [B]})) == [
        (3, 1, "model.retired")
    ]


def test_a_model_event_stands_behind_all_parts_of_its_cause() -> None:
    """One event may speak of two offers; listings that do not count bring no model to life."""
    changes = [change(1, "offer.added", "a"), change(1, "offer.added", "b", part=1)]

    assert told(lives(changes, {"m": [A, B]})) == [(1, 2, "model.added")]
    assert lives(changes, {"m": []}) == ()


def test_lives_are_told_in_the_order_of_time() -> None:
    """An import tells later of what happened earlier."""
    early = msgspec.structs.replace(change(9, "offer.added", "a"), happened_at=1)
    found = lives([change(2, "offer.added", "b"), early], {"m": [A, B]})

    assert told(found) == [(9, 1, "model.added")]
