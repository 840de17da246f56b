"""``modeldex cost``."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from modeldex.cli import output
from modeldex.errors import QuestionError

NAME = "cost"
_STDIN = "-"


def command(
    model: Annotated[str, typer.Argument(help="Id or alias of a model, or id of an offer.")],
    input_tokens: Annotated[int | None, typer.Option("--input", help="Tokens in, all.")] = None,
    output_tokens: Annotated[int | None, typer.Option("--output", help="Tokens out, all.")] = None,
    meter: Annotated[
        list[str] | None,
        typer.Option(help="Any other count, as cache_read=200; repeatable."),
    ] = None,
    usage: Annotated[
        str | None, typer.Option(help="File with a usage object or an answer; - for stdin.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="A date, or a time with a zone.")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="At the prices that were believed then.")
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Serving provider.")] = None,
    service_tier: Annotated[str | None, typer.Option(help="batch, flex, priority …")] = None,
    region: Annotated[str | None, typer.Option(help="The provider's name of a region.")] = None,
    as_whole: Annotated[
        bool,
        typer.Option(
            "--as-whole",
            help="Bill cached, audio … tokens without a rate as what they are part of.",
        ),
    ] = False,
    json: output.Json = False,
) -> None:
    """Compute what a usage costs: exact, with its line items, unknown where a price is."""
    from modeldex.bootstrap import costing

    counts = {"input": input_tokens, "output": output_tokens, **_meters(meter or [])}
    given = {name: count for name, count in counts.items() if count is not None}
    if (usage is None) == (not given):
        raise QuestionError("usage", "Give counts such as --input 1000, or --usage FILE.")
    answer = costing.cost({
        "model": model,
        "usage": given if usage is None else _read(usage),
        "at": at,
        "known_at": known_at,
        "provider": provider,
        "service_tier": service_tier,
        "region": region,
        "unpriced_parts": "as_whole" if as_whole else "missing",
    })  # fmt: skip
    if json:
        output.as_json(answer)
    elif answer["object"] == "cost":
        _show(answer)
    else:
        _show_all(answer)


def _meters(given: list[str]) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for one in given:
        name, _, count = one.partition("=")
        found[name] = int(count) if count.isascii() and count.isdigit() else count
    return found


def _read(name: str) -> Any:
    body = sys.stdin.buffer.read() if name == _STDIN else Path(name).read_bytes()
    try:
        return msgspec.json.Decoder(float_hook=Decimal).decode(body)
    except msgspec.DecodeError as error:
        raise QuestionError("usage", f"{name} is not JSON: {error}.") from error


def _show(bill: dict[str, Any]) -> None:
    columns = ("meter", "quantity#", "USD each#", "amount#", "rule")
    lines = [_line(line) for line in bill["lines"]]
    gaps = [(gap["meter"], gap["quantity"], "unknown", "unknown", gap["needed"])
            for gap in bill["missing"]]  # fmt: skip
    total = bill["total"]
    said = f"${total}" if total is not None else f"unknown; ${bill['known_total']} is known of it"
    caption = f"total {said}; {bill['offer']}, prices of {bill['source']}, {bill['rate_id']}"
    output.as_table(columns, [*lines, *gaps], caption)


def _line(line: dict[str, Any]) -> tuple[object, ...]:
    rate = line["rate"]
    when = ", ".join(f"{name} {value}" for name, value in rate.get("when", {}).items())
    rule = f"{line['rule']} ({when})" if when else line["rule"]
    each = rate["usd"] if line["per"] == "1" else f"{rate['usd']} per {line['per']}"
    return line["meter"], line["quantity"], each, line["amount"], rule


def _show_all(answer: dict[str, Any]) -> None:
    rows = [
        (one["offer"], one["total"] or "unknown", one["known_total"], one["source"],
         ", ".join(gap["meter"] for gap in one["missing"]))
        for one in answer["data"]
    ]  # fmt: skip
    output.as_table(
        ("offer", "USD#", "known#", "from", "missing"), rows, f"{answer['model']}, cheapest first"
    )
