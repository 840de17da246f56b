"""What a snapshot says of its own quality: evidence per offer, doubts per provider."""

import msgspec

from modeldex.domain.provenance import Evidence
from modeldex.pricing import quality
from modeldex.pricing.quality import Quality
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_EVIDENCE = (
    "select e.body from names n join offer_evidence e on e.rank = n.rank "
    "where n.name = ? and n.kind in (?, ?) order by n.kind"
)


def evidence(snapshot: Snapshot, name: str) -> tuple[Evidence, ...]:
    """Return who settled each field of the offer that *name* means.

    It is empty where one source alone speaks of it, or where *name* is no offer.
    """
    kinds = (schema.OFFER, schema.OFFER_ALIAS)
    found = snapshot.rows(_EVIDENCE, (name, *kinds))
    return msgspec.json.decode(found[0][0], type=tuple[Evidence, ...]) if found else ()


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
