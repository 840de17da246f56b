"""Facets count the rows that match, value by value."""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from modeldex.domain.offer import AVAILABLE
from modeldex.query.question import EVERYTHING, Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import BITS, SPOTS
from query.conftest import Publish
from query.mixed import Oracle, Row
from query.test_oracle import QUESTIONS
from support import catalogs
from support.scale import scaled
from support.snapshots import ask

Values = Callable[[Row], Iterable[str]]


def free(row: Row) -> str:
    """Return whether a row's price is nothing, something, or not known."""
    costs = [Decimal(usd) for usd in (row["pricing"] or {}).values() if usd is not None]
    return "true" if row["is_free"] else ("false" if any(costs) else "unknown")


KINDS: dict[str, Values] = {
    "provider": lambda row: [row["provider_slug"]],
    "author": lambda row: [row["owned_by"]],
    "input_modalities": lambda row: row["architecture"]["input_modalities"],
    "output_modalities": lambda row: row["architecture"]["output_modalities"],
    "capabilities": lambda row: [name for name, has in row["capabilities"].items() if has],
    "status": lambda row: [row["status"]],
    "is_free": lambda row: [free(row)],
}


def counted(oracle: Oracle, question: Question) -> dict[str, list[tuple[str, int]]]:
    """Return all facets by a plain reading of the rows, values in their order."""
    names = set(oracle.ids(replace(question, unique=False)))
    rows = [row for row in oracle.offers if row["id"] in names]
    key = "canonical_slug" if question.unique else "id"
    found = {}
    for kind, values in KINDS.items():
        pairs = {(value, row[key]) for row in rows for value in values(row)}
        counts = Counter(value for value, _ in pairs)
        found[kind] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return found


def said(snapshot: Snapshot, question: Question, **changes: Any) -> Any:
    """Return the facets of an answer and its total, with the order of all names."""
    snapshot.memo.clear()
    found = ask(snapshot, replace(question, facets=True, limit=1), **changes)
    return {kind: list(counts.items()) for kind, counts in found["facets"].items()}, found["total"]


@pytest.mark.finding("DB-M5")
@settings(max_examples=scaled(150, 5000), deadline=None)
@given(question=QUESTIONS)
def test_facets_are_what_the_oracle_counts(snapshot: Snapshot, question: Question) -> None:
    """Of offers and of models, the most frequent first; the total is that of the list."""
    oracle = Oracle(snapshot)
    facets, total = said(snapshot, question)

    assert facets == counted(oracle, question)
    assert list(facets) == list(KINDS)
    assert total == len(oracle.ids(question))


@pytest.mark.parametrize("offers", [1, SPOTS - 2, SPOTS - 1, SPOTS, 3 * SPOTS])
@pytest.mark.parametrize("unique", [False, True])
def test_a_model_of_any_size_counts_once(publish: Publish, offers: int, *, unique: bool) -> None:
    """Also where its offers fill a word or several, and nothing runs into the next model."""
    found = publish(
        catalogs.of(
            *(
                catalogs.listing(f"host{one:03d}", f"labs/{model}", input_modalities=("text",))
                for one in range(offers)
                for model in ("first", "second", "third")
            )
        )
    )
    many = 3 if unique else 3 * offers
    facets, total = said(found, Question(unique=unique))

    assert (facets["author"], total) == ([("labs", many)], many)
    assert facets["input_modalities"] == [("text", many)]
    assert facets["status"] == [(AVAILABLE, many)]
    assert facets["provider"] == [(f"host{one:03d}", 3) for one in range(offers)]


@pytest.mark.parametrize("unique", [False, True])
def test_rare_words_are_counted_too(publish: Publish, *, unique: bool) -> None:
    """A word that has no bit counts as any other, once for a model."""
    able = {f"c{number:03d}": True for number in range(BITS + 9)}
    found = publish(
        catalogs.of(
            catalogs.listing("acme", "labs/one", capabilities=able),
            catalogs.listing("bolt", "labs/one", capabilities=able),
        )
    )
    many = 1 if unique else 2

    assert said(found, Question(unique=unique))[0]["capabilities"] == [(c, many) for c in able]
    assert said(found, Question(unique=unique, gateways=("acme",)))[0]["capabilities"] == [
        (c, 1) for c in able
    ]


def test_nothing_has_no_facets(publish: Publish) -> None:
    """Neither an empty catalog nor a filter that nothing fits gives a value."""
    nothing: dict[str, list[Any]] = {kind: [] for kind in KINDS}

    assert said(publish(catalogs.of()), EVERYTHING) == (nothing, 0)
    one = publish(catalogs.of(catalogs.listing("acme", "labs/one")))
    assert said(one, EVERYTHING, author="nobody") == (nothing, 0)
