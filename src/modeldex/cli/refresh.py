"""``modeldex refresh``."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from modeldex import settings
from modeldex.cli import output

if TYPE_CHECKING:
    from modeldex.refresh.report import Outcome, Report

NAME = "refresh"
_COLUMNS = ("source", "outcome", "rows#", "priced#", "new#", "changed#", "gone#", "s#", "why")


def command(
    source: Annotated[list[str] | None, typer.Option(help="Only this source; repeatable.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take what the guard would hold back.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Remember and publish nothing.")
    ] = False,
    json: output.Json = False,
) -> None:
    """Ask the sources now, and publish what changed.

    Beside a running `serve`, that process does it and this one shows its report. Exit code 1
    means that nothing could be published.
    """
    from modeldex import telemetry
    from modeldex.bootstrap import refreshing
    from modeldex.refresh.order import Order

    found = settings.load()
    log = telemetry.configure(found.log_format)
    order = Order(sources=tuple(sorted(source or ())), force=force, dry_run=dry_run)
    progress = _silent if json else _line
    report = asyncio.run(refreshing.once(found, log, order, progress))
    output.as_json(report) if json else show(report)
    if report.problem is not None:
        raise typer.Exit(1)


def _silent(_: "Outcome") -> None:
    """Programs read the report."""


def _line(one: "Outcome") -> None:
    words = one.reason or f"{one.rows} rows, {one.priced} priced"
    output.console().print(f"  {one.source:24} {one.outcome:10} {one.seconds:6.1f} s  {words}")


def show(report: "Report") -> None:
    """Print a report for people."""
    rows = (
        (
            one.source,
            one.outcome,
            one.rows,
            one.priced,
            one.new,
            one.changed,
            one.removed,
            f"{one.seconds:.1f}",
            _why(one),
        )
        for one in report.outcomes
    )
    output.as_table(_COLUMNS, rows)
    for sentence in report.broken:
        output.console().print(f"[red]not used[/] {sentence}")
    output.console().print(_summary(report))


def _why(one: "Outcome") -> str:
    words = [one.reason] if one.reason else []
    words += [f"{one.suspicious} rows suspicious"] if one.suspicious and not one.reason else []
    words += [f"{one.returned} returned"] if one.returned else []
    words += [f"{one.dropped} rows dropped"] if one.dropped else []
    words += [f"{one.bad_prices} prices unusable"] if one.bad_prices else []
    words += [f"unknown price {name} ({count})" for name, count in one.unknown_prices.items()]
    return "; ".join(words)


def _summary(report: "Report") -> str:
    size = f"{report.offers:,} offers of {report.models:,} models"
    failed = f", {len(report.failed)} sources failed" if report.failed else ""
    if report.problem is not None:
        return f"Nothing published: {report.problem}"
    if report.dry_run:
        return f"Dry run, nothing remembered: {size}{failed}, {report.seconds:.1f} s."
    what = "Published" if report.published else "Nothing changed; current is"
    return f"{what} {report.snapshot}: {size}{failed}, {report.seconds:.1f} s."
