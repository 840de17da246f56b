"""Makes a written snapshot current, atomically, and removes what nobody needs any more.

``current.json`` names the published files, newest first. A file is complete, read-only, synced and
under its final name before the pointer says so, and the pointer is replaced in one rename: a kill
at any moment leaves the previous snapshot served.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from modeldex.domain.model import Catalog
from modeldex.snapshot import consistency, fragments, writer

POINTER = "current.json"
KEEP_COUNT, KEEP_SECONDS = 3, 600
_REMEMBERED = 1000
_VIEWS = "views"
_TEMPORARY = ".writing-"
_LEFTOVER = re.compile(r"\.(?:writing|[a-z]+\.json)-[0-9a-f]{16}")


class Entry(msgspec.Struct, frozen=True):
    """A published file.

    Attributes:
        sha256: of the file, to find damage; it is not the id.
        since: unix seconds at which it became current.
    """

    id: str
    file: str
    size: int
    sha256: str
    timestamp: str
    since: float


class Pointer(msgspec.Struct, frozen=True):
    """The published files, newest first, and when each content was first published."""

    entries: tuple[Entry, ...] = ()
    first_published: dict[str, str] = {}

    @property
    def current(self) -> Entry | None:
        """The newest entry."""
        return self.entries[0] if self.entries else None


class Publisher:
    """Writes and publishes catalogs into one directory. One process at a time may own it."""

    def __init__(self, directory: Path, clock: Callable[[], float], pool: Executor) -> None:
        self.directory, self.clock, self.pool = directory, clock, pool
        directory.mkdir(parents=True, exist_ok=True)

    def publish(self, catalog: Catalog, stamp: str) -> tuple[str, bool]:
        """Return the catalog's id, and whether it was published or was current already.

        Args:
            stamp: now, as the ISO time that a new content gets as its ``timestamp``.

        Raises:
            InconsistentCatalog: it contradicts itself.
            OSError, sqlite3.Error: the disk is full or fails; what was current still is.
        """
        consistency.check(catalog)
        rendered = fragments.render(catalog)
        found = fragments.digest(catalog, rendered)
        pointer = read_pointer(self.directory)
        if pointer.current is not None and pointer.current.id == found and self._is_whole(pointer):
            return found, False
        timestamp = pointer.first_published.get(found, stamp)
        entry = self._write(writer.Head(found, timestamp), catalog, rendered)
        self._point(pointer, entry)
        return found, True

    def clean(self) -> None:
        """Remove what a killed writer left behind."""
        for file in self.directory.iterdir():
            if _LEFTOVER.fullmatch(file.name):
                file.unlink(missing_ok=True)

    def _is_whole(self, pointer: Pointer) -> bool:
        entry = pointer.current
        file = self.directory / entry.file if entry else None
        return file is not None and entry is not None and sha256(file) == entry.sha256

    def _write(self, head: writer.Head, catalog: Catalog, rendered: fragments.Fragments) -> Entry:
        temporary = self.directory / f"{_TEMPORARY}{secrets.token_hex(8)}"
        final = self.directory / f"{head.id}.sqlite"
        try:
            writer.write(temporary, head, catalog, rendered, self.pool)
            digest = seal(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
        size = final.stat().st_size
        return Entry(head.id, final.name, size, digest, head.timestamp, self.clock())

    def _point(self, pointer: Pointer, entry: Entry) -> None:
        others = [one for one in pointer.entries if one.id != entry.id]
        entries = self._kept((entry, *others))
        first = dict(pointer.first_published)
        first[entry.id] = first.pop(entry.id, entry.timestamp)  # the last in use is the last to go
        recent = dict(list(first.items())[-_REMEMBERED:])
        write_atomically(
            self.directory / POINTER, msgspec.json.encode(Pointer(tuple(entries), recent))
        )
        self._remove_all_but({one.file for one in entries})

    def _kept(self, entries: tuple[Entry, ...]) -> list[Entry]:
        """Keep the last three, and those that were current in the last ten minutes."""
        kept = list(entries[:KEEP_COUNT])
        horizon = self.clock() - KEEP_SECONDS
        for newer, older in zip(entries[KEEP_COUNT - 1 :], entries[KEEP_COUNT:], strict=False):
            if newer.since < horizon:
                break
            kept.append(older)
        return kept

    def _remove_all_but(self, names: set[str]) -> None:
        for file in self.directory.glob("*.sqlite"):
            if file.name not in names and _is_snapshot_name(file.stem):
                file.unlink(missing_ok=True)


def seal(written: Path, final: Path) -> str:
    """Make a complete file read-only and durable under its final name; return its hash."""
    digest = sha256(written)
    assert digest is not None  # noqa: S101 - it was just written
    written.chmod(0o444)
    _sync(written)
    written.replace(final)
    _sync(final.parent)
    return digest


def views_directory(directory: Path) -> Path:
    """Return where the catalogs that not everybody sees lie, each in a directory of its own."""
    return directory / _VIEWS


def read_pointer(directory: Path) -> Pointer:
    """Return what is published, an empty pointer where nothing is or it cannot be read."""
    try:
        return msgspec.json.decode((directory / POINTER).read_bytes(), type=Pointer)
    except (OSError, msgspec.DecodeError):
        return Pointer()


def write_atomically(file: Path, body: bytes) -> None:
    """Replace *file* by one holding *body*; readers see the old or the new one, never a part."""
    temporary = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        temporary.write_bytes(body)
        _sync(temporary)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(file.parent)


def sha256(file: Path) -> str | None:
    """Return the hash of a file, ``None`` where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None


def _is_snapshot_name(stem: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", stem) is not None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
