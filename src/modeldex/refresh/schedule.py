"""When each source is asked: its own time, with jitter, later after failures."""

from collections.abc import Callable, Iterable

from modeldex.store.base import Health

_JITTER = 0.1


class Schedule:
    """Decides the next time of each source.

    Args:
        interval: seconds between two times that a source is asked.
        chance: a random number in [0, 1).
    """

    def __init__(self, interval: float, chance: Callable[[], float]) -> None:
        self.interval, self.chance = interval, chance

    def next_at(self, now: float) -> float:
        """Return when a source that was asked now is asked again, but for a longer wait."""
        return now + self.interval * (1 + _JITTER * (2 * self.chance() - 1))

    def next_due(self, health: Iterable[Health], now: float) -> float:
        """Return when the next source is due, at most one interval away."""
        return min([*map(due_at, health), now + self.interval])


def is_due(health: Health | None, now: float) -> bool:
    """Return whether a source is asked now. One that was never asked is due."""
    return health is None or due_at(health) <= now


def due_at(health: Health) -> float:
    """Return when a source is to be asked by itself."""
    return max(health.next_at or 0.0, health.wait_until or 0.0)
