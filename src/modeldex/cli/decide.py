"""``modeldex accept``, ``reject``, ``hide`` and ``unhide``."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
import typer

from modeldex import settings, telemetry
from modeldex.cli import output

Source = Annotated[str, typer.Argument(help="Id of the source.")]
Model = Annotated[str | None, typer.Argument(help="One model of it, as its provider calls it.")]
Offer = Annotated[str, typer.Argument(help="Id of the offer.")]


def accept(source: Source, model: Model = None, json: output.Json = False) -> None:
    """Take an answer that the guard holds back, or the suspicious state of one model."""
    _carry_out("accept", source, model, json=json)


def reject(source: Source, model: Model = None, json: output.Json = False) -> None:
    """Keep what is held, and refuse equal answers from now on."""
    _carry_out("reject", source, model, json=json)


def hide(offer: Offer, json: output.Json = False) -> None:
    """Show an offer no more, whatever its source says."""
    _carry_out("hide", offer, None, json=json)


def unhide(offer: Offer, json: output.Json = False) -> None:
    """Show a hidden offer again."""
    _carry_out("show", offer, None, json=json)


COMMANDS: dict[str, Callable[..., None]] = {
    "accept": accept,
    "reject": reject,
    "hide": hide,
    "unhide": unhide,
}


def _carry_out(action: str, target: str, model: str | None, *, json: bool) -> None:
    from modeldex.bootstrap import refreshing
    from modeldex.refresh.order import Decision, Order

    found = settings.load()
    log = telemetry.configure(found.log_format)
    decision = msgspec.convert({"action": action, "target": target, "model": model}, Decision)
    order = Order(decisions=(decision,), ask_nobody=True)
    report = asyncio.run(refreshing.once(found, log, order, lambda _: None))
    if json:
        output.as_json(report)
    elif report.problem is not None:
        output.console().print(f"Nothing published: {report.problem}")
    else:
        what = "Published" if report.published else "Nothing changed; current is"
        output.console().print(f"{what} {report.snapshot}: {report.offers:,} offers.")
    if report.problem is not None:
        raise typer.Exit(1)
