"""models.dev's documents: providers with their models, models alone, both, and a schema of ids."""

from collections.abc import Iterator
from typing import Any

from modeldex.dialects.losses import Losses
from modeldex.dialects.models_dev import models, providers
from modeldex.domain.model import Catalog


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield what stands at ``/api.json``, ``/models.json``, ``/catalog.json`` and the schema."""
    served = providers.providers(catalog, losses)
    alone = {one.id: models.metadata(one) for one in catalog.models if models.is_shown(one)}
    yield "api", served
    yield "models", alone
    yield "catalog", {"models": alone, "providers": served}
    yield "model-schema", _schema(served)


def _schema(served: dict[str, Any]) -> dict[str, Any]:
    ids = sorted(f"{name}/{model}" for name, one in served.items() for model in one["models"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "model-schema.json",
        "$defs": {"Model": {"type": "string", "enum": ids}},
    }
