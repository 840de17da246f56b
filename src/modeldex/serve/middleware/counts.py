"""What is counted of answers, in plain dictionaries: one event loop, no locks."""

from bisect import bisect_left
from collections import Counter

import msgspec

from modeldex.serve.middleware.answered import Answered

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Series = tuple[str, str, str, str]  # method, route, status class, shelf


class Sum(msgspec.Struct, gc=False):
    """How many answers, and how many bytes."""

    count: int = 0
    bytes: int = 0


class Durations(msgspec.Struct):
    """How long answers took.

    Attributes:
        counts: of each of BOUNDS, and of what took longer than all of them.
    """

    counts: list[int]
    seconds: float = 0.0


class Counts:
    """The counters of one worker. Each label has few values: none comes from a client."""

    def __init__(self) -> None:
        self.answers: dict[Series, Sum] = {}
        self.durations: dict[str, Durations] = {}
        self.outcomes: Counter[str] = Counter()
        self.shelf: Counter[str] = Counter()

    def add(self, one: Answered) -> None:
        """Count one answer."""
        method = one.method if one.method in _METHODS else "other"
        series = (method, one.route, f"{one.status // 100}xx", one.shelf)
        found = self.answers.get(series)
        if found is None:
            found = self.answers[series] = Sum()
        found.count += 1
        found.bytes += one.bytes
        self._took(one)
        if one.shelf != "-":
            self.shelf[one.shelf] += 1
        if one.outcome != "-":
            self.outcomes[one.outcome] += 1

    def _took(self, one: Answered) -> None:
        found = self.durations.get(one.shelf)
        if found is None:
            found = self.durations[one.shelf] = Durations([0] * (len(BOUNDS) + 1))
        found.counts[bisect_left(BOUNDS, one.seconds)] += 1
        found.seconds += one.seconds
