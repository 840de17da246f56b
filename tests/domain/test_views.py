"""Catalogs that not everybody sees."""

import msgspec
import pytest

from modeldex import pipeline
from modeldex.domain.history import Event, Ledger
from modeldex.domain.listing import Kept, SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.domain.views import Restriction, narrowed
from support.catalogs import TODAY, priced


def rows(source: str, *names: str) -> SourceRows:
    """Return a provider's own list."""
    kept = tuple(
        Kept(
            listing=msgspec.structs.replace(priced(source, name, "0.001", "0.002"), source=source),
            first_seen=TODAY,
            last_changed=TODAY,
        )
        for name in names
    )
    return SourceRows(source=source, is_book=False, rows=kept)


def added(number: int, source: str, native: str) -> Event:
    """Return the event that a listing came."""
    return Event(
        number=number,
        kind="offer.added",
        source=source,
        provider=source,
        provider_model_id=native,
        happened_at=number,
        recorded_at=number,
    )


@pytest.fixture
def catalog() -> Catalog:
    """Return a catalog of two providers that share a model, with what happened to them."""
    ledger = Ledger(events=(added(1, "acme", "labs/one"), added(2, "bolt", "labs/two")))
    sources = [rows("acme", "labs/one"), rows("bolt", "labs/one", "labs/two")]
    return pipeline.build(sources, {}, TODAY, ledger=ledger)


@pytest.mark.parametrize(
    ("restriction", "ids"),
    [
        (Restriction(), ["acme/labs/one", "bolt/labs/one", "bolt/labs/two"]),
        (Restriction(providers=("acme",)), ["acme/labs/one"]),
        (Restriction(models=("labs/one",)), ["acme/labs/one", "bolt/labs/one"]),
        (Restriction(models=("bolt/*",)), ["bolt/labs/one", "bolt/labs/two"]),
        (Restriction(providers=("bolt",), models=("*/one",)), ["bolt/labs/one"]),
        (Restriction(providers=("nobody",)), []),
    ],
)
def test_a_restriction_keeps_what_passes_all_of_it(
    catalog: Catalog, restriction: Restriction, ids: list[str]
) -> None:
    """Patterns are of the ids of offers or of models."""
    found = narrowed(catalog, restriction.allows)

    assert [one.id for one in found.offers] == ids
    assert sorted(o.id for model in found.models for o in model.offers) == ids


def test_nothing_tells_of_what_is_not_seen(catalog: Catalog) -> None:
    """No provider, no offer of a shared model, no fact and no change."""
    found = narrowed(catalog, Restriction(providers=("acme",)).allows)
    text = msgspec.json.encode(found)

    assert b"acme" in text
    assert b"bolt" not in text
    assert b"labs/two" not in text


def test_what_is_seen_stays_as_it_was(catalog: Catalog) -> None:
    """A restriction that allows everything changes nothing."""
    assert narrowed(catalog, Restriction().allows) == catalog


def test_what_only_a_private_source_says_is_the_tenants() -> None:
    """Beside a public word for the same offer it is public."""
    sources = [rows("acme", "labs/one"), rows("hidden", "labs/one")]
    found = pipeline.build(sources, {}, TODAY, Rules(private=frozenset({"hidden"})))

    assert {one.id: one.visibility for one in found.offers} == {
        "acme/labs/one": "public",
        "hidden/labs/one": "tenant",
    }
