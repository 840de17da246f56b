"""``modeldex export``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from modeldex.cli import catalog, output
from modeldex.errors import QuestionError
from modeldex.snapshot.documents import IDENTITY

NAME = "export"


def command(
    dialect: Annotated[
        str, typer.Argument(help="A dialect, or one of its documents: litellm, models-dev/api …")
    ],
    file: Annotated[
        Path | None,
        typer.Option("--output", help="File to write; standard output where none is given."),
    ] = None,
    json: output.Json = False,
) -> None:
    """Write the current catalog in the shape of another one: LiteLLM's map, models.dev, others."""
    snapshot = catalog.snapshot()
    known = [one for one in snapshot.documents() if "/" in one]
    found = [one for one in known if dialect in (one, one.partition("/")[0])]
    if not found:
        raise QuestionError("dialect", f"No document is called {dialect!r}. {_said(known)}")
    body = snapshot.whole(found[0], IDENTITY).body
    if file is None:
        sys.stdout.buffer.write(body)
        return
    file.write_bytes(body)
    lost = snapshot.lossy(found[0].partition("/")[0])
    if json:
        output.as_json({"document": found[0], "bytes": len(body), "lossy": lost})
    else:
        sys.stdout.write(
            f"Wrote {found[0]}, {len(body):,} bytes; {lost:,} things could not be said.\n"
        )


def _said(known: list[str]) -> str:
    return f"There are: {', '.join(known)}. A dialect's name alone means its first document."
