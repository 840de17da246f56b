"""``modeldex show ID --why``: why an offer counts as its model, and who settled its fields."""

from typing import Any

import msgspec

from modeldex.cli import output
from modeldex.domain.provenance import Evidence
from modeldex.merge import identity
from modeldex.query import answer, quality
from modeldex.snapshot.reader import Snapshot

_FIELDS = ("field", "settled by", "since", "not believed")


def show(snapshot: Snapshot, row: dict[str, Any], *, json: bool) -> None:
    """Show it of the offer that *row* is, or of each offer of the model that it is."""
    names = [one["id"] for one in row.get("providers", [row])]
    identities = {name: _reasons(snapshot, name) for name in names}
    evidence = {name: quality.evidence(snapshot, name) for name in names}
    if json:
        output.as_json({"id": row["id"], "identity": identities, "evidence": evidence})
        return
    lines = [(name, reason) for name in names for reason in identities[name]]
    output.as_table(("offer", "why it is this model"), lines)
    for name, fields in evidence.items():
        if fields:
            output.as_table(_FIELDS, map(_because, fields), caption=name)
        else:
            output.console().print(f"{name}: one source alone speaks of it.")


def _reasons(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    row = msgspec.json.decode(answer.one(snapshot, name) or b"{}")
    told, native = row["identified_by"], row["provider_model_id"].removesuffix(f":{row['via']}")
    facts = identity.Told(row["provider_slug"], native, row["owned_by"])
    made = f"counts as {row['canonical_slug']!r}"
    return (made, *identity.explain(facts, told["evidence"], told["text"]))


def _because(one: Evidence) -> tuple[object, ...]:
    lost = "; ".join(f"{source}: {_shown(value)}" for source, value in one.lost)
    return one.field, one.source, one.since, lost


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
