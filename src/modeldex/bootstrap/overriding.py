"""The file of what an operator states: prices, and which offers are one model."""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from modeldex.domain.rules import Override, Stated
from modeldex.errors import DeclarationError
from modeldex.merge.identity import entries
from modeldex.pricing import overrides

_OVERRIDE, _JOIN, _PART = _KEYS = ("override", "join", "part")
_T = TypeVar("_T")


def load(file: Path | None) -> Stated:
    """Return what *file* states; one that cannot be read is a problem, and states nothing."""
    if file is None:
        return Stated()
    try:
        return parse(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        problem = DeclarationError(str(file), "", f"cannot be read: {error}")
        return Stated(problems=(str(problem),))


def parse(text: str, file: str) -> Stated:
    """Return what *text* (TOML) states; a wrong entry costs that entry only."""
    try:
        table: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = DeclarationError(file, "", f"not valid TOML: {error}")
        return Stated(problems=(str(problem),))
    read = _Reader(table, file)
    return Stated(
        overrides=tuple(read.all(_OVERRIDE, lambda name, one, _: _override(file, name, one))),
        joined=tuple(read.all(_JOIN, lambda _, one, before: entries.join(one, before))),
        parted=frozenset(read.all(_PART, lambda _, one, __: entries.part(one))),
        problems=tuple(read.problems),
    )


def stamp(file: Path | None) -> tuple[int, int] | None:
    """Return what differs when *file* comes, goes or changes."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found is not None else None


def _override(file: str, name: str, entry: Any) -> Override:
    return overrides.override(f"{file}, {name}", entry)


class _Reader:
    """Reads the entries of a file; *problems* has a sentence for each that cannot be used."""

    def __init__(self, table: dict[str, Any], file: str) -> None:
        allowed = ", ".join(f"[[{key}]]" for key in _KEYS)
        self._table, self._file = table, file
        self.problems = [
            str(DeclarationError(file, key, f"unknown key; allowed are {allowed}"))
            for key in table
            if key not in _KEYS
        ]

    def all(self, key: str, make: Callable[[str, Any, list[_T]], _T]) -> list[_T]:
        """Return what *make* makes of each entry: of its name, itself, and those before it."""
        stated = self._table.get(key, [])
        found: list[_T] = []
        for number, entry in enumerate(stated if isinstance(stated, list) else [stated], start=1):
            name = f"{key} {number}"
            try:
                found.append(make(name, entry, found))
            except ValueError as error:
                self.problems.append(str(DeclarationError(self._file, name, str(error))))
        return found
