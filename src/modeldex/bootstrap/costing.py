"""Costs in this process: at the published snapshot, else at the embedded price book."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from modeldex import settings as settings_module
from modeldex.errors import NoSnapshot
from modeldex.query import bills, used
from modeldex.query.bills import Rows
from modeldex.query.offers import SnapshotRows
from modeldex.snapshot.current import Current


def cost(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to a cost question, as ``POST /v1/cost`` would.

    Raises:
        QuestionError: it cannot be answered as asked.
    """
    asked = used.question(raw, datetime.now(UTC))
    return bills.answer(rows(), asked)


def rows() -> Rows:
    """Return the offers that are published, else those of the embedded book."""
    current = _current(settings_module.load().snapshots)
    current.poll()
    try:
        return SnapshotRows(current.snapshot)
    except NoSnapshot:
        # By name: most callers have a snapshot, and reading the book takes a second.
        found: Rows = import_module("modeldex.bootstrap.embedded").rows()
        return found


@cache
def _current(directory: Path) -> Current:
    return Current(directory, _unheard)


def _unheard(_sentence: str) -> None:
    """Say nothing: a library prints nothing, and ``modeldex serve`` tells of damage."""
