"""new-api's family: prices as ratios of $2 per million tokens, and its catalog of models."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from modeldex.dialects.losses import Losses
from modeldex.dialects.new_api import models, ratios
from modeldex.domain.model import Catalog

_GROUP = "default"


def documents(catalog: Catalog, losses: Losses) -> Iterator[tuple[str, Any]]:
    """Yield the prices of a site, its ratios, and the models and vendors for others to take."""
    priced = list(ratios.priced(catalog, losses))
    vendors = {one: number for number, one in enumerate(models.vendors(catalog), 1)}
    data = [models.pricing(one, vendors) for one in priced]
    yield "pricing", _pricing(data, vendors)
    yield "ratio-config", {"success": True, "message": "", "data": ratios.config(priced)}
    yield "models", _answer(list(models.models(catalog, priced)))
    yield "vendors", _answer([
        {"name": one, "description": "", "icon": "", "status": 1} for one in vendors
    ])  # fmt: skip


def _pricing(data: list[dict[str, Any]], vendors: dict[str, int]) -> dict[str, Any]:
    said = msgspec.json.encode(data)
    return {
        "success": True,
        "data": data,
        "vendors": [{"id": number, "name": one} for one, number in vendors.items()],
        "group_ratio": {_GROUP: 1},
        "usable_group": {_GROUP: _GROUP},
        "supported_endpoint": {},
        "auto_groups": [],
        "pricing_version": hashlib.sha256(said).hexdigest()[:32],
    }


def _answer(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"success": True, "message": "", "data": data}
