"""The refresher's life: a first catalog from the installed books, then all sources in time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from modeldex.errors import RefreshError, StoreError
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.report import Report
from modeldex.snapshot.publish import read_pointer

_TICK = 0.2  # seconds between two looks at the requests
_AFTER_A_FAULT = 5.0


class Requests(Protocol):
    """Where other processes ask this one for a refresh."""

    def pending(self) -> list[tuple[str, Order]]:
        """Return the names and orders of requests that nobody has answered."""

    def answer(self, name: str, report: Report) -> None:
        """Hand a request its report."""


async def run(
    refresher: Refresher,
    requests: Requests,
    alive: Callable[[], bool],
    declared: Callable[[], Hashable],
) -> None:
    """Refresh for as long as *alive*; every fault is logged and tried again.

    Args:
        declared: differs when a declaration came, went or changed.
    """
    refresher.publisher.clean()
    if read_pointer(refresher.directory).current is None:
        await _guarded(refresher, lambda: refresher.refresh(Order(only_packages=True)))
    while alive():
        await _guarded(refresher, lambda: _due(refresher))
        await _rest(refresher, requests, alive, declared)


async def _due(refresher: Refresher) -> None:
    await refresher.refresh(Order(only_due=True))


async def _rest(
    refresher: Refresher,
    requests: Requests,
    alive: Callable[[], bool],
    declared: Callable[[], Hashable],
) -> None:
    """Wait until a source is due or declared anew, answering requests meanwhile."""
    health = await refresher.store.health()
    until = refresher.questioner.schedule.next_due(health.values(), refresher.moment().seconds)
    seen = declared()
    while alive() and refresher.moment().seconds < until:
        if requests.pending():
            await _guarded(refresher, lambda: serve_requests(refresher, requests))
            return
        if declared() != seen:
            return
        await asyncio.sleep(_TICK)


async def serve_requests(refresher: Refresher, requests: Requests) -> None:
    """Run what was asked for; an equal request that came meanwhile shares the report."""
    while pending := requests.pending():
        _, order = pending[0]
        report = await refresher.refresh(order)
        for name, other in requests.pending():
            if other == order:
                requests.answer(name, report)


async def _guarded(refresher: Refresher, work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except (RefreshError, StoreError, OSError) as error:
        refresher.log.error("a refresh failed", reason=str(error))
        await asyncio.sleep(_AFTER_A_FAULT)
