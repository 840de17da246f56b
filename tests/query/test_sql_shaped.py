"""Pages in other shapes are found by indexes, and are what a plain reading of the list gives."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex.query import shaped, sql_shaped
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Question
from modeldex.query.shapes import Shaped
from modeldex.snapshot.reader import Snapshot
from query.mixed import Oracle
from support.scale import scaled

Ids = list[str]
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


@pytest.mark.parametrize("bare", [EVERYTHING, EVERY_MODEL], ids=["offers", "models"])
@pytest.mark.parametrize("gateways", [(), ("acme",)], ids=["all", "one gateway"])
def test_no_page_scans_a_table(
    snapshot: Snapshot, bare: Question, gateways: tuple[str, ...]
) -> None:
    """Wherever it begins, an index finds it."""
    question = replace(bare, gateways=gateways, sort="created", order="desc", limit=20)
    for statement, values in (
        sql_shaped.edge(question, 3),
        sql_shaped.before(question, 3, snapshot),
        sql_shaped.having(question, snapshot, "model_openrouter"),
    ):
        plan = [row[3] for row in snapshot.rows(f"explain query plan {statement}", values)]
        scans = [line for line in plan if line.startswith("SCAN") and "INDEX" not in line]
        assert [line for line in scans if line not in ("SCAN q", "SCAN CONSTANT ROW")] == []
