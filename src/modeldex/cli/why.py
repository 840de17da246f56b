"""``modeldex show ID --why``: why an offer counts as its model, and who settled its fields."""

import msgspec

from modeldex.cli import output
from modeldex.domain.provenance import Evidence
from modeldex.query.explanation import Explanation, explain
from modeldex.snapshot.reader import Snapshot

_FIELDS = ("field", "settled by", "since", "not believed")


def show(snapshot: Snapshot, body: bytes, *, json: bool) -> None:
    """Show it of the offer that the row *body* is, or of each offer of the model that it is."""
    found = explain(snapshot, body)
    if json:
        row = msgspec.json.decode(body)
        output.as_json({"id": row["id"], **msgspec.structs.asdict(found)})
        return
    for number, name in enumerate(found.identity):
        if number:
            output.as_line("")
        _show(name, found)


def _show(name: str, found: Explanation) -> None:
    output.as_line(name, style="bold")
    for reason in found.identity[name]:
        output.as_line(reason, indent=2)
    if found.evidence[name]:
        output.as_table(_FIELDS, map(_because, found.evidence[name]))
    else:
        output.as_line("one source alone speaks of it", indent=2)


def _because(one: Evidence) -> tuple[object, ...]:
    lost = "\n".join(f"{source}: {_shown(value)}" for source, value in one.lost)
    return one.field, one.source, one.since, lost


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
