"""Access log and metrics: the one place that every answer of either lane passes."""

import asyncio
from collections.abc import Callable

from modeldex.serve.middleware.access_log import AccessLog
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.counts import Counts

_PERIOD = 0.25  # seconds between two looks at the loop's lag, and two writes of the access log
_REMEMBERED = 240  # looks: a minute


class Lag:
    """How late the event loop is: what one slow callback costs all requests.

    Attributes:
        last: seconds that the last look came late.
    """

    def __init__(self) -> None:
        self.last = 0.0
        self._late: list[float] = []

    @property
    def most(self) -> float:
        """The largest of the last minute."""
        return max(self._late, default=0.0)

    def add(self, seconds: float) -> None:
        """Note by how much a look came late."""
        self.last = max(seconds, 0.0)
        self._late = [*self._late[1 - _REMEMBERED :], self.last]


class Watch:
    """Sees every answer.

    Args:
        log: ``None`` where no access log is kept.
        clock: monotonic seconds.
    """

    def __init__(self, log: AccessLog | None, clock: Callable[[], float]) -> None:
        self.log, self.clock = log, clock
        self.counts, self.lag = Counts(), Lag()

    def answered(self, one: Answered) -> None:
        """Take note of an answer that is over."""
        self.counts.add(one)
        if self.log is not None:
            self.log.note(one)

    async def run(self) -> None:
        """Measure the loop's lag and write the access log until cancelled, and once more then."""
        try:
            while True:
                due = self.clock() + _PERIOD
                await asyncio.sleep(_PERIOD)
                self.lag.add(self.clock() - due)
                await asyncio.to_thread(self._flush)
        finally:
            self._flush()

    def _flush(self) -> None:
        if self.log is not None:
            self.log.flush()
