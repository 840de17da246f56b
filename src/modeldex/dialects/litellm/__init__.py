"""LiteLLM's shapes: its cost map, and the answers of its proxy that say what a model can do."""

from collections.abc import Iterator
from typing import Any

from modeldex.dialects.litellm import cost_map, proxy
from modeldex.dialects.losses import Losses
from modeldex.domain.model import Catalog


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield the cost map, the list of models and the list of groups of models."""
    rows = cost_map.rows(catalog, losses)
    yield "cost-map", cost_map.cost_map(catalog, rows, losses)
    yield "model-info", {"data": [proxy.info(row) for row in rows if row.offer.is_active]}
    yield "model-group-info", {"data": list(proxy.groups(catalog, rows))}
