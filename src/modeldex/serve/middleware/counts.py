"""What is counted of answers, in plain dictionaries: one event loop, no locks."""

from bisect import bisect_left
from collections import Counter

import msgspec

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Kind = tuple[str, str, int, str]  # method, route, status, shelf
Series = tuple[str, str, str, str]  # the same, with the class of the status


class Durations(msgspec.Struct):
    """How long answers took.

    Attributes:
        counts: of each of BOUNDS, and of what took longer than all of them.
    """

    counts: list[int]
    seconds: float = 0.0


class Sum(msgspec.Struct):
    """How many answers, and how many bytes.

    Attributes:
        durations: those of all answers for which the shelf was asked, or not, as for these.
    """

    durations: Durations
    count: int = 0
    bytes: int = 0


class Counts:
    """The counters of one worker. Each label has few values: none comes from a client."""

    def __init__(self) -> None:
        self.answers: dict[Series, Sum] = {}
        self.durations: dict[str, Durations] = {}
        self.outcomes: Counter[str] = Counter()
        self._known: dict[Kind, Sum] = {}  # by status, which costs less

    @property
    def shelf(self) -> dict[str, int]:
        """How often the shelf had the answer, and how often not."""
        found = self.durations.items()
        return {shelf: sum(durations.counts) for shelf, durations in found if shelf != "-"}

    def add(self, kind: Kind, size: int, seconds: float) -> None:
        """Count one answer of *size* bytes that took so long."""
        found = self._known.get(kind)
        if found is None:
            found = self._series(kind)
        found.count += 1
        found.bytes += size
        durations = found.durations
        durations.counts[bisect_left(BOUNDS, seconds)] += 1
        durations.seconds += seconds

    def _series(self, kind: Kind) -> Sum:
        given, route, status, shelf = kind
        method = given if given in _METHODS else "other"
        series = (method, route, f"{status // 100}xx", shelf)
        found = self.answers.get(series)
        if found is None:
            empty = Durations([0] * (len(BOUNDS) + 1))
            found = Sum(self.durations.setdefault(shelf, empty))
            self.answers[series] = found
        if method == given:  # a client can invent others without end
            self._known[kind] = found
        return found
