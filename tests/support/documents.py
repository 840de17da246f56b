"""Documents of other dialects, decoded exactly."""

import json
from decimal import Decimal
from typing import Any

from modeldex.dialects import catalogs_of_others, finished
from modeldex.domain.model import Catalog


def rendered(catalog: Catalog) -> dict[str, Any]:
    """Return every document by its name, each number as the exact decimal that is written."""
    documents, _ = finished.render(catalogs_of_others.EMITTERS, catalog)
    return {one.name: decoded(one.body) for one in documents}


def decoded(body: bytes) -> Any:
    """Return JSON with numbers of any spelling as decimals."""
    return json.loads(body, parse_float=Decimal)


def lost(catalog: Catalog, dialect: str) -> dict[str, int]:
    """Return how much of each kind a dialect cannot say."""
    _, found = finished.render(catalogs_of_others.EMITTERS, catalog)
    (losses,) = [losses for name, _, losses in found if name == dialect]
    return {one.kind: one.count for one in losses}
