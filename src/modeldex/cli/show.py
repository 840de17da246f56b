"""``modeldex show``."""

from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import catalog, output
from modeldex.cli.why import show as show_why
from modeldex.errors import ModeldexError
from modeldex.query import answer

NAME = "show"


class UnknownName(ModeldexError):
    """Nothing in the catalog goes by a name."""


def command(
    name: Annotated[str, typer.Argument(help="Id of an offer or a model, or an alias.")],
    unique: Annotated[
        bool, typer.Option("--unique", help="The model rather than an offer.")
    ] = False,
    why: Annotated[
        bool,
        typer.Option("--why", help="Why each offer counts as its model, and who settled what."),
    ] = False,
    json: output.Json = False,
) -> None:
    """Show everything that is known of one offer or model."""
    snapshot = catalog.snapshot()
    body = answer.one(snapshot, name, model_first=unique)
    if body is None:
        raise UnknownName(f"No offer, model or alias is called {name!r}; see `modeldex models`.")
    if why:
        show_why(snapshot, body, json=json)
    elif json:
        output.as_bytes(body)
    else:
        output.as_table(("field", "value"), _facts(msgspec.json.decode(body)))


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
