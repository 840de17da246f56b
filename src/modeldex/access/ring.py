"""The keys that a worker knows, all in memory, from a file that others replace."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from modeldex.access.keys import LONGEST_TOKEN, Key, KeyRecord, digest, matches, read, usable
from modeldex.access.principal import ADMIN
from modeldex.telemetry import Log

POLL = 0.5  # seconds between two looks at the file: a revocation counts within 2
Stamp = tuple[int, int, int]


class KeyRing:
    """Finds the key of a token. Asking touches memory only; :meth:`poll` reads the file.

    A file that cannot be read leaves the keys as they were, and is reported once.

    Args:
        path: the key file; where there has never been one, there are no keys.
        now: Unix seconds.
        admin_key: a token that may everything, whatever the file says.

    Attributes:
        is_used: whether there has been a key since the process began.
    """

    def __init__(
        self, path: Path, log: Log, now: Callable[[], float], admin_key: str | None = None
    ) -> None:
        self.path, self.log, self.now = path, log, now
        self.problem: str | None = None
        self._always = () if admin_key is None else (_administrator(admin_key),)
        self._keys = {key.sha256: key for key in self._always}
        self._seen: Stamp | None = None
        self.is_used = bool(self._always)
        self.poll()

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, token: bytes) -> Key | None:
        """Return the key of *token*, ``None`` where there is none or its time is over."""
        if len(token) > LONGEST_TOKEN:
            return None
        hashed = digest(token)
        key = self._keys.get(hashed)
        if key is None or not matches(key, hashed) or key.is_expired(self.now()):
            return None
        return key

    def poll(self) -> None:
        """Take over the file if it was replaced."""
        try:
            stamp = self._stamp()
            if stamp is None or stamp == self._seen:
                return
            self._take(read(self.path))
            self._seen, self.problem = stamp, None
        except (OSError, ValueError) as error:
            self._report(f"The key file cannot be used; the keys stay as they were: {error}")

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            self.poll()
            await asyncio.sleep(POLL)

    def _stamp(self) -> Stamp | None:
        """Return what tells one file from the next, ``None`` where there has never been one."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            if self._seen is None:
                return None
            raise
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _take(self, records: Iterable[KeyRecord]) -> None:
        found = {key.sha256: key for key in self._always}
        for record in records:
            try:
                found.setdefault(record.sha256, usable(record))
            except ValueError as error:
                self.log.error("a key cannot be used", key=record.id[:80], problem=str(error))
        self._keys = found
        self.is_used = self.is_used or bool(found)

    def _report(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self.log.error("reading the keys failed", problem=problem)


def _administrator(token: str) -> Key:
    return usable(KeyRecord(id="admin", sha256=digest(token), scopes=(ADMIN,), name="ADMIN_KEY"))
