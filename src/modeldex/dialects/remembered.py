"""The native dialect's shapes of what was true before: moments, changes, periods, rate sets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from modeldex.domain.history import Change

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds: int | None) -> str | None:
    """Return unix seconds as ISO 8601, UTC: ``2026-08-15T00:00:00Z``; ``None`` is open."""
    if seconds is None:
        return None
    return (_EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


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
