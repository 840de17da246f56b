"""``modeldex sources`` and ``modeldex sources check``."""

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from modeldex import settings, telemetry
from modeldex.cli import output
from modeldex.snapshot import status

if TYPE_CHECKING:
    from modeldex.domain.listing import Listing
    from modeldex.sources.declaration import Declaration
    from modeldex.sources.decode import Decoded
    from modeldex.sources.registry import Registry

app = typer.Typer(
    name="sources",
    help="Show every source: its state, what is held of it, and what was wrong last.",
    invoke_without_command=True,
)
_COLUMNS = ("source", "state", "rows#", "priced#", "answered", "next", "why")


@app.callback()
def shown(context: typer.Context, json: output.Json = False) -> None:
    """Show every source: its state, what is held of it, and what was wrong last."""
    if context.invoked_subcommand is not None:
        return
    from modeldex.sources import registry

    found = settings.load()
    known = registry.load(found.sources_dir)
    last = _as_shown(known, status.read(found.snapshots))
    if json:
        output.as_json(last)
    else:
        _show(last)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A declaration.", exists=True, dir_okay=False)],
    tried: Annotated[
        str | None, typer.Option("--try", help="Decode this: a file, or an address to ask.")
    ] = None,
    json: output.Json = False,
) -> None:
    """Check a declaration; with --try, show the rows that it reads from an answer."""
    from modeldex.bootstrap import trying

    declaration = _declared(file)
    if tried is None and json:
        output.as_json(declaration)
        return
    if tried is None:
        output.console().print(f"{file.name} declares {declaration.id!r} ({declaration.name}).")
        return
    given = settings.load()
    telemetry.configure(given.log_format)
    decoded = trying.attempt(declaration, tried, given)
    if json:
        output.as_json(decoded)
    else:
        _show_decoded(decoded)


def _declared(file: Path) -> "Declaration":
    from modeldex.errors import DeclarationError
    from modeldex.sources import parse

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DeclarationError(file.name, "", f"cannot be read: {error}") from None
    return parse.parse(text, file.name)


def _show(last: status.Status) -> None:
    now = time.time()
    rows = (
        (
            one.id,
            one.state,
            one.rows,
            one.priced,
            output.ago(now, one.answered_at) if one.answered_at else "",
            output.ago(now, one.next_at) if one.next_at else "",
            _why(one),
        )
        for one in last.sources
    )
    output.as_table(_COLUMNS, rows)
    for sentence in last.broken:
        output.console().print(f"[red]not used[/] {sentence}")
    evidence = Counter(one.evidence or "book" for one in last.sources)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(evidence.items()))
    output.console().print(f"{len(last.sources)} sources; how their shape is known: {counted}.")


def _why(one: status.SourceStatus) -> str:
    words = [one.reason] if one.reason else []
    if one.held is not None:
        words.append(_decision(one.id, one.held))
    if one.suspicious:
        words.append(f"{one.suspicious} rows keep an old value for now")
    if one.missing:
        words.append(f"{one.missing} rows missing")
    return " ".join(words)


def _decision(source: str, held: status.Held) -> str:
    """Return how often the answer came, and what may still be said of it."""
    told, left = ("rejected; ", "accept") if held.rejected else ("", "accept|reject")
    return f"({told}{held.times} equal answers; modeldex {left} {source})"


def _as_shown(known: "Registry", last: status.Status | None) -> status.Status:
    """Return the last status; what was declared since then has not been asked yet."""
    asked = {one.id: one for one in last.sources} if last else {}
    sources = [
        asked.get(
            one.id,
            status.SourceStatus(
                id=one.id,
                provider=one.serves,
                name=one.name,
                book=one.book,
                evidence=one.evidence.kind if one.evidence else None,
                state="never asked",
            ),
        )
        for one in known.by_id.values()
    ]
    return status.Status(
        at=last.at if last else 0.0,
        snapshot=last.snapshot if last else None,
        sources=tuple(sources),
        broken=tuple(str(one) for one in known.broken),
    )


def _show_decoded(decoded: "Decoded") -> None:
    output.as_table(("id", "context#", "rates"), (_decoded_row(one) for one in decoded.listings))
    output.console().print(
        f"{len(decoded.listings)} rows; dropped {decoded.dropped}, left out {decoded.skipped}, "
        f"unusable prices {decoded.bad_prices}."
    )
    for path, count in decoded.unknown_prices.items():
        output.console().print(f"unknown price {path} ({count})")


def _decoded_row(one: "Listing") -> tuple[object, ...]:
    from modeldex.domain import decimals

    rates = (f"{rate.meter.value} {decimals.plain(rate.usd)}" for rate in one.rates)
    return one.provider_model_id, one.context_length, ", ".join(rates)
