"""What a snapshot says of its own quality, per provider."""

import msgspec

from modeldex.pricing import quality
from modeldex.pricing.quality import Quality
from modeldex.snapshot.reader import Snapshot


def report(snapshot: Snapshot, provider: str | None = None) -> tuple[Quality, ...]:
    """Return the quality of each provider's offers by slug, or of one provider's."""
    statement = "select body from quality where provider = ? or ? is null order by provider"
    rows = snapshot.rows(statement, (provider, provider))
    return tuple(msgspec.json.decode(body, type=Quality) for (body,) in rows)


def doubts(snapshot: Snapshot) -> dict[str, int]:
    """Return how many doubts of each kind there are ; once a snapshot."""
    known: dict[str, int] | None = snapshot.memo.get("doubts")
    if known is None:
        known = quality.counts(report(snapshot))
        snapshot.memo["doubts"] = known
    return known
