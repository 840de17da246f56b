"""The holder of the current snapshot: opens, swaps, keeps the last ones, survives damage."""

from collections.abc import Callable, Sequence
from pathlib import Path

from modeldex.errors import DamagedSnapshot, NoSnapshot
from modeldex.snapshot.publish import POINTER, Entry, Pointer, read_pointer, sha256
from modeldex.snapshot.reader import Snapshot

Report = Callable[[str], None]


class Current:
    """What a worker serves. :meth:`poll` looks for a new snapshot; :attr:`snapshot` is it.

    A damaged file is reported once and left out from then on; the one before it is served.

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
        self._held: dict[str, Snapshot] = {}
        self._damaged: set[tuple[str, float]] = set()
        self._verified: set[tuple[str, float]] = set()
        self._seen: tuple[int, int] | None = None
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot to answer from.

        Raises:
            NoSnapshot: nothing usable has been published.
        """
        if self._snapshot is None:
            raise NoSnapshot
        return self._snapshot

    def poll(self) -> bool:
        """Open what the pointer names if it changed; return whether another one is served now."""
        seen = _stamp(self.directory / POINTER)
        if seen == self._seen and self._snapshot is not None:
            return False
        changed = self._adopt(read_pointer(self.directory))
        self._seen = seen
        return changed

    def damaged(self, error: DamagedSnapshot) -> None:
        """Leave the snapshot that *error* speaks of, and serve the one before it."""
        pointer = read_pointer(self.directory)
        for entry in pointer.entries:
            if entry.file == error.file:
                self._condemn(entry, error)
        self._adopt(pointer)

    def verify(self) -> DamagedSnapshot | None:
        """Compare the current file with the hash it was published with, once.

        Slow: not on the loop. What it returns is to be handed to :meth:`damaged` there.
        """
        current = self._snapshot
        for entry in read_pointer(self.directory).entries:
            key = (entry.id, entry.since)
            if current is None or entry.id != current.id or key in self._verified:
                continue
            self._verified.add(key)
            if sha256(self.directory / entry.file) != entry.sha256:
                return DamagedSnapshot(entry.file, "its bytes are not those published")
        return None

    def _adopt(self, pointer: Pointer) -> bool:
        before = self._snapshot
        chosen = next(filter(None, map(self._opened, pointer.entries)), None)
        if chosen is None and before is not None and not self._is_condemned(before, pointer):
            chosen = before
        names = {entry.id for entry in pointer.entries}
        # Handles are dropped, never closed: another thread may be reading.
        self._held = {name: one for name, one in self._held.items() if name in names}
        self._snapshot = chosen
        if chosen is None or (before is not None and before is chosen):
            return chosen is not before
        for tell in self.swapped:
            tell(chosen)
        return True

    def _opened(self, entry: Entry) -> Snapshot | None:
        if (entry.id, entry.since) in self._damaged:
            return None
        if entry.id in self._held:
            return self._held[entry.id]
        try:
            found = _open(self.directory / entry.file, entry)
        except (DamagedSnapshot, OSError) as error:
            self._condemn(entry, error)
            return None
        self._held[entry.id] = found
        return found

    def _condemn(self, entry: Entry, error: Exception) -> None:
        key = (entry.id, entry.since)
        if key not in self._damaged:
            self._damaged.add(key)
            self._held.pop(entry.id, None)
            self.report(f"{error} Serving the one before it.")

    def _is_condemned(self, snapshot: Snapshot, pointer: Pointer) -> bool:
        return any(
            entry.id == snapshot.id and (entry.id, entry.since) in self._damaged
            for entry in pointer.entries
        )


def _open(file: Path, entry: Entry) -> Snapshot:
    if not file.exists() or file.stat().st_size != entry.size:
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
