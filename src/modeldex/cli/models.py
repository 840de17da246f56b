"""``modeldex models``."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import catalog, output
from modeldex.query import answer, names, parameters

NAME = "models"
_MILLION = 1_000_000


def command(
    text: Annotated[list[str] | None, typer.Argument(help="Words to search for.")] = None,
    gateway: Annotated[
        list[str] | None, typer.Option(help="Serving provider; repeatable.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who made the model.")] = None,
    provider: Annotated[str | None, typer.Option(help="Serving provider or author.")] = None,
    unique: Annotated[bool, typer.Option("--unique", help="Models instead of offers.")] = False,
    sort: Annotated[str | None, typer.Option(help="id, name, created, context …")] = None,
    order: Annotated[str, typer.Option(help="asc or desc.")] = "asc",
    limit: Annotated[int, typer.Option(help="Rows to show, 1 to 1000.")] = 50,
    offset: Annotated[int, typer.Option(help="Rows to pass over.")] = 0,
    json: output.Json = False,
) -> None:
    """List offers or models of the published catalog."""
    held = catalog.snapshot()
    given = [("gateway", one) for one in gateway or ()]
    given += [
        (name, str(value))
        for name, value in {
            "q": " ".join(text or ()) or None,
            "author": author,
            "provider": provider,
            "unique": unique or None,
            "sort": sort,
            "order": order,
            "limit": limit,
            "offset": offset,
        }.items()
        if value is not None
    ]
    body = answer.page(held, parameters.question(given, names.of(held)))
    if json:
        output.as_bytes(body)
        return
    found = msgspec.json.decode(body)
    rows = (_row(one) for one in found["data"])
    caption = f"{found['returned']:,} of {found['total']:,}; prices in USD per million tokens"
    output.as_table(("id", "context#", "input#", "output#", "from"), rows, caption)


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    if "providers" in one:
        price = {"prompt": one["cheapest_prompt_price"], "completion": None}
        origin = f"{one['provider_count']} providers, cheapest {one['cheapest_provider']}"
    else:
        price, origin = one["pricing"] or {}, one["pricing_source"]
    return (
        one["id"],
        one["context_length"],
        per_million(price.get("prompt")),
        per_million(price.get("completion")),
        origin,
    )


def per_million(price: str | None) -> str | None:
    """Return a price per unit as one per million, exactly."""
    return None if price is None else f"{(Decimal(price) * _MILLION).normalize():f}"
