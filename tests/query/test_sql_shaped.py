"""Pages in other shapes are found by indexes, and are what a plain reading of the list gives."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex.query import shaped, sql_shaped
from modeldex.query.question import Question
from modeldex.query.shapes import Shaped
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import SORTS
from query.mixed import Oracle
from query.test_sql import FILTERS as NATIVE_FILTERS
from query.test_sql import plan
from support.scale import scaled

Ids = list[str]
OFFER_TABLES = (("offer_openai", "body"), ("offer_openai", "priced"), ("offer_anthropic", "body"),
                ("offer_google", "body"))  # fmt: skip
MODEL_TABLES = (("model_openai", "body"), ("model_openrouter", "body"),
                ("model_openrouter", "bare"), ("model_vercel", "body"),
                ("model_huggingface", "body"))  # fmt: skip
FILTERS = st.builds(
    Question,
    unique=st.booleans(),
    gateways=st.sampled_from(((), ("acme",), ("bolt", "cove"), ("void",))),
    author=st.sampled_from((None, "labs", "nobody")),
    text=st.sampled_from((None, "model", "nowhere")),
    include_inactive=st.booleans(),
    sort=st.just("created"),
    order=st.just("desc"),
    limit=st.integers(1, 9),
)


@pytest.fixture(scope="module")
def oracle(snapshot: Snapshot) -> Oracle:
    """The oracle of the mixed catalog."""
    return Oracle(snapshot)


def pages(
    snapshot: Snapshot, question: Question, parameter: str, edge: str
) -> Iterator[list[str]]:
    """Yield the ids of the pages that lead on from *edge* in one direction."""
    more = True
    while more:
        asked = replace(Shaped(shape="union", question=question), **{parameter: edge})
        found = json.loads(shaped.page(snapshot, asked))
        yield [row["id"] for row in found["data"]]
        edge = found["last_id" if parameter == "after" else "first_id"]
        more = found["has_more"]


@settings(max_examples=scaled(80, 1500), deadline=None)
@given(question=FILTERS, data=st.data())
def test_pages_from_any_row_are_what_the_oracle_says(
    snapshot: Snapshot, oracle: Oracle, question: Question, data: st.DataObject
) -> None:
    """On from it and back from it: each row once, whether the row itself matches or not."""
    everything = replace(question, gateways=(), author=None, text=None, include_inactive=True)
    edge = data.draw(st.sampled_from(oracle.ids(everything)))
    order = oracle.ids(everything)
    matching = oracle.ids(question)
    behind = [one for one in matching if order.index(one) > order.index(edge)]
    ahead = [one for one in matching if order.index(one) < order.index(edge)]

    after = [one for page in pages(snapshot, question, "after", edge) for one in page]
    before = list(pages(snapshot, question, "before", edge))
    assert after == behind
    assert [one for page in reversed(before) for one in page] == ahead


@pytest.mark.finding("DB-M7")
@pytest.mark.parametrize("what", NATIVE_FILTERS)
@pytest.mark.parametrize("sort", ["id", *SORTS])
@pytest.mark.parametrize("unique", [False, True])
def test_no_page_of_another_shape_reads_a_whole_table(
    large: Snapshot, what: str, sort: str, *, unique: bool
) -> None:
    """Whatever the filter and the order, an index finds its rows, its edges and its count."""
    question = replace(
        NATIVE_FILTERS[what], unique=unique, sort=sort, order="desc", limit=20, offset=3
    )
    tables = MODEL_TABLES if unique else OFFER_TABLES
    statements = [
        made
        for table, column in tables
        for made in (
            sql_shaped.having(question, large, table, column),
            sql_shaped.total(question, large, table, column),
        )
    ]
    if sort != "id":
        statements += [sql_shaped.edge(question, 3), sql_shaped.before(question, 3, large)]
    for statement in statements:
        assert whole_tables(plan(large, statement)) == [], statement[0]


@pytest.mark.parametrize("table", sorted({name for name, _ in (*OFFER_TABLES, *MODEL_TABLES)}))
def test_rows_are_taken_by_their_rank(large: Snapshot, table: str) -> None:
    """Finished rows, one, many or in pairs, are looked up by their key and in no other way."""
    ranks: list[object] = [json.dumps([2, 1, 0])]
    one: list[object] = [1]
    thing = table.partition("_")[0]
    both = f"{thing}_openai", f"{thing}_anthropic"
    for statement in (
        (sql_shaped.bodies(table), ranks),
        (sql_shaped.body(table), one),
        (sql_shaped.pairs(*both), ranks),
    ):
        assert whole_tables(plan(large, statement)) == []


def whole_tables(steps: list[str]) -> list[str]:
    """Return the steps that read from end to end what is not the statement's own list."""
    own = ("SCAN q", "SCAN j", "SCAN CONSTANT ROW")
    return [one for one in steps if one.startswith("SCAN") and not one.startswith(own)]
