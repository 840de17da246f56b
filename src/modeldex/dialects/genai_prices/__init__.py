"""genai-prices' second format: an array of providers, each with its models and their prices."""

from collections.abc import Iterator
from typing import Any

from modeldex.dialects.genai_prices import book
from modeldex.dialects.losses import Losses
from modeldex.domain.model import Catalog


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield the one document there is."""
    yield "data", book.providers(catalog, losses)
