"""A deadline that is moved often and met seldom: moving it costs no timer."""

import asyncio
from collections.abc import Callable

_NEVER = float("inf")


class Deadline:
    """Calls *act* once it has passed. Not set at first.

    The timer stays where it was when the deadline is moved to a later time; when it fires, it is
    set anew for what is left.
    """

    __slots__ = ("_act", "_due", "_fires", "_loop", "_now", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
        self._loop, self._act, self._now = loop, act, loop.time
        self._due = self._fires = _NEVER
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is something to wait for."""
        return self._due != _NEVER

    @property
    def due(self) -> float:
        """When it passes, in the loop's time; infinite where it is not set."""
        return self._due

    def set(self, seconds: float) -> None:
        """Let it pass *seconds* from now."""
        self.at(self._now() + seconds)

    def at(self, due: float) -> None:
        """Let it pass at a moment of the loop's time."""
        self._due = due
        if due < self._fires:
            self._arm(due)

    def clear(self) -> None:
        """Wait for nothing."""
        self._due = _NEVER

    def end(self) -> None:
        """Wait for nothing, and let go of the timer, too."""
        self._due = _NEVER
        self._disarm()

    def _arm(self, due: float) -> None:
        self._disarm()
        self._fires, self._timer = due, self._loop.call_at(due, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._fires, self._timer = _NEVER, None

    def _ring(self) -> None:
        self._fires, self._timer = _NEVER, None
        if self._due == _NEVER:
            return
        if self._now() < self._due:
            self._arm(self._due)
            return
        self._due = _NEVER
        self._act()
