"""Building: the order of what is said does not matter, and no price goes astray."""

from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.dialects import native
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.rate import Meter
from modeldex.snapshot import consistency, fragments
from support import catalogs, worlds

World = tuple[SourceRows, ...]


def shuffled(world: World, chance: Random) -> list[SourceRows]:
    """Return the same sources and rows in another order."""
    found = [
        msgspec.structs.replace(one, rows=tuple(chance.sample(one.rows, len(one.rows))))
        for one in world
    ]
    chance.shuffle(found)
    return found


def digest(catalog: Catalog) -> str:
    """Return a catalog's id."""
    return fragments.digest(catalog, fragments.render(catalog))


@worlds.LAW
@given(worlds.WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_sources_and_rows_does_not_matter(world: World, chance: Random) -> None:
    """The same rows give the same catalog, and the same catalog the same id."""
    catalog, other = catalogs.build(*world), catalogs.build(*shuffled(world, chance))

    assert other == catalog
    assert digest(other) == digest(catalog)


@worlds.LAW
@given(worlds.WORLDS)
def test_every_world_makes_a_consistent_catalog(world: World) -> None:
    """Ids are unique, sorted and whole; every offer stands under its model."""
    catalog = catalogs.build(*world)
    consistency.check(catalog)

    assert sum(len(model.offers) for model in catalog.models) == len(catalog.offers)
    assert all(author and name for author, _, name in map(_split, catalog.models))


def _split(model: object) -> tuple[str, str, str]:
    return str(getattr(model, "id", "")).partition("/")


@worlds.LAW
@given(worlds.WORLDS)
def test_every_listing_of_a_provider_is_an_offer(world: World) -> None:
    """Each id on an own list is one confirmed offer, callable as listed."""
    catalog = catalogs.build(*world)
    listed = {
        f"{row.listing.provider}/{row.listing.provider_model_id}"
        for source in world
        for row in source.rows
        if not source.is_book
    }

    assert {one.id for one in catalog.offers if one.confirmed} == listed


@pytest.mark.finding("X05")
@worlds.LAW
@given(worlds.WORLDS)
def test_no_price_crosses_providers(world: World) -> None:
    """Each offer's rates are those of a listing of its own provider and id, or it has none."""
    said = [row.listing for source in world for row in source.rows]

    for offer in catalogs.build(*world).offers:
        native_id = offer.facts.provider_model_id.lower()
        witnesses = [
            one.rates
            for one in said
            if one.provider == offer.facts.provider
            and one.source == offer.pricing_source
            and native_id in {name.lower() for name in (one.provider_model_id, *one.also)}
        ]
        assert (offer.pricing_source is None) == (not offer.rates)
        assert not offer.rates or offer.rates in witnesses


@pytest.mark.finding("X14", "X49")
@worlds.LAW
@given(worlds.WORLDS)
def test_an_unknown_price_never_wins(world: World) -> None:
    """The cheapest is the least of the prices that are known and shown; unknown ones come last."""
    for model in catalogs.build(*world).models:
        shown = [one for one in model.offers if one.is_active]
        prices = [one.prices.get(Meter.INPUT) for one in shown]
        known = [price for price in prices if price is not None]
        head = native.model_head(model)

        cheapest = head["cheapest_prompt_price"]

        assert (None if cheapest is None else Decimal(cheapest)) == min(known, default=None)
        assert prices[: len(known)] == sorted(known)
        assert head["provider_count"] == len({one.facts.provider for one in shown})
