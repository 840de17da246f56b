"""Offers and their models: who serves, who made, and what stands under what."""

import pytest

from modeldex.query.question import EVERY_MODEL
from modeldex.snapshot.reader import Snapshot
from query.conftest import Publish
from support import catalogs
from support.snapshots import ask, ids


@pytest.mark.finding("CA-C1", "X02")
def test_there_is_a_row_for_each_model(snapshot: Snapshot) -> None:
    """The unique list has as many rows as the flat list has models, none without providers."""
    models = {row["canonical_slug"] for row in ask(snapshot)["data"]}
    found = ask(snapshot, EVERY_MODEL)

    assert {row["id"] for row in found["data"]} == models
    assert found["total"] == len(models) > 10
    assert all(row["providers"] for row in found["data"])


@pytest.mark.finding("DB-H1")
def test_providers_show_their_own_price_cheapest_first(publish: Publish) -> None:
    """Each has its offer's price; by number, equal ones by output and id, unknown ones last."""
    offers = (("b", "0.00001", "1"), ("a", "0.00001", "1"), ("c", "0.000009", "2"))
    more = (("d", "0.00001", "0.5"), ("e", "0", "0"))
    found = publish(
        catalogs.of(
            *(catalogs.priced(who, "labs/one", *prices) for who, *prices in (*offers, *more)),
            catalogs.listing("aa", "labs/one"),
        )
    )
    (row,) = ask(found, EVERY_MODEL)["data"]

    assert [(one["slug"], (one["pricing"] or {}).get("prompt")) for one in row["providers"]] == [
        ("e", "0"),
        ("c", "0.000009"),
        ("d", "0.00001"),
        ("a", "0.00001"),
        ("b", "0.00001"),
        ("aa", None),
    ]
    assert (row["cheapest_provider"], row["provider_count"]) == ("e", 6)


@pytest.mark.finding("X46", "X02")
def test_model_rows_are_never_offers(snapshot: Snapshot) -> None:
    """Every unique row is a model's, with its offers under it, and none is a flat row."""
    offers = set(ids(snapshot, include_inactive=True))

    for row in ask(snapshot, EVERY_MODEL, include_inactive=True)["data"]:
        assert row["id"] not in offers
        assert {one["id"] for one in row["providers"]} <= offers


@pytest.mark.finding("ME-M5")
@pytest.mark.parametrize("name", ["ai", "open", "openai2", "o", "%", "openai/gpt", "gpt"])
def test_a_part_of_a_name_is_no_provider(publish: Publish, name: str) -> None:
    """`provider` and `author` mean a whole slug: `ai` finds no row of openai."""
    found = publish(catalogs.of(catalogs.listing("openai", "gpt"), catalogs.listing("acme", "x")))

    assert ids(found, provider=name) == ids(found, author=name) == []
    assert ids(found, provider="openai") == ["openai/gpt"]


def test_a_provider_is_a_server_or_an_author(snapshot: Snapshot) -> None:
    """`provider` finds what it serves and what it made; an alias means who serves."""
    found = ask(snapshot, provider="labs")["data"]
    pairs = {(row["provider_slug"], row["owned_by"]) for row in found}

    assert all("labs" in pair for pair in pairs)
    assert {server for server, _ in pairs} == {"acme", "bolt", "cove", "labs"}
    assert {author for _, author in pairs} == {"acme", "labs", "orgs"}
    assert ids(snapshot, provider="acme-inc") == ids(snapshot, gateways=("acme",))


def test_what_is_not_shown_is_shown_when_asked_for(snapshot: Snapshot) -> None:
    """Unlisted offers, and models that have no other, come with `include_inactive` only."""
    hidden = set(ids(snapshot, include_inactive=True)) - set(ids(snapshot))
    models = set(ids(snapshot, EVERY_MODEL, include_inactive=True)) - set(
        ids(snapshot, EVERY_MODEL)
    )

    assert "bolt/solo/lost" in hidden
    assert "solo/lost" in models
    assert ask(snapshot, include_inactive=True)["total"] == len(ids(snapshot)) + len(hidden)
