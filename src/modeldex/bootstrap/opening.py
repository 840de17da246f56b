"""A worker's desk, loaded and opened by the first request that administers."""

import asyncio
from importlib import import_module
from typing import Any

from modeldex.serve.desk import Desk
from modeldex.settings import Settings
from modeldex.telemetry import Log


class LateDesk:
    """Opens the desk when it is needed: a worker that only reads loads no database driver."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings, self._log = settings, log
        self._lock = asyncio.Lock()
        self._desks: Any = None
        self._desk: Desk | None = None

    async def opened(self) -> Desk:
        """Return the desk; one that could not be opened is tried again the next time.

        Raises:
            StoreError: the store cannot be opened.
        """
        async with self._lock:
            if self._desk is None:
                self._desk = await self._opened()
            return self._desk

    async def close(self) -> None:
        """Let go of the store, if it was ever opened."""
        if self._desks is not None:
            await self._desks.close()

    async def _opened(self) -> Desk:
        if self._desks is None:
            # In a thread: loading the driver takes as long as hundreds of answers.
            module = await asyncio.to_thread(import_module, "modeldex.bootstrap.desk")
            self._desks = module.StoreDesks(self._settings, self._log)
        found: Desk = await self._desks.open()
        return found
