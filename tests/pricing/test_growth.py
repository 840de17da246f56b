"""The work of pricing: in proportion to the offers, and the same for one in any book."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter, Rate
from modeldex.domain.rules import NO_RULES, Override, Rules
from modeldex.merge.offers import gather
from modeldex.pricing.overrides import Index
from modeldex.pricing.resolve import Resolver
from modeldex.pricing.verdict import Bench
from support import catalogs
from support.catalogs import TODAY, listing, priced
from support.lines import steps

RATES = (Rate(meter=Meter.INPUT, usd=Decimal(1)),)
PROVIDERS = {one: Provider(slug=one, name=one, priced_as="core") for one in ("acme", "bolt")}


def world(count: int) -> list[SourceRows]:
    """Return a catalog in which prices are stated, disputed, missing and referred to."""
    names = [f"org/m{number:05}" for number in range(count)]
    own: list[Listing] = [
        *(priced("acme", one, "1", "2") for one in names),
        *(listing("bolt", one) for one in names),
        *(priced("core", one, "3", "4") for one in names),
    ]
    entries = [priced("acme", one, "5", "6", source="book") for one in names]
    lists = [
        catalogs.rows(slug, [one for one in own if one.source == slug])
        for slug in ("acme", "bolt", "core")
    ]
    return [*lists, catalogs.rows("book", entries, is_book=True)]


def stated(count: int) -> list[Override]:
    """Return an override for each of so many models of acme, and a pattern for others'."""
    exact = (
        Override(name="exact", provider="acme", model=f"org/m{number:05}", rates=RATES)
        for number in range(count)
    )
    patterns = (
        Override(name="pattern", provider=f"other-{number}", model="org/*", rates=RATES)
        for number in range(count)
    )
    return [*exact, *patterns]


def judging(count: int) -> Callable[[], object]:
    """Return the work of pricing a catalog of so many models."""
    sources, overrides = world(count), stated(count)
    said = gather(sources)

    def judged() -> None:
        bench = Bench(sources, said, PROVIDERS, Rules(overrides=tuple(overrides)), TODAY)
        assert [bench.judge(one)[0].winner is None for one in said] == [False] * len(said)

    return judged


@pytest.mark.finding("PR-H1")
def test_ten_times_the_offers_are_ten_times_the_work_of_pricing() -> None:
    """With overrides, books that disagree, and prices that hold by cross-reference."""
    judging(1)()

    assert steps(judging(300)) <= 10.5 * steps(judging(30))


@pytest.mark.finding("PR-M4")
@pytest.mark.parametrize("native", ["org/m00003", "org/m00029", "org/other"])
def test_an_override_is_found_as_soon_among_a_thousand(native: str) -> None:
    """One that is stated, first or last, and one that is not."""
    small, large = (Index(stated(count), TODAY, {}) for count in (30, 1000))
    found = large.find("acme", native)

    assert (found is not None) == (native != "org/other")
    assert steps(lambda: large.find("acme", native)) == steps(lambda: small.find("acme", native))


@pytest.mark.finding("PR-M4")
@pytest.mark.parametrize("provider", ["acme", "bolt"])
def test_a_price_is_found_as_soon_in_a_large_book(provider: str) -> None:
    """Stated for the offer itself, or for the one whose price it has."""

    def finding(count: int) -> Callable[[], object]:
        said = gather(world(count))
        resolver = Resolver(said, PROVIDERS, NO_RULES, TODAY)
        wanted = next(one for one in said if one.provider == provider)
        return lambda: resolver.resolve(wanted)

    finding(1)()

    assert steps(finding(1000)) == steps(finding(30))
