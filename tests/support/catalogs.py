"""Small catalogs made for tests."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from modeldex import pipeline
from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Observed
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter, Rate
from modeldex.snapshot import fragments
from modeldex.snapshot.publish import Publisher

TODAY = "2026-11-23"
STAMP = "2026-11-23T12:00:00Z"


def listing(provider: str, native: str, **facts: Any) -> Listing:
    """Return a listing from the provider's own list, unless ``source`` says otherwise."""
    given = {"source": provider, "provider": provider, "provider_model_id": native, **facts}
    return Listing(**given)


def priced(provider: str, native: str, prompt: str, completion: str, **facts: Any) -> Listing:
    """Return a listing with prices in USD per token."""
    rates = (
        Rate(meter=Meter.INPUT, usd=Decimal(prompt)),
        Rate(meter=Meter.OUTPUT, usd=Decimal(completion)),
    )
    return listing(provider, native, rates=rates, **facts)


def kept(one: Listing, date: str = TODAY) -> Kept:
    """Return a listing first seen and last changed on *date*."""
    return Kept(listing=one, first_seen=date, last_changed=date)


def rows(source: str, listings: Iterable[Listing], *, is_book: bool = False) -> SourceRows:
    """Return what a source is held to say."""
    return SourceRows(source=source, is_book=is_book, rows=tuple(map(kept, listings)))


def build(*sources: SourceRows, providers: Iterable[Provider] = ()) -> Catalog:
    """Return the catalog that *sources* make today."""
    return pipeline.build(sources, {one.slug: one for one in providers}, TODAY)


def observing(sources: Iterable[SourceRows], observed: Mapping[str, Observed]) -> Catalog:
    """Return the catalog that *sources* make today, with what callers report."""
    return pipeline.build(tuple(sources), {}, TODAY, observed=observed)


def digest(catalog: Catalog) -> str:
    """Return a catalog's id."""
    return fragments.digest(catalog, fragments.render(catalog))


def of(*listings: Listing) -> Catalog:
    """Return the catalog of listings that are on their providers' own lists."""
    found: dict[str, list[Listing]] = {}
    for one in listings:
        found.setdefault(one.source, []).append(one)
    return build(*(rows(source, ones) for source, ones in found.items()))


def sized(count: int, *, models: int | None = None, prefix: str = "m") -> Catalog:
    """Return a catalog of *count* priced offers by two providers, of *models* models."""
    spread = models or count
    return of(
        *(
            priced(
                "acme" if number % 2 else "bolt",
                f"labs/{prefix}{number % spread:06d}" + (f"-v{number}" if models is None else ""),
                f"0.{number + 1:09d}",
                f"0.{2 * number + 2:09d}",
                name=f"Model {number}",
                created=1_700_000_000 + number,
                context_length=1000 + number,
            )
            for number in range(count)
        )
    )


def publish(directory: Path, catalog: Catalog, clock: float = 1000.0, stamp: str = STAMP) -> str:
    """Publish *catalog* into *directory*; return its id."""
    with ThreadPoolExecutor(1) as pool:
        return Publisher(directory, lambda: clock, pool).publish(catalog, stamp)[0]
