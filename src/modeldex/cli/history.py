"""``modeldex history``."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import catalog, output
from modeldex.cli.models import per_million
from modeldex.cli.show import UnknownName
from modeldex.query import history, moments

NAME = "history"
_PERIODS = ("offer", "from", "until", "listed", "input#", "output#", "source")
_CHANGES = ("when", "change", "of", "field", "old", "new")
_LONGEST = 60


def command(
    name: Annotated[str, typer.Argument(help="Id of a model or an offer, or an alias.")],
    known_at: Annotated[
        str | None, typer.Option(help="As it was believed then: a date, or a time with its zone.")
    ] = None,
    json: output.Json = False,
) -> None:
    """Show what a model cost over time, and what changed of it."""
    known = None if known_at is None else moments.parse("known-at", known_at)
    body = history.history(catalog.snapshot(), name, known)
    if body is None:
        raise UnknownName(f"No offer, model or alias is called {name!r}; see `modeldex models`.")
    if json:
        output.as_bytes(body)
        return
    found = msgspec.json.decode(body)
    caption = f"{found['model']}; prices in USD per million tokens"
    output.as_table(_PERIODS, _periods(found["offers"]), caption)
    if found["changes"]:
        output.as_table(_CHANGES, map(_change, found["changes"]))


def _periods(offers: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    for offer in offers:
        for one in offer["periods"]:
            prices = one["pricing"] or {}
            yield (
                offer["id"],
                one["from"] or "ever",
                one["until"] or "now",
                "yes" if one["listed"] else "no",
                per_million(prices.get("prompt")),
                per_million(prices.get("completion")),
                one["source"],
            )


def _change(one: dict[str, Any]) -> tuple[object, ...]:
    values = shortened(one["old"]), shortened(one["new"])
    return one["happened_at"], one["kind"], one["offer"] or one["model"], one["field"], *values


def shortened(value: Any) -> str | None:
    """Return a JSON value as people read it in a cell; rates as dollars per unit."""
    if value is None or isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(one, dict) and "usd" in one for one in value):
        text = ", ".join(_rate(one) for one in value)
    else:
        text = msgspec.json.encode(value).decode()
    return text if text is None or len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _rate(one: dict[str, Any]) -> str:
    when = "".join(f" {name} {value}" for name, value in one.get("when", {}).items())
    return f"{one['meter']} {one['usd']}{when}"
