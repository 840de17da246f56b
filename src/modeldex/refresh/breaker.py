"""Whether a source that keeps failing is left alone. Its state is a row in the store.

Closed: it is asked in its time. Open: nobody asks it until a moment. Half-open: that moment has
come, and one probe decides.
"""

import msgspec

from modeldex.store.base import Health

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"


_LONGEST_WAIT = 86_400.0  # that a source may ask for; some say years


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """How many failures open it, and for how long.

    Attributes:
        failures: in a row.
        shortest, longest: seconds; each further failure doubles the time.
    """

    failures: int = 3
    shortest: float = 300.0
    longest: float = 3600.0

    def state(self, health: Health | None, now: float) -> str:
        """Return the state in which a source's breaker is."""
        if health is None or health.failures < self.failures:
            return CLOSED
        return OPEN if now < (health.wait_until or 0.0) else HALF_OPEN

    def wait(self, failures: int, wanted: float | None = None) -> float:
        """Return for how long a source is left alone after so many failures in a row.

        Never less than the seconds that it asked for, which count up to a day.
        """
        asked = min(wanted or 0.0, _LONGEST_WAIT)
        if failures < self.failures:
            return asked
        doubled = self.shortest * 2 ** min(failures - self.failures, 20)
        return float(max(min(doubled, self.longest), asked))


def may_ask(health: Health | None, now: float) -> bool:
    """Return whether a source may be asked: no breaker is open, and no ``Retry-After`` runs."""
    return health is None or health.wait_until is None or health.wait_until <= now
