"""Moments as sentences and answers say them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(seconds: int) -> str:
    """Return unix seconds as ISO 8601, UTC: ``2026-08-15T00:00:00Z``."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
