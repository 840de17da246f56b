"""One offer before the bench, with whatever sources a test makes up."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from modeldex import pipeline
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter, Rate
from modeldex.domain.rules import Override, Rules
from support.catalogs import TODAY, kept, listing

MILLION = Decimal(1_000_000)
_UNITS = {"request": Meter.REQUEST, "image": Meter.IMAGE}


def costs(source: str, *text: str, provider: str = "acme", **facts: Any) -> Listing:
    """Return what *source* says of acme's model ``m``.

    Args:
        source: who says so.
        text: dollars per million text tokens in, then out.
        provider: who serves it.
        facts: further facts; the name of a meter is its price, dollars per million tokens, or
            per one for a request or an image.
    """
    prices = dict(zip((Meter.INPUT, Meter.OUTPUT), map(Decimal, text), strict=False))
    usd = {meter: price / MILLION for meter, price in prices.items()}
    for meter in Meter:
        if meter.value in facts:
            price = Decimal(facts.pop(meter.value))
            usd[meter] = price if meter.value in _UNITS else price / MILLION
    rates = tuple(Rate(meter=meter, usd=price) for meter, price in usd.items())
    return listing(provider, facts.pop("native", "m"), source=source, rates=rates, **facts)


def sources(*said: Listing, books: Iterable[SourceRows] = ()) -> list[SourceRows]:
    """Return each listing as a source of its own; one that is not its provider is a book."""
    found = [
        SourceRows(source=one.source, is_book=one.source != one.provider, rows=(kept(one),))
        for one in said
    ]
    return [*found, *books]


def offer(*said: Listing, overrides: Iterable[Override] = (), **more: Any) -> Offer:
    """Return the one offer of acme's that these sources make."""
    rules = Rules(overrides=tuple(overrides))
    catalog = pipeline.build(sources(*said, **more), {}, TODAY, rules)
    (found,) = [one for one in catalog.offers if one.facts.provider == "acme"]
    return found


def kinds(*said: Listing) -> list[str]:
    """Return the kinds of doubts about acme's model."""
    return [one.kind for one in offer(*said).doubts]
