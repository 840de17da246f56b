"""``python -m support.refreshing_on STORE_URL DIRECTORY``: refreshes on and on until it is killed.

The declarations are in ``DIRECTORY/sources``. Each line that it prints is a word and a value:
``commit NUMBER`` once a save has returned, ``snapshot ID`` once a refresh has, or ``problem`` with
its reason where that published nothing.
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from typing_extensions import override

from modeldex.errors import StoreError
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.base import Changes
from modeldex.store.sql import SqlStore
from support.refreshing import BUILT_IN, INTERVAL, TIMEOUT, Clock, Notebook, new_refresher

_PAUSE = 0.05  # seconds after a problem


class Telling(SqlStore):
    """A store that says what it has committed."""

    @override
    async def save(self, changes: Changes) -> int:
        number = await super().save(changes)
        say("commit", number)
        return number


def say(word: str, value: object) -> None:
    """Print a line at once and whole, so that no kill comes between its halves."""
    os.write(1, f"{word} {value}\n".encode())


async def refresh(refresher: Refresher, sources: tuple[str, ...]) -> None:
    """Refresh once and tell."""
    try:
        report = await refresher.refresh(Order(sources=sources))
    except StoreError as error:
        problem: str | None = str(error)
    else:
        problem = report.problem
        if problem is None:
            say("snapshot", report.snapshot)
    if problem is not None:
        say("problem", problem)
        await asyncio.sleep(_PAUSE)


async def main(url: str, directory: Path) -> None:
    """Refresh for ever, a quarter of an hour after the last commit and after each other."""
    store, clock = Telling(url), Clock()
    await store.open()
    clock.seconds = max(clock.seconds, (await store.known()).recorded_at + INTERVAL)
    found = registry.load(directory / "sources").by_id
    own = Registry([one for name, one in found.items() if name not in BUILT_IN], [])
    with ThreadPoolExecutor(1) as pool:
        publisher = Publisher(directory / "snapshots", lambda: clock.seconds, pool)
        publisher.clean()
        asker = Asker(Addresses(lambda _: None, None), TIMEOUT, clock.time)
        refresher = new_refresher(clock, Notebook(), store, asker, publisher, lambda: own)
        while True:
            await refresh(refresher, tuple(own.by_id))
            clock.seconds += INTERVAL


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
