"""A small catalog in which each dialect finds what it can say and what it cannot."""

from decimal import Decimal
from typing import Any

from modeldex.domain.listing import Listing
from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Meter, Rate
from support import catalogs
from support.catalogs import listing, priced

PROVIDERS = (Provider(slug="acme", name="Acme", aliases=("acme-inc",)),
             Provider(slug="bolt", name="Bolt"))  # fmt: skip
TEXT = ("text",)


def rate(meter: Meter, usd: str, **when: Any) -> Rate:
    """Return a rate in USD per unit under conditions."""
    return Rate(meter=meter, usd=Decimal(usd), when=Conditions(**when))


def whole() -> Listing:
    """Return an offer of which everything is known, with tiers, hours and service tiers."""
    rates = (
        rate(Meter.INPUT, "0.000003"),
        rate(Meter.OUTPUT, "0.000015"),
        rate(Meter.CACHE_READ, "0.0000003"),
        rate(Meter.INPUT, "0.000006", min_input_tokens=200_001),
        rate(Meter.OUTPUT, "0.0000225", min_input_tokens=200_001),
        rate(Meter.INPUT, "0.000001", utc_start="16:30", utc_end="00:30"),
        rate(Meter.INPUT, "0.0000015", service_tier="batch"),
        rate(Meter.OUTPUT, "0.0000075", service_tier="batch"),
        rate(Meter.INPUT, "0.000002", weekdays=(6, 7)),
    )
    return listing(
        "acme", "labs/Whole:v1", hugging_face_id="labs/whole", name="Whole",
        description="Knows <all> & more.", created=1_750_000_000, context_length=1_000_000,
        max_output_tokens=64_000, input_modalities=("text", "image"), output_modalities=TEXT,
        supported_parameters=("temperature", "tools", "odd_parameter"), rates=rates,
        capabilities={"reasoning": True, "tools": True, "vision": True},
        knowledge_cutoff="2025-01", expiration_date="2027-02-03",
    )  # fmt: skip


def catalog() -> Catalog:
    """Return the catalog: eight offers that are shown, one that is not, of six models."""
    acme = [
        whole(),
        priced("acme", "labs/plain", "0.000001", "0.000002", context_length=8192,
               output_modalities=TEXT, created=1_740_000_000),
        listing("acme", "labs/unpriced", context_length=4096, name="Unpriced"),
        priced("acme", "labs/no-context", "0.1", "0.2", release_date="2025-05-05",
               output_modalities=("audio",)),
        priced("acme", "labs/free:free", "0", "0", context_length=2048, max_output_tokens=1024,
               output_modalities=TEXT, input_modalities=TEXT),
        listing("acme", "labs/old", status="retired"),
    ]  # fmt: skip
    bolt = [
        priced("bolt", "labs/plain", "0.0000005", "0.000003", context_length=4096,
               max_output_tokens=512, output_modalities=TEXT),
        listing("bolt", "labs/embed", output_modalities=("embedding",), context_length=512,
                rates=(rate(Meter.INPUT, "0.00000001"),)),
        listing("bolt", "labs/unpriced"),
    ]  # fmt: skip
    sources = (catalogs.rows("acme", acme), catalogs.rows("bolt", bolt))
    return catalogs.build(*sources, providers=PROVIDERS)
