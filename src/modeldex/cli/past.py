"""``modeldex import-history`` and ``modeldex compact``."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from modeldex import settings, telemetry
from modeldex.cli import output, refresh

_DAY = 86_400


def import_history(
    path: Annotated[
        Path,
        typer.Argument(
            help="A file named by its date (2025-09-08.json, also .gz or .zst), a folder of them, "
            "or a folder that holds such a folder for each source."
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="Whose answers they are; folders may say it by their names.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would give, and remember nothing.")
    ] = False,
    json: output.Json = False,
) -> None:
    """Take over past answers of sources, so that history begins before the first refresh.

    All of it is taken over, or nothing; doing it again changes nothing. The guard does not judge
    what is imported.
    """
    past = {"path": str(path.absolute()), "source": source}
    _carry_out({"past": past, "dry_run": dry_run}, json=json)


def compact(
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Keep what ended in the last so many days; or HISTORY_DAYS."),
    ] = None,
    json: output.Json = False,
) -> None:
    """Forget prices that were superseded or ended, and changes learned, before some days ago.

    What is in force stays, and so do comings and goings. Questions about a moment before are
    refused from then on.
    """
    kept = days or settings.load().history_days
    if not kept:
        raise typer.BadParameter("How many days are to be kept? Say --days or set HISTORY_DAYS.")
    today = int(time.time()) // _DAY
    _carry_out({"forget_before": (today - kept) * _DAY}, json=json)


COMMANDS: dict[str, Callable[..., None]] = {"import-history": import_history, "compact": compact}


def _carry_out(wanted: dict[str, object], *, json: bool) -> None:
    from modeldex.bootstrap import refreshing
    from modeldex.refresh.order import Order

    found = settings.load()
    log = telemetry.configure(found.log_format)
    order = msgspec.convert({**wanted, "ask_nobody": True}, Order)
    report = asyncio.run(refreshing.once(found, log, order, lambda _: None))
    output.as_json(report) if json else refresh.show(report)
    if report.problem is not None:
        raise typer.Exit(1)
