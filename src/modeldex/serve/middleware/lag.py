"""How late the event loop is."""

from collections import deque

_REMEMBERED = 240  # looks: a minute


class Lag:
    """Counts what one slow callback costs all requests.

    Attributes:
        last: seconds that the last look came late.
    """

    def __init__(self) -> None:
        self.last = 0.0
        self._late = deque[float](maxlen=_REMEMBERED)

    @property
    def most(self) -> float:
        """The largest of the last minute."""
        return max(self._late, default=0.0)

    def add(self, seconds: float) -> None:
        """Note by how much a look came late."""
        self.last = max(seconds, 0.0)
        self._late.append(self.last)
