"""Any combination of parameters gives what a plain reading of the rows gives."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS
from query.mixed import Oracle, came_out
from support.scale import scaled
from support.snapshots import ask, ids

GATEWAYS = ("acme", "bolt", "cove", "labs", "void")
WORDS = (
    "model",
    "m0",
    "m05",
    "mini alpha",
    "ECLAIR",
    "thinker deep",
    "labs",
    "orgs m02",
    "nowhere",
)
DAY = 20_780


def words(*some: str) -> st.SearchStrategy[Any]:
    """Return a filter by one or two words."""
    chosen = st.sets(st.sampled_from(some), min_size=1, max_size=2)
    return chosen.map(lambda found: tuple(sorted(found)))


PRICES = ("0", "0.2", "0.01", "9", "9.000001", "10", "8.9999999", "99")
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "gateways": words(*GATEWAYS),
    "author": st.sampled_from(("labs", "orgs", "acme", "solo", "nobody", "me")),
    "provider": st.sampled_from(("acme", "labs", "orgs", "bolt", "void", "nobody", "ac")),
    "text": st.sampled_from(WORDS),
    "input_modalities": words("text", "image", "audio", "video"),
    "output_modalities": words("text", "image", "embedding"),
    "modality": words("text", "image", "text+image->text", "text->text", "audio->video"),
    "supported_parameters": words("stop", "seed", "topK", "p1", "p33", "p71", "p89", "nothing"),
    "capabilities": words("tools", "vision", "reasoning"),
    "status": words("available", "deprecated", "unlisted", "retired"),
    "min_context": st.sampled_from((0, 1000, 1001, 8192, 128_000, 10**9)),
    "max_context": st.sampled_from((0, 1000, 8192, 10**9)),
    **{
        name: st.sampled_from(PRICES).map(Decimal)
        for name in ("min_price", "max_price", "min_output_price", "max_output_price")
    },
    **{name: st.booleans() for name in ("is_free", "is_private", "open_weights")},
    "min_age_days": st.sampled_from((0, 1, 1105, 9999)),
    "max_age_days": st.sampled_from((0, 1, 1105, 1106, 2459)),
    "min_providers": st.sampled_from((0, 1, 2, 3, 4, 9)),
}
BARE = st.builds(
    Question,
    unique=st.booleans(),
    include_inactive=st.booleans(),
    day=st.just(DAY),
    sort=st.sampled_from(("id", *SORTS)),
    order=st.sampled_from(("asc", "desc")),
    limit=st.none() | st.integers(1, 1000) | st.integers(1, 12),
    offset=st.just(0) | st.just(0) | st.integers(0, 80) | st.integers(0, 10**9),
)


def filtered(most: int) -> st.SearchStrategy[Question]:
    """Return a strategy for questions with so many filters or fewer, each of them as likely."""
    names = st.sets(st.sampled_from(sorted(FILTERS)), max_size=most)
    values = names.flatmap(
        lambda some: st.fixed_dictionaries({name: FILTERS[name] for name in sorted(some)})
    )
    return st.builds(lambda bare, given: replace(bare, **given), BARE, values)


QUESTIONS = st.one_of(filtered(2), filtered(3), filtered(len(FILTERS)))


@pytest.fixture(scope="module")
def oracle(snapshot: Snapshot) -> Oracle:
    """The oracle of the mixed catalog."""
    return Oracle(snapshot)


def test_the_catalog_is_hard(oracle: Oracle) -> None:
    """It has ties, unknown values, shared models, models of one offer and hidden offers."""
    names = Counter(row["name"] for row in oracle.offers)
    shared = Counter(row["canonical_slug"] for row in oracle.offers)

    assert len(oracle.offers) > 60
    assert names.most_common(1)[0][1] > 5
    assert min(shared.values()) == 1
    assert max(shared.values()) > 2
    assert {row["pricing"] is None for row in oracle.offers} == {True, False}
    assert {row["context_length"] is None for row in oracle.offers} == {True, False}
    assert {came_out(row) is None for row in oracle.offers} == {True, False}
    assert {row["status"] for row in oracle.offers} == {"available", "deprecated", "unlisted"}
    assert {row["is_active"] for row in oracle.models} == {True, False}
    assert any(
        row["canonical_slug"] == "labs/m01" and not row["is_active"] for row in oracle.offers
    )


@pytest.mark.finding("X30", "X45", "ME-H3", "RT-M4", "ME-M5")
@settings(max_examples=scaled(200, 5000), deadline=None)
@given(question=QUESTIONS)
def test_an_answer_is_what_the_oracle_says(
    snapshot: Snapshot, oracle: Oracle, question: Question
) -> None:
    """Rows, their order, the page, the total and what follows are those of the plain reading."""
    whole = oracle.ids(question)
    end = len(whole) if question.limit is None else question.offset + question.limit
    found = ask(snapshot, question)
    shown = [row["id"] for row in found["data"]]

    assert shown == whole[question.offset : end]
    assert len(set(shown)) == len(shown)
    assert (found["total"], found["returned"]) == (len(whole), len(shown))
    assert found["has_more"] is (question.offset + len(shown) < len(whole))
    assert found["next_offset"] == (question.offset + len(shown) if found["has_more"] else None)


@pytest.mark.finding("X45", "ME-H3")
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["id", *SORTS])
@pytest.mark.parametrize("unique", [False, True])
def test_the_whole_list_in_each_order_is_what_the_oracle_says(
    snapshot: Snapshot, oracle: Oracle, sort: str, order: str, *, unique: bool
) -> None:
    """Every sort in both directions, of offers and of models, shown and not shown."""
    for inactive in (False, True):
        question = Question(sort=sort, order=order, unique=unique, include_inactive=inactive)
        assert ids(snapshot, question) == oracle.ids(question)


@pytest.mark.finding("DB-H1", "CA-C1", "X46")
@settings(max_examples=scaled(50, 1000), deadline=None)
@given(question=QUESTIONS.map(lambda one: replace(one, unique=True)))
def test_a_model_has_all_its_offers_in_order(
    snapshot: Snapshot, oracle: Oracle, question: Question
) -> None:
    """Filters choose models and never narrow their providers: cheapest first, unknown last."""
    prices = {row["id"]: row["pricing"] for row in oracle.offers}

    for row in ask(snapshot, question)["data"]:
        shown = row["providers"]
        assert [one["id"] for one in shown] == oracle.providers(row["id"], question)
        assert [one["pricing"] for one in shown] == [prices[one["id"]] for one in shown]
