"""The varied catalog in each dialect, as values, with what was lost."""

import json
from typing import Any

import msgspec

from modeldex.dialects.losses import Loss
from modeldex.domain.model import Catalog
from modeldex.snapshot import dialect_rows

Row = dict[str, Any]


class Said:
    """What the dialects make of a catalog.

    Attributes:
        lost: by dialect, what each kind of loss says, by kind.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.tables, lost = dialect_rows.render(catalog)
        self.totals = {name: total for name, total, _ in lost}
        self.lost = {name: _losses(body) for name, _, body in lost}

    def offers(self, dialect: str, column: int = 1) -> dict[str, Any]:
        """Return the rows of offers by their ids."""
        return self._rows(f"offer_{dialect}", [one.id for one in self.catalog.offers], column)

    def models(self, dialect: str, column: int = 1) -> dict[str, Any]:
        """Return the rows of models by their ids."""
        return self._rows(f"model_{dialect}", [one.id for one in self.catalog.models], column)

    def _rows(self, table: str, names: list[str], column: int) -> dict[str, Any]:
        rows = self.tables[table]
        return {names[row[0]]: row[column] and json.loads(row[column]) for row in rows}

    def endpoints(self) -> dict[str, list[Row]]:
        """Return OpenRouter's endpoints by the ids of their offers."""
        names = [one.id for one in self.catalog.offers]
        rows = self.tables["offer_openrouter"]
        return {names[rank]: json.loads(b"[" + body + b"]") for rank, body in rows}


def _losses(body: bytes) -> dict[str, Loss]:
    return {one.kind: one for one in msgspec.json.decode(body, type=list[Loss])}
