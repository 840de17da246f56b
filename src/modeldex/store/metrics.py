"""What the store counts of its own work."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event

from modeldex.store.base import Work
from modeldex.telemetry import Log

_SHOWN = 300  # characters of a statement
_STARTED = "modeldex_started"


class StoreMetrics:
    """Counts and times the statements of a store, and logs the slow ones.

    Attributes:
        statements, seconds: of all so far.
        slow: how many took longer than *slow_seconds*.
        replica_unused: how many builds were read from the primary though there is a replica.
    """

    def __init__(
        self, timer: Callable[[], float], log: Log | None = None, slow_seconds: float = 1.0
    ) -> None:
        """Measure with *timer*, which gives seconds."""
        self.log, self.slow_seconds, self.timer = log, slow_seconds, timer
        self.statements, self.slow, self.replica_unused = 0, 0, 0
        self.seconds = 0.0

    def watch(self, engine: Engine) -> None:
        """Count every statement that *engine* runs, those that fail included."""
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        event.listen(engine, "handle_error", self._fail)

    def work(self) -> Work:
        """Return the figures as they are now."""
        return Work(
            statements=self.statements,
            seconds=round(self.seconds, 6),
            slow=self.slow,
            replica_unused=self.replica_unused,
        )

    def statement(self, text: str, seconds: float) -> None:
        """Note a statement; its text holds no values."""
        self.statements += 1
        self.seconds += seconds
        if seconds > self.slow_seconds:
            self.slow += 1
            self._warn("a statement was slow", statement=_short(text), seconds=round(seconds, 3))

    def fall_back(self, reason: str) -> None:
        """Note why a build was not read from the replica."""
        self.replica_unused += 1
        self._warn("the replica was not used", reason=reason)

    def _begin(self, connection: Connection, *_of: object) -> None:
        connection.info[_STARTED] = self.timer()

    def _end(self, connection: Connection, _cursor: object, text: str, *_of: object) -> None:
        self._note(connection.info, text)

    def _fail(self, context: ExceptionContext) -> None:
        if context.connection is not None and not context.connection.invalidated:
            self._note(context.connection.info, context.statement or "")

    def _note(self, info: dict[Any, Any], text: str) -> None:
        started = info.pop(_STARTED, None)
        if started is not None:
            self.statement(text, self.timer() - started)

    def _warn(self, sentence: str, **facts: object) -> None:
        if self.log is not None:
            self.log.warning(sentence, **facts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
