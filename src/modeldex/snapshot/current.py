"""The holder of the current snapshot: opens, swaps, keeps the last ones, survives damage."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from modeldex.errors import DamagedSnapshot, ExpiredSnapshot, NoSnapshot
from modeldex.snapshot.publish import POINTER, Entry, Pointer, read_pointer, sha256
from modeldex.snapshot.reader import Snapshot

Report = Callable[[str], None]


class Current:
    """What a worker serves. :meth:`poll` looks for a new snapshot; :attr:`snapshot` is it.

    A damaged file is reported once and left out from then on; the one before it is served. One
    that only cannot be opened now, since the process may open no more files, is tried again.

    Args:
        directory: where snapshots are published.
        report: told a sentence for each damaged file, once.
        swapped: told the new snapshot after each change.
    """

    def __init__(
        self,
        directory: Path,
        report: Report,
        swapped: Sequence[Callable[[Snapshot], None]] = (),
    ) -> None:
        self.directory, self.report, self.swapped = directory, report, list(swapped)
        self._held: dict[Entry, Snapshot] = {}
        self._published: tuple[Entry, ...] = ()
        self._damaged: set[Entry] = set()
        self._late: set[Entry] = set()
        self._serving: tuple[Entry, Snapshot] | None = None
        self._verified: Entry | None = None
        self._seen: tuple[int, int] | None = None
        self._lost = False

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot to answer from.

        Raises:
            NoSnapshot: nothing usable has been published.
        """
        serving = self._serving
        if serving is None:
            raise NoSnapshot
        return serving[1]

    def held(self, name: str | None) -> Snapshot:
        """Return the snapshot whose id is *name*, the one to answer from for ``None``.

        Raises:
            NoSnapshot: nothing usable has been published.
            ExpiredSnapshot: it is not kept any more.
        """
        current = self.snapshot
        if name is None or name == current.id:
            return current
        kept = (entry for entry in (*self._published, *self._held) if entry.id == name)
        found = next(filter(None, map(self._opened, kept)), None)
        if found is None:
            raise ExpiredSnapshot(name)
        return found[1]

    def poll(self) -> bool:
        """Open what the pointer names if it changed; return whether another one is served now."""
        seen = _stamp(self.directory / POINTER)
        if seen == self._seen and self._serving is not None:
            return False
        pointer = read_pointer(self.directory)
        self._seen = seen if pointer.entries else None
        if pointer.entries:
            self._lost = False
        elif not self._lost and (seen is not None or self._serving is not None):
            self._lost = True
            self.report(f"{POINTER} has gone or cannot be read. What was served still is.")
        return self._adopt(pointer)

    def damaged(self, error: DamagedSnapshot) -> None:
        """Leave the snapshot that *error* speaks of, and serve the one before it."""
        for entry in [one for one in self._held if one.file == error.file]:
            self._condemn(entry, error)
        self._adopt(read_pointer(self.directory))

    def verify(self) -> DamagedSnapshot | None:
        """Compare the current file with the hash it was published with, once.

        Slow: not on the loop. What it returns is to be handed to :meth:`damaged` there.
        """
        serving = self._serving
        if serving is None or serving[0] == self._verified:
            return None
        entry, _ = serving
        file = self.directory / entry.file
        found = sha256(file)
        if found is None and file.exists():
            return None  # not readable now: looked at again
        self._verified = entry
        if found == entry.sha256:
            return None
        return DamagedSnapshot(entry.file, "its bytes are not those published")

    def _adopt(self, pointer: Pointer) -> bool:
        before = self._serving
        chosen = next(filter(None, map(self._opened, pointer.entries)), None)
        if chosen is None:  # the pointer names nothing that is whole
            chosen = next(reversed(self._held.items()), None)
        self._serving = chosen
        if pointer.entries:
            self._published = pointer.entries
            self._forget_all_but({*pointer.entries, *(chosen or ())[:1]})
        if chosen is not None and chosen != before:
            for tell in self.swapped:
                tell(chosen[1])
        return chosen != before

    def _opened(self, entry: Entry) -> tuple[Entry, Snapshot] | None:
        if entry in self._damaged:
            return None
        if entry not in self._held:
            try:
                self._held[entry] = _open(self.directory / entry.file, entry)
            except DamagedSnapshot as error:
                self._condemn(entry, error)
                return None
            except (OSError, sqlite3.Error) as error:
                self._postpone(entry, error)
                return None
        return entry, self._held[entry]

    def _condemn(self, entry: Entry, error: Exception) -> None:
        self._damaged.add(entry)
        self._held.pop(entry, None)
        self.report(f"{error} Serving the one before it.")

    def _postpone(self, entry: Entry, error: Exception) -> None:
        self._seen = None
        if entry not in self._late:
            self._late.add(entry)
            self.report(f"{entry.file} cannot be opened now: {error}. It will be tried again.")

    def _forget_all_but(self, entries: set[Entry]) -> None:
        # Handles are dropped, never closed: another thread may be reading.
        self._held = {entry: one for entry, one in self._held.items() if entry in entries}
        self._damaged &= entries
        self._late &= entries


def _open(file: Path, entry: Entry) -> Snapshot:
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        size = None
    if size != entry.size:
        raise DamagedSnapshot(entry.file, "it is missing or cut short")
    found = Snapshot(file)
    if found.id != entry.id:
        raise DamagedSnapshot(entry.file, f"it holds the catalog {found.id}")
    return found


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns
