"""Building: the order of what is said does not matter, and no price goes astray."""

from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex import pipeline
from modeldex.dialects import native
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.provenance import KINDS
from modeldex.domain.rate import Meter, Rate
from modeldex.domain.rules import Override, Rules
from modeldex.snapshot import consistency, fragments
from support import catalogs, worlds

World = tuple[SourceRows, ...]
OVERRIDES = st.lists(
    st.builds(
        Override,
        name=st.just("file, override 1"),
        provider=st.sampled_from([None, *worlds.PROVIDERS]),
        model=st.sampled_from(["m", "org/*", "?", "nowhere"]),
        rates=st.sampled_from("12").map(lambda usd: (Rate(meter=Meter.INPUT, usd=Decimal(usd)),)),
        expires=st.sampled_from([None, catalogs.TODAY, "2027-01-01"]),
        tenant=st.sampled_from([None, None, "t"]),
    ),
    max_size=3,
).map(tuple)


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


@pytest.mark.finding("PV-M4")
@worlds.LAW
@given(worlds.WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_sources_and_rows_does_not_matter(world: World, chance: Random) -> None:
    """The same rows give the same catalog, and the same catalog the same id."""
    catalog, other = catalogs.build(*world), catalogs.build(*shuffled(world, chance))

    assert other == catalog
    assert digest(other) == digest(catalog)
    assert [one.sources for one in other.offers] == [one.sources for one in catalog.offers]
    assert all(len({*one.sources}) == len(one.sources) for one in catalog.offers)


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


@pytest.mark.finding("X05", "PR-L1")
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


@worlds.LAW
@given(worlds.WORLDS, OVERRIDES)
def test_building_twice_changes_nothing(world: World, stated: tuple[Override, ...]) -> None:
    """The same listings and rules give the same catalog, evidence, doubts and id."""
    rules = Rules(overrides=stated)
    first, second = (pipeline.build(world, {}, catalogs.TODAY, rules) for _ in range(2))

    assert first == second
    assert digest(first) == digest(second)


@worlds.LAW
@given(worlds.WORLDS, OVERRIDES)
def test_an_override_prices_what_it_covers_and_nothing_else(
    world: World, stated: tuple[Override, ...]
) -> None:
    """Whoever is not covered costs what it costs without any; nothing comes or goes."""
    plain = pipeline.build(world, {}, catalogs.TODAY)
    priced = pipeline.build(world, {}, catalogs.TODAY, Rules(overrides=stated))

    for was, now in zip(plain.offers, priced.offers, strict=True):
        covered = any(one.provider in (None, now.facts.provider) for one in stated)
        assert was.id == now.id
        if now.pricing_source == "override":
            assert covered
            assert now.rates in [one.rates for one in stated]
        else:
            assert (was.rates, was.pricing_source) == (now.rates, now.pricing_source)
            assert was.doubts == now.doubts


@worlds.LAW
@given(worlds.WORLDS)
def test_every_doubt_names_sources_that_speak(world: World) -> None:
    """Each has a kind that there is, a sentence, and sources of that offer only."""
    for offer in catalogs.build(*world).offers:
        for doubt in offer.doubts:
            assert doubt.kind in KINDS
            assert doubt.sentence
            assert {source for source, _ in doubt.said} <= set(offer.sources)
