"""What was listed at another moment, at its prices then."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex import pipeline
from modeldex.domain.rules import Rules
from modeldex.query import history
from modeldex.query.moments import parse
from modeldex.query.question import Moment, Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS
from query import past
from query.conftest import Publish
from query.mixed import Oracle
from query.past import OFFERS, PRICES, Then
from support import catalogs
from support.remembered import Fact, change, day, remembering
from support.scale import scaled
from support.snapshots import ask, ids, published

DAYS = st.integers(0, 6)


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """Draw facts of one listing of an offer that never overlap in both times."""
    offer = draw(st.sampled_from(OFFERS))
    source = draw(st.sampled_from(("", "book", "other")))
    edges = sorted(draw(st.sets(DAYS, min_size=1, max_size=4)))
    begins: list[int | None] = [None, *edges] if draw(st.booleans()) else [*edges]
    ends: list[int | None] = [*begins[1:], draw(st.sampled_from((None, 7)))]
    learned = draw(DAYS)
    corrected = draw(st.none() | st.integers(learned + 1, 8))
    found = []
    for begin, end in zip(begins, ends, strict=True):
        for known, until in ((learned, corrected), (corrected, None)):
            if known is not None and draw(st.integers(0, 4)):
                found.append(
                    Fact(
                        offer=offer, since=begin, until=end, prices=draw(st.sampled_from(PRICES)),
                        source=source, own=not source, learned=known, believed_until=until,
                        weight=draw(st.sampled_from((0, 1, 2))) + (0 if not source else 3),
                    )
                )  # fmt: skip
    return found


@st.composite
def pasts(draw: st.DrawFn) -> list[Fact]:
    """Draw the facts of several listings, at most one of a source for an offer."""
    found = {
        (one[0].offer, one[0].source): one for one in draw(st.lists(lives(), max_size=9)) if one
    }
    return [fact for facts in found.values() for fact in facts]


MOMENTS = st.builds(Moment, DAYS.map(day) | st.just(day(-1)), st.none() | DAYS.map(day))
QUESTIONS = st.builds(
    Question,
    unique=st.booleans(),
    gateways=st.sets(st.sampled_from(("acme", "bolt", "cove"))).map(lambda x: tuple(sorted(x))),
    author=st.sampled_from((None, None, "labs", "orgs")),
    provider=st.sampled_from((None, None, "acme", "labs")),
    text=st.sampled_from((None, None, "one", "labs o")),
    include_inactive=st.booleans(),
    max_price=st.sampled_from((None, None, None, Decimal(100_000), Decimal(99_999), Decimal(0))),
    min_output_price=st.sampled_from((None, None, None, Decimal(0), Decimal(200_001))),
    is_free=st.sampled_from((None, None, None, True, False)),
    min_context=st.sampled_from((None, None, 800)),
    min_providers=st.sampled_from((None, None, None, 1, 2, 3)),
    sort=st.sampled_from(("id", *SORTS)),
    order=st.sampled_from(("asc", "desc")),
    limit=st.none() | st.integers(1, 3),
    offset=st.integers(0, 3),
)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    """The plain reading of today."""
    with ThreadPoolExecutor(1) as pool:
        directory = tmp_path_factory.mktemp("today")
        return Oracle(published(directory, past.today(), pool))


@settings(max_examples=scaled(60, 2000), deadline=None)
@given(facts=pasts(), asked=st.lists(st.tuples(QUESTIONS, MOMENTS), min_size=6, max_size=6))
def test_an_answer_is_what_a_plain_reading_of_the_facts_says(
    tmp_path_factory: pytest.TempPathFactory,
    oracle: Oracle,
    facts: list[Fact],
    asked: list[tuple[Question, Moment]],
) -> None:
    """Rows, order, page and total are those of an evaluation of the same facts without SQL."""
    with ThreadPoolExecutor(1) as pool:
        directory = tmp_path_factory.mktemp("past")
        snapshot = published(directory, remembering(past.today(), facts), pool)
    for plain, moment in asked:
        check(snapshot, Then(oracle, facts, moment), replace(plain, moment=moment))


@settings(max_examples=scaled(30, 1000), deadline=None)
@given(facts=pasts(), known_at=st.none() | DAYS.map(day))
def test_a_history_says_at_each_moment_what_the_list_says(
    publish: Publish, facts: list[Fact], known_at: int | None
) -> None:
    """The period that a moment lies in has the price, source and listing of the row of then."""
    snapshot = publish(remembering(past.today(), facts))
    timelines = {
        offer["id"]: offer["periods"]
        for model in ids(snapshot, unique=True)
        for offer in json.loads(history.history(snapshot, model, known_at) or b"")["offers"]
    }
    for at in map(day, range(-1, 9)):
        then = ask(snapshot, moment=Moment(at, known_at), include_inactive=True)["data"]
        rows = {row["id"]: (row["rate_id"], row["pricing"], row["is_active"]) for row in then}
        assert rows == {
            offer: (one["rate_id"], one["pricing"], one["listed"])
            for offer, found in timelines.items()
            for one in found
            if one["source"] and _holds(one, at)
        }


@given(facts=pasts())
@settings(max_examples=scaled(30, 500), deadline=None)
def test_a_timeline_has_no_gap(publish: Publish, facts: list[Fact]) -> None:
    """Each period begins where the one before it ends, and the last one is open."""
    snapshot = publish(remembering(past.today(), facts))
    for model in ids(snapshot, unique=True):
        for offer in json.loads(history.history(snapshot, model) or b"")["offers"]:
            periods = offer["periods"]
            assert all(a["until"] == b["from"] for a, b in pairwise(periods))
            assert not periods or periods[-1]["until"] is None


def _holds(period: dict[str, Any], at: int) -> bool:
    begins, ends = (period[key] and parse(key, period[key]) for key in ("from", "until"))
    return (begins is None or begins <= at) and (ends is None or at < ends)


def check(snapshot: Snapshot, then: Then, question: Question) -> None:
    """Compare an answer with the plain reading."""
    whole = then.ids(question)
    end = None if question.limit is None else question.offset + question.limit
    found = ask(snapshot, question)
    assert [row["id"] for row in found["data"]] == whole[question.offset : end], question
    assert found["total"] == len(whole)
    known = {row["id"]: row for row in then.offers}
    for row in found["data"]:
        if question.unique:
            check_model(row, then, question, known)
        else:
            assert row == known[row["id"]]


def check_model(
    row: dict[str, Any], then: Then, question: Question, known: dict[str, dict[str, Any]]
) -> None:
    """Compare a model with the plain reading of its offers."""
    shown = row["providers"]
    assert [one["id"] for one in shown] == then.providers(row["id"], question)
    for one in shown:
        for field in ("pricing", "pricing_source", "status"):
            assert one[field] == known[one["id"]][field]
    listed = [one for one in shown if known[one["id"]]["is_active"]]
    priced = [one for one in listed if one["pricing"]]
    assert row["is_active"] is bool(listed)
    assert row["is_free"] is any(known[one["id"]]["is_free"] for one in listed)
    assert row["provider_count"] == len({one["slug"] for one in listed})
    assert row["cheapest_provider"] == (priced[0]["slug"] if priced else None)
    cheapest = priced[0]["pricing"]["prompt"] if priced else None
    assert row["cheapest_prompt_price"] == cheapest


@pytest.fixture(scope="module")
def few(publish: Publish) -> Snapshot:
    """Offers whose prices then are known by heart."""
    facts = [
        Fact(offer="acme/labs/one", since=0, until=5, prices=("0.2", "0.1"), believed_until=3),
        Fact(offer="acme/labs/one", since=0, until=5, prices=("0.10", "0.1"), learned=3),
        Fact(offer="acme/labs/one", since=5, prices=None),
        Fact(offer="acme/labs/one", since=4, prices=("0.3", "0.3"), own=False),
        Fact(offer="acme/labs/two", since=1, prices=None),
        Fact(offer="bolt/labs/one", since=0, prices=("0.09", "9")),
        Fact(offer="bolt/labs/three", since=0, prices=("0.1", "0.2")),
        Fact(offer="cove/labs/one", prices=("0", "0"), since=-30, own=False),
    ]
    changes = [
        change(1, "status.changed", "bolt/labs/three", "labs/three", new="deprecated"),
        change(4, "status.changed", "bolt/labs/three", "labs/three", old="deprecated"),
        change(5, "status.changed", "bolt/labs/one", "labs/one", old="deprecated"),
        change(
            5,
            "status.changed",
            "bolt/labs/one",
            "labs/one",
            part=1,
            new="deprecated",
            decisive=False,
            source="book",
        ),
        change(6, "status.changed", "bolt/labs/one", "labs/one", old="missing", new="retired"),
    ]
    return publish(remembering(past.today(), facts, changes))


def at(number: float, known: float | None = None) -> Moment:
    """Return a moment by the days of 2026."""
    return Moment(day(number), None if known is None else day(known))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("asc", ["cove/labs/one", "bolt/labs/one", "acme/labs/one", "bolt/labs/three",
                 "acme/labs/two"]),
        ("desc", ["acme/labs/one", "bolt/labs/three", "bolt/labs/one", "cove/labs/one",
                  "acme/labs/two"]),
    ],
)  # fmt: skip
def test_prices_of_then_are_sorted_exactly(few: Snapshot, order: str, expected: list[str]) -> None:
    """0.09 is less than 0.1, which is 0.10; ties are by id, and unknown is last both ways."""
    assert ids(few, sort="price", order=order, moment=at(2)) == expected


def test_models_are_sorted_by_their_cheapest_offer_of_then(few: Snapshot) -> None:
    """Free is cheapest, unknown is last; a filter on offers does not change a model's price."""
    found = ids(few, unique=True, sort="price", moment=at(2), gateways=("acme", "bolt"))

    assert found == ["labs/one", "labs/three", "labs/two"]


@pytest.mark.parametrize(
    ("moment", "prompt", "source"),
    [
        (at(2), "0.1", "acme"),
        (at(2, 2), "0.2", "acme"),  # as it was believed before the correction
        (at(4), "0.1", "acme"),  # its own price counts, whatever a book says
        (at(5), "0.3", "book"),  # it states none any more
        (at(2, -1), None, None),
    ],
)
def test_the_price_that_counts_is_the_one_believed_first(
    few: Snapshot, moment: Moment, prompt: str | None, source: str | None
) -> None:
    """Corrections hold from when they were learned; a book's price fills a gap only."""
    rows = ask(few, gateways=("acme",), text="one", moment=moment)["data"]
    found = [(row["pricing"]["prompt"], row["pricing_source"]) for row in rows]

    assert found == ([(prompt, source)] if prompt else [])


@pytest.mark.parametrize(
    ("days", "status"),
    [(0, "available"), (1, "deprecated"), (3.9, "deprecated"), (4, "available")],
)
def test_a_status_is_that_of_then(few: Snapshot, days: float, status: str) -> None:
    """It is what the last change before made of it, or what the first one after it ended."""
    (row,) = ask(few, text="three", moment=at(days))["data"]

    assert (row["status"], row["is_active"]) == (status, True)


def test_a_status_before_its_only_change_is_what_that_ended(few: Snapshot) -> None:
    """Who was first seen deprecated was so from the start.

    What a book says does not count, and neither do missing and retired, which facts tell.
    """
    rows = [ask(few, text="one", gateways=("bolt",), moment=at(days)) for days in (1, 5, 7)]

    assert [row["data"][0]["status"] for row in rows] == ["deprecated", "available", "available"]


def test_a_hidden_offer_is_hidden_at_every_moment(publish: Publish) -> None:
    """What an operator hides is in no list of the past; with `include_inactive` it says so."""
    today = past.today()
    sources = [
        catalogs.rows(slug, [o.facts for o in today.offers if o.facts.provider == slug])
        for slug in ("acme", "bolt")
    ]
    rules = Rules(hidden=frozenset({"acme/labs/one"}))
    hidden = pipeline.build(sources, {}, catalogs.TODAY, rules)
    facts = [Fact(offer=offer, since=0) for offer in ("acme/labs/one", "bolt/labs/one")]
    snapshot = publish(remembering(hidden, facts))
    rows = ask(snapshot, moment=at(1), include_inactive=True)["data"]

    assert ids(snapshot, moment=at(1)) == ["bolt/labs/one"]
    assert [(row["status"], row["is_active"]) for row in rows] == [
        ("hidden", False), ("available", True),
    ]  # fmt: skip
