"""The refresher's life: a first catalog from the installed books, then all sources in time."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from modeldex.errors import RefreshError, StoreError
from modeldex.refresh.refresher import Order, Refresher
from modeldex.refresh.report import Report
from modeldex.snapshot.publish import read_pointer

_TICK = 0.2  # seconds between two looks at the requests
_AFTER_A_FAULT = 60.0
_AFTER_NO_ANSWER = 5.0
_FAULTS = (RefreshError, StoreError, OSError)


class Requests(Protocol):
    """Where other processes ask this one for a refresh."""

    def pending(self) -> list[tuple[str, Order]]:
        """Return the names and orders of requests that nobody has answered."""

    def answer(self, name: str, report: Report) -> None:
        """Hand a request its report."""


async def run(refresher: Refresher, requests: Requests, alive: Callable[[], bool]) -> None:
    """Refresh for as long as *alive*; every fault is logged and tried again, not at once."""
    refresher.publisher.clean()
    if read_pointer(refresher.directory).current is None:
        await _cycle(refresher, Order(only_packages=True))
    while alive():
        report = await _cycle(refresher, Order(only_due=True))
        await _rest(await _until(refresher, report), refresher, requests, alive)


async def _until(refresher: Refresher, last: Report) -> float:
    """Return when the next cycle is to begin: when a source is due, but not at once anew.

    Where nothing could be remembered, every source would be due for ever.
    """
    now = refresher.moment().seconds
    try:
        due = await refresher.next_due()
    except _FAULTS:
        due = now
    return now + _AFTER_A_FAULT if last.problem is not None and due <= now else due


async def _rest(
    until: float, refresher: Refresher, requests: Requests, alive: Callable[[], bool]
) -> None:
    """Wait, answering requests meanwhile; what they refreshed is due later."""
    while alive() and refresher.moment().seconds < until:
        try:
            report = await serve_requests(refresher, requests)
            if report is not None and report.problem is None:
                until = await _until(refresher, report)
        except OSError as error:
            refresher.log.error("a request could not be answered", reason=str(error))
            await asyncio.sleep(_AFTER_NO_ANSWER)
        await asyncio.sleep(_TICK)


async def serve_requests(refresher: Refresher, requests: Requests) -> Report | None:
    """Run what was asked for; an equal request that came meanwhile shares the report.

    Return the last report, ``None`` where nothing was asked for.

    Raises:
        OSError: a request cannot be read or answered.
    """
    report = None
    while pending := requests.pending():
        _, order = pending[0]
        report = await _cycle(refresher, order)
        for name, other in requests.pending():
            if other == order:
                requests.answer(name, report)
    return report


async def _cycle(refresher: Refresher, order: Order) -> Report:
    """Run one refresh; of one that could not be run, the report says why."""
    began = refresher.moment().seconds
    try:
        return await refresher.refresh(order)
    except _FAULTS as error:
        refresher.log.error("a refresh failed", reason=str(error))
        return Report(
            started_at=began,
            seconds=0.0,
            outcomes=(),
            snapshot=None,
            published=False,
            dry_run=order.dry_run,
            problem=str(error),
        )
