"""OpenAI's, Anthropic's and Google's rows: exact shapes, nothing made up, what is lost counted."""

import json
from typing import Any

import pytest

from dialects.saying import Said
from modeldex.dialects import anthropic, google, openai
from support import catalogs, varied

WHOLE, BARE = "acme/labs/Whole:v1", "bolt/labs/unpriced"
FIRST_SEEN = 1_795_392_000  # the day on which the catalogs of tests see everything


@pytest.fixture(scope="module")
def said() -> Said:
    """The varied catalog in all dialects."""
    return Said(varied.catalog())


def test_openai_s_row(said: Said) -> None:
    """Five fields; an offer that ends says when."""
    assert said.offers("openai")[WHOLE] == {
        "id": WHOLE, "object": "model", "created": 1_750_000_000, "owned_by": "labs",
        "shutdown_date": "2027-02-03",
    }  # fmt: skip
    assert said.models("openai")["labs/plain"]["id"] == "labs/plain"


def test_openai_s_moment_is_a_number_even_where_nothing_is_known(said: Said) -> None:
    """Then it is the day of first sight, which is counted as a loss."""
    assert said.offers("openai")[BARE]["created"] == FIRST_SEEN
    assert said.lost["openai"]["created"].count == 5


def test_priced_rows_have_what_their_readers_need(said: Said) -> None:
    """Prices as strings and a number for the context; others have no such row at all."""
    found = {name: row for name, row in said.offers("openai", 2).items() if row is not None}

    assert set(found) == {WHOLE, "acme/labs/plain", "acme/labs/free:free", "bolt/labs/plain"}
    assert found[WHOLE]["pricing"] == {
        "prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003",
    }  # fmt: skip
    for row in found.values():
        assert type(row["context_length"]) is int
        assert {type(row["pricing"][one]) for one in ("prompt", "completion")} == {str}
    assert said.lost["openai"]["not_priced"].count == 4


def test_anthropic_s_row(said: Said) -> None:
    """Its limits are those of the offer; capabilities are none, since not all nine are known."""
    assert said.offers("anthropic")[WHOLE] == {
        "id": WHOLE, "type": "model", "display_name": "Whole",
        "created_at": "2025-06-15T15:06:40Z", "max_input_tokens": 1_000_000,
        "max_tokens": 64_000, "capabilities": None,
    }  # fmt: skip
    assert said.lost["anthropic"]["capabilities"].examples[0] == WHOLE


def test_anthropic_s_unknown_date_is_the_epoch(said: Said) -> None:
    """As Anthropic itself has it; the day of first sight would stand before real dates."""
    assert said.offers("anthropic")[BARE]["created_at"] == "1970-01-01T00:00:00Z"
    assert said.offers("anthropic")["acme/labs/no-context"]["created_at"].startswith("2025-05-05")
    assert said.lost["anthropic"]["created"].count == 5


@pytest.mark.parametrize("name", ["labs/x", 'odd","type":"model","é', "\\", '"object":"model"'])
def test_a_union_row_is_both_rows(name: str) -> None:
    """Whatever stands in the id, no field is lost or doubled."""
    tables = Said(catalogs.of(catalogs.listing("acme", name))).tables
    one, other = (tables[f"offer_{shape}"][0][1] for shape in ("openai", "anthropic"))
    both = json.loads(anthropic.union_row(one, other), object_pairs_hook=list)

    assert dict(both) == json.loads(one) | json.loads(other)
    assert len(both) == len(dict(both))


def test_google_s_row(said: Said) -> None:
    """Everything that has a place, under Google's names."""
    assert said.offers("google")[WHOLE] == {
        "name": f"models/{WHOLE}", "displayName": "Whole",
        "description": "Knows <all> & more.", "inputTokenLimit": 1_000_000,
        "outputTokenLimit": 64_000, "supportedGenerationMethods": ["generateContent"],
        "thinking": True,
    }  # fmt: skip
    assert said.offers("google")["bolt/labs/embed"]["supportedGenerationMethods"] == [
        "embedContent"
    ]


def test_google_s_row_leaves_out_what_is_not_known(said: Said) -> None:
    """Neither a limit of zero nor a method that nobody stated."""
    row = {"name": f"models/{BARE}", "displayName": "labs/unpriced"}

    assert said.offers("google")[BARE] == row
    assert said.lost["google"]["methods"].count == 3


@pytest.mark.parametrize("dialect", [openai.NAME, anthropic.NAME, google.NAME])
def test_what_is_not_shown_has_a_row_but_counts_as_no_loss(said: Said, dialect: str) -> None:
    """It can be asked for by name; the losses are those of the list."""
    assert "acme/labs/old" in said.offers(dialect)
    assert all("acme/labs/old" not in one.examples for one in said.lost[dialect].values())
    assert said.lost[dialect]["prices"].count == 6


def test_the_total_is_that_of_all_kinds(said: Said) -> None:
    """The number in the header is the sum of the list."""
    for name, total in said.totals.items():
        assert total == sum(one.count for one in said.lost[name].values()) > 0


@pytest.mark.parametrize(
    ("found", "tail"),
    [
        (anthropic.closing(None, None, more=False),
         {"data": [], "has_more": False, "first_id": None, "last_id": None}),
        (anthropic.closing("a", "b", more=True),
         {"data": [], "has_more": True, "first_id": "a", "last_id": "b"}),
    ],
)  # fmt: skip
def test_anthropic_s_envelope(found: bytes, tail: dict[str, Any]) -> None:
    """An empty page has null for its ids."""
    assert json.loads(anthropic.OPENING + found) == tail


@pytest.mark.parametrize(
    ("token", "body"), [(None, {"models": []}), ("t", {"models": [], "nextPageToken": "t"})]
)
def test_google_s_envelope(token: str | None, body: dict[str, Any]) -> None:
    """``models`` stands there even when empty; the last page has no token."""
    assert json.loads(google.OPENING + google.closing(token)) == body
