"""When each source is asked: its own time, with jitter, later after failures."""

from collections.abc import Callable, Mapping

from modeldex.store.base import Health

_JITTER = 0.1
_LONGEST_BACKOFF = 3600.0
_LONGEST_WAIT = 86_400.0  # that a source may ask for; some say years


class Schedule:
    """Decides the next time of each source.

    Args:
        interval: seconds between two good answers.
        chance: a random number in [0, 1).
    """

    def __init__(self, interval: float, chance: Callable[[], float]) -> None:
        self.interval, self.chance = interval, chance

    def after_answer(self, now: float) -> float:
        """Return when a source that answered is asked again."""
        return now + self._spread(self.interval)

    def after_failure(self, now: float, failures: int, wait: float | None) -> float:
        """Return when a source that failed *failures* times in a row is asked again.

        Never before the *wait* seconds that it asked for, which count up to a day.
        """
        backoff = min(self.interval * 2 ** min(failures - 1, 10), _LONGEST_BACKOFF)
        return now + max(
            self._spread(max(backoff, self.interval)), min(wait or 0.0, _LONGEST_WAIT)
        )

    def is_due(self, health: Health | None, now: float) -> bool:
        """Return whether a source is asked now. One that was never asked is due."""
        return health is None or health.next_at is None or health.next_at <= now

    def next_due(self, health: Mapping[str, Health], now: float) -> float:
        """Return when the next source is due, at most one interval away."""
        times = [one.next_at for one in health.values() if one.next_at is not None]
        return min([*times, now + self.interval])

    def _spread(self, seconds: float) -> float:
        return seconds * (1 + _JITTER * (2 * self.chance() - 1))
