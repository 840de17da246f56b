"""``modeldex diff``."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from modeldex import settings
from modeldex.cli import output
from modeldex.cli.history import shortened
from modeldex.errors import ModeldexError
from modeldex.query import difference
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.reader import Snapshot

NAME = "diff"
_COLUMNS = ("change", "of", "field", "old", "new")
_PLACES = {"current": 0, "previous": 1}


class UnknownSnapshot(ModeldexError):
    """Nothing that is published goes by a name."""


def command(
    old: Annotated[str, typer.Argument(help="Id or file of a snapshot, current or previous.")],
    new: Annotated[str, typer.Argument(help="Id or file of a snapshot, current or previous.")],
    json: output.Json = False,
) -> None:
    """Show what differs between two snapshots.

    Exit code 0 means that they list the same, 1 that they differ.
    """
    before, after = _opened(old), _opened(new)
    found = difference.between(before, after)
    if json:
        changes = [one._asdict() for one in found]
        output.as_json({"object": "diff", "old": before.id, "new": after.id, "changes": changes})
    elif found:
        output.as_table(_COLUMNS, map(_row, found))
    else:
        output.console().print(_same(before, after))
    if found:
        raise typer.Exit(1)


def _row(one: difference.Changed) -> tuple[object, ...]:
    sides = (None if side is None else msgspec.json.decode(side) for side in (one.old, one.new))
    return one.kind, one.id, one.field, *map(shortened, sides)


def _same(before: Snapshot, after: Snapshot) -> str:
    if before.id == after.id:
        return f"Both are {after.id}."
    return "They list the same; what they remember differs."


def _opened(name: str) -> Snapshot:
    directory = settings.load().snapshots
    entries = read_pointer(directory).entries
    published = {one.id: one.file for one in entries}
    published |= {word: entries[n].file for word, n in _PLACES.items() if n < len(entries)}
    if name in published:
        return Snapshot(directory / published[name])
    if name not in _PLACES and Path(name).is_file():
        return Snapshot(Path(name))
    known = ", ".join(published) or "none yet"
    raise UnknownSnapshot(f"There is no snapshot {name!r}. Published: {known}. Or name a file.")
