"""What verbs print: JSON for programs, tables for people."""

import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def as_json(value: Any) -> None:
    """Print *value* as one JSON document."""
    as_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2))


def as_bytes(body: bytes) -> None:
    """Print a finished JSON document, in UTF-8 wherever it goes."""
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.buffer.flush()


def as_table(columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> None:
    """Print rows in columns; one whose name ends in ``#`` is aligned to the right.

    Nothing in a cell is taken for markup.
    """
    table = Table(box=None, header_style="bold", caption=caption or None, caption_justify="left")
    for name in columns:
        table.add_column(
            name.rstrip("#"), justify="right" if name.endswith("#") else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    console().print(table)


def as_line(text: str, style: str | None = None, indent: int = 0) -> None:
    """Print a line, further ones of it two deeper; nothing in it is taken for markup."""
    found, start = console(), " " * indent
    lines = textwrap.fill(
        text,
        found.width,
        initial_indent=start,
        subsequent_indent=f"{start}  ",
        break_on_hyphens=False,
    )
    found.print(lines, style=style, markup=False, emoji=False)


def console() -> Console:
    """Return the console for people; piped, its lines are not cut."""
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False, emoji=False)


def ago(now: float, then: float | None) -> str:
    """Return a time as people say it: ``5 min ago``, ``in 30 s``."""
    if then is None:
        return "never"
    seconds = now - then
    size = abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if size >= 2 * length:
            text = f"{size / length:.0f} {unit}"
            break
    else:
        text = f"{size:.0f} s"
    return f"{text} ago" if seconds >= 0 else f"in {text}"
