"""One host: a file lock elects the refresher, and files carry requests and reports."""

import fcntl
import secrets
from pathlib import Path
from typing import IO

_REQUEST, _REPORT = ".request", ".report"
_QUIET = "quiet-"  # begins the name of a request that wants no report


class FileLock:
    """At most one process holds it; the system lets go of it when that process dies."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._handle: IO[str] | None = None

    def acquire(self) -> bool:
        """Return whether this process holds the lock now."""
        if self._handle is not None:
            return True
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = self.file.open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go of it; harmless where it is not held."""
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Mailbox:
    """Requests to the process that holds the lock, and their reports, as bytes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def post(self, request: bytes) -> str:
        """Leave a request; return its name."""
        name = secrets.token_hex(8)
        self._put(name + _REQUEST, request)
        return name

    def pending(self) -> list[tuple[str, bytes]]:
        """Return the requests that nobody has answered, the oldest first."""
        files = []
        for file in self.directory.glob(f"*{_REQUEST}"):
            try:
                files.append((file.stat().st_mtime_ns, file.stem, file.read_bytes()))
            except FileNotFoundError:
                continue  # withdrawn between the look and the read
        return [(name, body) for _, name, body in sorted(files)]

    def answer(self, name: str, report: bytes) -> None:
        """Hand a request its report; a withdrawn request gets none."""
        if (self.directory / (name + _REQUEST)).exists():
            if not name.startswith(_QUIET):
                self._put(name + _REPORT, report)
            (self.directory / (name + _REQUEST)).unlink(missing_ok=True)

    def collect(self, name: str) -> bytes | None:
        """Take the report of a request, ``None`` where there is none yet."""
        file = self.directory / (name + _REPORT)
        try:
            body = file.read_bytes()
        except FileNotFoundError:
            return None
        file.unlink(missing_ok=True)
        return body

    def leave(self, name: str) -> None:
        """Let a request stand, but want no report of it."""
        request = self.directory / (name + _REQUEST)
        try:
            request.rename(request.with_name(_QUIET + request.name))
        except FileNotFoundError:  # it was answered meanwhile
            self.withdraw(name)

    def withdraw(self, name: str) -> None:
        """Take a request back, and its report if it has one."""
        for ending in (_REQUEST, _REPORT):
            (self.directory / (name + ending)).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what dead processes left; only for the holder of the lock, at its start."""
        for file in self.directory.iterdir():
            if file.suffix == _REPORT or file.name.startswith("."):
                file.unlink(missing_ok=True)

    def _put(self, name: str, body: bytes) -> None:
        temporary = self.directory / f".{secrets.token_hex(8)}"
        temporary.write_bytes(body)
        temporary.replace(self.directory / name)
