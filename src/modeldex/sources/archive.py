"""Dated answers of sources in files: what an import replays.

A file is named by the moment of its answer, UTC: ``2025-09-08.json``, ``2025-09-08T1430Z.json``;
further pages of one answer are ``2025-09-08.2.json`` and so on. ``.gz`` and ``.zst`` are unpacked.
A folder holds the files of one source, or a folder per source, named by its id or an alias.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec
import zstandard

from modeldex.errors import ImportProblem

_NAME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:T(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?Z)?"
    r"(?:\.(?P<page>[1-9]\d{0,3}))?\.json(?P<packed>\.gz|\.zst)?"
)
_SLICE = 2**16


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a source: the moment in unix seconds, and the files of its pages in order."""

    source: str
    observed_at: int
    files: tuple[Path, ...]


def dated(path: Path, source: str | None, resolve: Callable[[str], str | None]) -> list[Dated]:
    """Return the answers at *path*, by source and moment.

    Args:
        path: a file, or a folder of files or of folders.
        source: whose answers they are; ``None`` where folders say it.
        resolve: the id of the source that a name means, ``None`` where it means none.

    Raises:
        ImportProblem: a file has no date in its name, stands twice, or belongs to no source.
    """
    found: dict[tuple[str, int], dict[int, Path]] = {}
    for owner, file in _files(path, source, resolve):
        moment, page = _moment(file)
        pages = found.setdefault((owner, moment), {})
        if page in pages:
            raise ImportProblem(f"{file.name} and {pages[page].name} are the same answer twice.")
        pages[page] = file
    if not found:
        raise ImportProblem(f"{path} holds no file that is named by a date, like 2025-09-08.json.")
    return [
        Dated(source=owner, observed_at=moment, files=tuple(_in_order(found[owner, moment])))
        for owner, moment in sorted(found)
    ]


def read(file: Path, most: int) -> bytes:
    """Return a file's bytes, unpacked; they are counted while they are read.

    Raises:
        ImportProblem: it is damaged, cannot be read, or has more than *most* bytes.
    """
    try:
        with file.open("rb") as opened:
            body = _bounded(_unpacked(opened, file.suffix), most)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ImportProblem(f"{file} cannot be read: {error}.") from error
    if body is None:
        raise ImportProblem(f"{file} has more than {most} bytes; see SOURCE_MAX_BYTES.")
    return body


def _files(
    path: Path, source: str | None, resolve: Callable[[str], str | None]
) -> Iterator[tuple[str, Path]]:
    if not path.exists():
        raise ImportProblem(f"There is no file or folder {path}.")
    if source is not None:
        owner = _owner(source, resolve)
        yield from ((owner, file) for file in ([path] if path.is_file() else _answers(path)))
        return
    if path.is_file():
        raise ImportProblem(f"Whose answer is {path.name}? Say it with --source.")
    if any(_answers(path)):
        raise ImportProblem(f"Whose answers are in {path}? Say it with --source.")
    for folder in sorted(one for one in path.iterdir() if one.is_dir()):
        owner = _owner(folder.name, resolve)
        yield from ((owner, file) for file in _answers(folder))


def _answers(folder: Path) -> Iterator[Path]:
    """Yield what may be an answer; notes and the like that lie beside are none."""
    for file in sorted(folder.iterdir()):
        if file.is_file() and re.search(r"\.json(\.gz|\.zst)?$", file.name):
            yield file


def _owner(name: str, resolve: Callable[[str], str | None]) -> str:
    found = resolve(name)
    if found is None:
        raise ImportProblem(f"There is no source {name!r}; `modeldex sources` lists all.")
    return found


def _moment(file: Path) -> tuple[int, int]:
    """Return the moment and the page that a file's name says."""
    found = _NAME.fullmatch(file.name)
    if found is None:
        problem = f"{file.name} is not named by its date, like 2025-09-08.json."
        raise ImportProblem(problem)
    time = [found[part] or "00" for part in ("hour", "minute", "second")]
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{':'.join(time)}").replace(tzinfo=UTC)
    except ValueError as error:
        raise ImportProblem(f"{file.name} has a date that does not exist: {error}.") from error
    return int(moment.timestamp()), int(found["page"] or 1)


def _in_order(pages: dict[int, Path]) -> Iterator[Path]:
    for number, page in enumerate(sorted(pages), 1):
        if page != number:
            raise ImportProblem(f"Page {number} of {pages[page].name} is not there.")
        yield pages[page]


def _unpacked(opened: io.BufferedReader, suffix: str) -> _Readable:
    if suffix == ".gz":
        return gzip.GzipFile(fileobj=opened)
    if suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(opened)
    return opened


def _bounded(opened: _Readable, most: int) -> bytes | None:
    found = bytearray()
    while piece := opened.read(_SLICE):
        found += piece
        if len(found) > most:
            return None
    return bytes(found)
