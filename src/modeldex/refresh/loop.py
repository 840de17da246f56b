"""The refresher's life: a first catalog from the installed books, then all sources in time."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Protocol

from modeldex.errors import ModeldexError
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.report import Report
from modeldex.snapshot.publish import read_pointer

_TICK = 0.2  # seconds between two looks at the requests
_AFTER_A_FAULT = 60.0
_AFTER_NO_ANSWER = 5.0
_FAULTS = (ModeldexError, OSError)


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
    """Refresh for as long as *alive*; every fault is logged and tried again, not at once.

    Args:
        declared: differs when a declaration came, went or changed.
    """
    refresher.publisher.clean()
    if read_pointer(refresher.directory).current is None:
        await _cycle(refresher, Order(only_packages=True))
    while alive():
        seen = declared()
        report = await _cycle(refresher, Order(only_due=True))

        def may_rest(seen: Hashable = seen) -> bool:
            return alive() and declared() == seen

        await _rest(await _until(refresher, report), refresher, requests, may_rest)


async def _until(refresher: Refresher, last: Report) -> float:
    """Return when a cycle is to begin: a source or a look at calls is due, but not at once anew.

    Where nothing could be remembered, every source would be due for ever.
    """
    now = refresher.moment().seconds
    try:
        due = min(await refresher.next_due(), refresher.folding.due_at)
    except _FAULTS:
        due = now
    return now + _AFTER_A_FAULT if last.problem is not None and due <= now else due


async def _rest(
    until: float, refresher: Refresher, requests: Requests, may_rest: Callable[[], bool]
) -> None:
    """Wait, answering requests meanwhile; what they refreshed is due later."""
    while may_rest() and refresher.moment().seconds < until:
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
        return Report(started_at=began, dry_run=order.dry_run, problem=str(error))
