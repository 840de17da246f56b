"""Why a row is what it is, beside the row."""

import json
from typing import Any

import pytest
from typing_extensions import override

from modeldex import pipeline
from modeldex.domain.rules import Rules
from modeldex.query import answer
from modeldex.query.explanation import explained
from modeldex.snapshot.reader import Snapshot
from query.conftest import Publish
from support import catalogs
from support.catalogs import TODAY, listing, priced, rows

Told = dict[str, Any]


@pytest.fixture(scope="module")
def told(publish: Publish) -> Snapshot:
    """A model that two providers serve, one of them by an operator's rule; a book disagrees."""
    own = [
        priced("acme", "labs/large", "0.1", "0.2", name="Large"),
        listing("acme", "labs/large:sub", via="sub"),
    ]
    book = [priced("acme", "labs/large", "0.1", "0.3", source="book", name="Larger")]
    sources = [
        rows("acme", own),
        rows("bolt", [listing("bolt", "brand", status="retired")]),
        rows("book", book, is_book=True),
    ]
    rules = Rules(joined=(("bolt/brand", "labs/large"),))
    return publish(pipeline.build(sources, {}, TODAY, rules))


def row(snapshot: Snapshot, name: str, *, unique: bool = False) -> Told:
    """Return what is answered of *name* with its explanation."""
    found: Told = json.loads(explained(snapshot, name, model_first=unique) or b"null")
    return found


def test_an_offer_tells_its_reasons_and_who_settled_its_fields(told: Snapshot) -> None:
    """Sentences, and of each field its source, its time and what lost."""
    found = row(told, "acme/labs/large")["explanation"]
    evidence = {one["field"]: one for one in found["evidence"]["acme/labs/large"]}

    assert list(found) == ["identity", "evidence"]
    assert found["identity"] == {
        "acme/labs/large": [
            "counts as 'labs/large'",
            "its native id 'labs/large' says the base 'labs/large'",
            "made by 'labs'",
        ]
    }
    assert evidence["name"] == {
        "field": "name", "source": "acme", "since": TODAY, "lost": [["book", "Larger"]],
    }  # fmt: skip
    assert evidence["rates"]["lost"] == [["book", {"input": "0.1", "output": "0.3"}]]


def test_a_model_is_explained_offer_by_offer(told: Snapshot) -> None:
    """In the order of its row, those included that are not shown; a rule says itself."""
    model = row(told, "labs/large", unique=True)
    names = [one["id"] for one in model["providers"]]
    found = model["explanation"]

    assert names == ["acme/labs/large", "acme/labs/large:sub", "bolt/brand"]
    assert [list(found["identity"]), list(found["evidence"])] == [names, names]
    assert found["identity"]["bolt/brand"][:2] == [
        "counts as 'labs/large'", "the operator's rule 'join bolt/brand labs/large' decides",
    ]  # fmt: skip
    assert found["identity"]["acme/labs/large:sub"] == found["identity"]["acme/labs/large"]
    assert found["evidence"]["bolt/brand"] == []


@pytest.mark.parametrize("unique", [False, True])
def test_the_row_itself_stays_as_it_is(snapshot: Snapshot, *, unique: bool) -> None:
    """An explanation is the last field of every row; what stands before it are the row's bytes."""
    for (name,) in snapshot.rows("select name from names where kind = ?", (int(unique),)):
        body = explained(snapshot, name, model_first=unique) or b""
        plain = answer.one(snapshot, name, model_first=unique) or b""
        explanation = json.loads(body)["explanation"]
        assert body.startswith(plain[:-1] + b',"explanation":{"identity":{')
        assert explanation["identity"].keys() == explanation["evidence"].keys()
        assert all(explanation["identity"].values())


def test_a_name_that_means_nothing_has_no_explanation(told: Snapshot) -> None:
    """As it has no row."""
    assert explained(told, "acme/nothing") is None


def test_a_model_of_many_offers_is_read_at_once(publish: Publish) -> None:
    """The number of statements does not grow with the offers."""
    many = publish(catalogs.of(*(listing(f"p{n}", "labs/one") for n in range(50))))
    asked: list[str] = []

    class Counting(Snapshot):
        @override
        def rows(self, statement: str, *values: Any) -> Any:
            asked.append(statement)
            return super().rows(statement, *values)

    counting = Counting(many.file)
    assert len(row(counting, "labs/one", unique=True)["explanation"]["identity"]) == 50
    assert len(asked) < 10
