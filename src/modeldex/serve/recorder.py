"""Records the calls that a worker is told of: requests that come together share a transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from modeldex.domain.calls import Batch
from modeldex.errors import StoreError
from modeldex.telemetry import Log

MOST_CALLS = 20_000  # that wait for a transaction, or are in one


class Counting(Protocol):
    """What a recorder needs of a store."""

    async def record(self, batches: Sequence[Batch], now: int) -> list[str]:
        """Count each batch that is not known, all or none; return what became of each."""

    async def close(self) -> None:
        """Let go of every connection."""


class Recorder:
    """Hands batches to a store; a batch is answered when it is committed. For one event loop.

    While one transaction is under way, all that comes meanwhile gathers for the next one.

    Args:
        connect: gives the open store; called at the first batch, and again after a failure.
        now: unix seconds.
        most: calls that may wait; a batch beyond them is refused.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[Counting]],
        now: Callable[[], float],
        log: Log,
        most: int = MOST_CALLS,
    ) -> None:
        self.connect, self.now, self.log, self.most = connect, now, log, most
        self._store: Counting | None = None
        self._waiting: list[tuple[Batch, asyncio.Future[str]]] = []
        self._calls = 0
        self._work: asyncio.Task[None] | None = None

    async def record(self, batch: Batch) -> str:
        """Return what became of a batch, once that is durable.

        Raises:
            StoreError: it could not be recorded, or too many wait; it may be sent again.
        """
        if self._calls + len(batch.calls) > self.most:
            raise StoreError("Too many calls wait to be recorded.")
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, answer))
        self._calls += len(batch.calls)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._record_all())
        return await answer

    async def close(self) -> None:
        """Record what waits, then let go of the store."""
        if self._work is not None:
            await self._work
        if self._store is not None:
            await self._store.close()
            self._store = None

    async def _record_all(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                await self._record(taken)
            finally:
                self._calls -= sum(len(batch.calls) for batch, _ in taken)

    async def _record(self, taken: Sequence[tuple[Batch, asyncio.Future[str]]]) -> None:
        try:
            self._store = self._store or await self.connect()
            found = await self._store.record([batch for batch, _ in taken], int(self.now()))
        except StoreError as error:
            self.log.error("calls could not be recorded", reason=str(error))
            _fail(taken)
        except Exception as error:  # whoever waits must hear of it, whatever it is
            self.log.error("calls could not be recorded", exc_info=error)
            _fail(taken)
        else:
            for (_, answer), became in zip(taken, found, strict=True):
                if not answer.done():  # else its client went away
                    answer.set_result(became)


def _fail(taken: Sequence[tuple[Batch, asyncio.Future[str]]]) -> None:
    for _, answer in taken:
        if not answer.done():
            answer.set_exception(StoreError("The calls could not be recorded."))
