"""The status file as a worker sees it: read again when it was replaced."""

from pathlib import Path

from modeldex.snapshot import status
from modeldex.snapshot.status import Status


class StatusFile:
    """What the refresher last said of its sources. Reading it touches one small local file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._seen: tuple[int, int] | None = None
        self._status: Status | None = None

    def read(self) -> Status | None:
        """Return the status, ``None`` where none has been written."""
        try:
            stat = (self.directory / status.STATUS).stat()
        except FileNotFoundError:
            return None
        seen = (stat.st_ino, stat.st_mtime_ns)
        if seen != self._seen:
            self._status, self._seen = status.read(self.directory), seen
        return self._status
