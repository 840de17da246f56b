"""The native dialect's shapes of what was true before: moments, changes, periods, rate sets."""

from typing import Any

from modeldex.domain.history import Change
from modeldex.domain.moments import written


def moment(seconds: int | None) -> str | None:
    """Return unix seconds as ISO 8601, UTC: ``2026-08-15T00:00:00Z``; ``None`` is open."""
    return None if seconds is None else written(seconds)


def change_row(change: Change) -> dict[str, Any]:
    """Return a change as a row; its id stays the same in every snapshot."""
    return {
        "id": f"{change.number}.{change.part}",
        "kind": change.kind,
        "offer": change.offer,
        "model": change.model,
        "provider": change.provider,
        "source": change.source,
        "decisive": change.decisive,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "happened_at": moment(change.happened_at),
        "recorded_at": moment(change.recorded_at),
    }
