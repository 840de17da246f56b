"""``modeldex show``."""

from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import catalog, output
from modeldex.domain.provenance import Evidence
from modeldex.errors import ModeldexError
from modeldex.query import answer, quality
from modeldex.snapshot.reader import Snapshot

NAME = "show"


class UnknownName(ModeldexError):
    """Nothing in the catalog goes by a name."""


def command(
    name: Annotated[str, typer.Argument(help="Id of an offer or a model, or an alias.")],
    unique: Annotated[
        bool, typer.Option("--unique", help="The model rather than an offer.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Who settled each field, and who was not believed.")
    ] = False,
    json: output.Json = False,
) -> None:
    """Show everything that is known of one offer or model."""
    snapshot = catalog.snapshot()
    body = answer.one(snapshot, name, model_first=unique)
    if body is None:
        raise UnknownName(f"No offer, model or alias is called {name!r}; see `modeldex models`.")
    if why:
        _show_why(snapshot, msgspec.json.decode(body), json=json)
        return
    if json:
        output.as_bytes(body)
        return
    output.as_table(("field", "value"), _facts(msgspec.json.decode(body)))


def _show_why(snapshot: Snapshot, row: dict[str, Any], *, json: bool) -> None:
    """Show the evidence of an offer, or of each offer of a model."""
    offers = [one["id"] for one in row.get("providers", [row])]
    found = {name: quality.evidence(snapshot, name) for name in offers}
    if json:
        output.as_json({"id": row["id"], "evidence": found})
        return
    for name, fields in found.items():
        if fields:
            columns = ("field", "settled by", "since", "not believed")
            output.as_table(columns, map(_because, fields), caption=name)
        else:
            output.console().print(f"{name}: one source alone speaks of it.")


def _because(one: Evidence) -> tuple[object, ...]:
    lost = "; ".join(f"{source}: {_shown(value)}" for source, value in one.lost)
    return one.field, one.source, one.since, lost


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _facts(row: dict[str, Any], above: str = "") -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = []
    for key, value in row.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            facts += _facts(value, f"{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, one in enumerate(value):
                facts += _facts(one, f"{name}[{number}].")
        elif isinstance(value, list):
            facts.append((name, ", ".join(map(str, value)) or "-"))
        else:
            facts.append((name, "unknown" if value is None else value))
    return facts
