"""``modeldex show``."""

from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import catalog, output
from modeldex.errors import ModeldexError
from modeldex.merge import identity
from modeldex.query import answer
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
        bool, typer.Option("--why", help="Why each offer counts as the model that it does.")
    ] = False,
    json: output.Json = False,
) -> None:
    """Show everything that is known of one offer or model."""
    held = catalog.snapshot()
    body = answer.one(held, name, model_first=unique)
    if body is None:
        raise UnknownName(f"No offer, model or alias is called {name!r}; see `modeldex models`.")
    if why:
        _show_reasons(held, msgspec.json.decode(body), json=json)
    elif json:
        output.as_bytes(body)
    else:
        output.as_table(("field", "value"), _facts(msgspec.json.decode(body)))


def _show_reasons(held: Snapshot, row: dict[str, Any], *, json: bool) -> None:
    """Show why each offer of a row, of an offer or of a model, counts as its model."""
    offers = (answer.one(held, one["id"]) for one in row.get("providers", [row]))
    found = {one["id"]: _reasons(one) for one in map(msgspec.json.decode, filter(None, offers))}
    if json:
        output.as_json(found)
        return
    lines = [(offer, line) for offer, reasons in found.items() for line in reasons]
    output.as_table(("offer", "why"), lines)


def _reasons(row: dict[str, Any]) -> tuple[str, ...]:
    told = row["identified_by"]
    native = row["provider_model_id"].removesuffix(f":{row['via']}")
    made = f"counts as {row['canonical_slug']!r}"
    facts = identity.Told(row["provider_slug"], native, row["owned_by"])
    return (made, *identity.explain(facts, told["evidence"], told["text"]))


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
