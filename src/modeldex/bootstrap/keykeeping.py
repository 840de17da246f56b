"""Keeps the file of keys equal to the store, whoever changed that, on whichever host."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from modeldex.bootstrap import storing
from modeldex.bootstrap.keyfile import KeyFile
from modeldex.errors import StoreError
from modeldex.settings import Settings
from modeldex.store.desk import Desk
from modeldex.store.sql_desk import SqlDesk
from modeldex.telemetry import Log

_LOOK = 1.0  # seconds between two looks at the store
_AFTER_A_FAULT = 5.0
_FAULTS = (StoreError, OSError)


@asynccontextmanager
async def keeping_keys(settings: Settings, log: Log) -> AsyncIterator[None]:
    """Write the file of keys now and after each edit, for as long as this lasts.

    Whoever edits writes it, too; this is for edits elsewhere, and for a writer that died.
    """
    store = storing.store(settings, log)
    desk = SqlDesk(store.run)
    keeper = asyncio.create_task(_keep(desk, KeyFile(settings.data_dir, desk), log))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await store.close()


async def _keep(desk: Desk, file: KeyFile, log: Log) -> None:
    seen: int | None = None
    told: str | None = None
    while True:
        try:
            number = await desk.number()
            if number != seen:
                await file.write()
            seen, told = number, None
        except _FAULTS as error:
            if str(error) != told:
                told = str(error)
                log.error("the file of keys may be old", reason=told)
            await asyncio.sleep(_AFTER_A_FAULT)
        await asyncio.sleep(_LOOK)
