"""The file of keys beside the snapshots, written from the store."""

import asyncio
from pathlib import Path

from modeldex.access import keys as keys_module
from modeldex.access.keys import KeyRecord
from modeldex.domain.desk import KEY, Entry
from modeldex.domain.tenancy import View
from modeldex.errors import StoreError
from modeldex.fleet.local import FileLock
from modeldex.store import documents
from modeldex.store.desk import Desk, Keys
from modeldex.store.standing import views_of

_LOCK = "keys.lock"
_TRIES, _PAUSE = 2_000, 0.01  # for the lock, and seconds between two of them


class KeyFile:
    """Writes ``DATA_DIR/access/keys.json``; any process may, at any time.

    The store is read while the file is locked, so that of two that write, the later one has read
    all that the earlier one knew: no revocation is ever undone.
    """

    def __init__(self, data_dir: Path, desk: Desk) -> None:
        self.file, self.desk = data_dir / keys_module.FILE, desk

    async def write(self) -> None:
        """Let the file hold the keys of the store.

        Raises:
            StoreError: the store cannot be read.
            OSError: the file cannot be written.
        """
        lock = FileLock(self.file.parent.with_name(_LOCK))
        await _acquired(lock)
        try:
            wanted = records(await self.desk.keys())
            await asyncio.to_thread(self._replace, wanted)
        finally:
            lock.release()

    def _replace(self, wanted: tuple[KeyRecord, ...]) -> None:
        if self._written() != wanted:
            keys_module.write(self.file, wanted)

    def _written(self) -> tuple[KeyRecord, ...] | None:
        """Return what the file holds, ``None`` where it cannot be read."""
        try:
            return keys_module.read(self.file)
        except (OSError, ValueError):
            return None


async def _acquired(lock: FileLock) -> None:
    for _ in range(_TRIES):
        if lock.acquire():
            return
        await asyncio.sleep(_PAUSE)
    held = f"Another process has locked the file of keys for {_TRIES * _PAUSE:.0f} s."
    raise StoreError(f"{held} The store has the change; repeat it, or end that process.")


def records(found: Keys) -> tuple[KeyRecord, ...]:
    """Return what is written of the keys that count, sorted by id."""
    views = views_of(found.entries)
    return tuple(
        _record(one, found.hashes[one.name], views[one.name])
        for one in found.entries
        if one.kind == KEY and one.name in views and one.name in found.hashes
    )


def _record(one: Entry, sha256: str, view: View | None) -> KeyRecord:
    key: documents.Key = documents.read(one.kind, one.body).value
    return KeyRecord(
        id=one.name,
        sha256=sha256,
        tenant=key.tenant,
        scopes=key.scopes,
        networks=key.networks,
        limit=key.limit,
        view=None if view is None else view.name,
        expires_at=key.expires_at,
        created_at=one.created_at,
        name=key.name,
    )
