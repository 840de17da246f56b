"""Where a worker's reports of calls go: the store, connected when the first of them comes."""

import asyncio
import time
from importlib import import_module

from modeldex.serve.recorder import Counting, Recorder
from modeldex.settings import Settings
from modeldex.telemetry import Log


def recorder(settings: Settings, log: Log) -> Recorder:
    """Return what records calls in the store that the settings name."""

    async def connect() -> Counting:
        # By name, and not on the loop: most workers are never told of a call, and the drivers
        # take half a second and 20 MB.
        storing = await asyncio.to_thread(import_module, "modeldex.bootstrap.storing")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        found = storing.store(settings, log)
        try:
            await found.open()
        except BaseException:
            await found.close()
            raise
        opened: Counting = found
        return opened

    return Recorder(connect, time.time, log)
