"""Access log and metrics: the one place that every answer of either lane passes."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from modeldex.serve.middleware.access_log import AccessLog
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.counts import Counts
from modeldex.serve.middleware.lag import Lag

_PERIOD = 0.25  # seconds between two looks at the loop's lag, and two writes of the access log
_PARENT = b"traceparent"


class Trace(Protocol):
    """Where spans of answers go."""

    def note(self, one: Answered) -> None:
        """Make a span of an answer that is over; never waits."""

    def close(self) -> None:
        """Send what has not been sent yet; may block for a few seconds."""


class Watch:
    """Sees every answer.

    Args:
        log: ``None`` where no access log is kept.
        clock: monotonic seconds.
        trace: ``None`` where nothing is traced.
    """

    def __init__(
        self, log: AccessLog | None, clock: Callable[[], float], trace: Trace | None = None
    ) -> None:
        self.log, self.clock, self.trace = log, clock, trace
        self.counts, self.lag = Counts(), Lag()

    @property
    def tells(self) -> bool:
        """Whether more than numbers is wanted of an answer."""
        return self.log is not None or self.trace is not None

    def answered(self, one: Answered) -> None:
        """Take note of an answer that is over."""
        self.counts.add((one.method, one.route, one.status, one.shelf), one.bytes, one.seconds)
        if one.outcome != "-":
            self.counts.outcomes[one.outcome] += 1
        self.tell(one)

    def tell(self, one: Answered) -> None:
        """Tell of an answer that has been counted."""
        if self.log is not None:
            self.log.note(one)
        if self.trace is not None:
            self.trace.note(one)

    def parent(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """Return the ``traceparent`` of a request, empty where none is given or wanted."""
        if self.trace is None:
            return ""
        return next((value.decode("latin-1") for name, value in headers if name == _PARENT), "")

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
            if self.trace is not None:
                await asyncio.to_thread(self.trace.close)

    def _flush(self) -> None:
        if self.log is not None:
            self.log.flush()
