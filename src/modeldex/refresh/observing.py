"""Folds what callers report into figures by offer: at most so often, and only where they differ.

Speeds are rounded to two digits. Counts stand exactly as they were when they were folded in, but
that alone is no reason to fold anew: all figures of before stay until one of them differs in its
first two digits.
"""

from collections.abc import Iterable, Mapping
from decimal import Context
from itertools import groupby
from math import floor

from modeldex.domain.calls import HOUR, WINDOWS
from modeldex.domain.decimals import plain
from modeldex.domain.offer import Observed
from modeldex.store import sketch
from modeldex.store.calls import Calls
from modeldex.store.tallies import Speeds, Tally, is_old, merge

INTERVAL = 600.0  # seconds between two folds
_SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
_UPTIME = ("1h", "24h", "7d")
_FEWEST = 5  # calls that tell of an uptime
_SPEEDS = "24h"
_TWO = Context(prec=2)
Figures = Mapping[str, Observed]


class Folding:
    """Remembers the figures that were folded last.

    Args:
        interval: seconds between two folds at least.
    """

    def __init__(self, interval: float = INTERVAL) -> None:
        self.interval = interval
        self._figures: Figures = {}
        self._rough: object = None
        self._at: float | None = None
        self._untidy = False

    @property
    def due_at(self) -> float:
        """Unix seconds at which figures are folded again."""
        return 0.0 if self._at is None else self._at + self.interval

    async def figures(self, calls: Calls, now: float) -> Figures:
        """Return the figures by the ids of offers, as they are to be published now.

        Raises:
            StoreError: the calls cannot be read.
        """
        if now >= self.due_at:
            tallies = await calls.tallies()
            self._untidy = any(is_old(one, int(now)) for one in tallies)
            found = folded(tallies, int(now))
            rough = {name: _rough(one) for name, one in found.items()}
            if rough != self._rough:
                self._figures, self._rough = found, rough
            self._at = now
        return self._figures

    async def tidy(self, calls: Calls, now: float) -> None:
        """Let the store forget what no figures need, where the last fold saw such.

        Raises:
            StoreError: the calls cannot be written.
        """
        if self._untidy:
            await calls.roll_up(int(now))
            self._untidy = False


def folded(tallies: Iterable[Tally], now: int) -> dict[str, Observed]:
    """Return the figures of each offer, by its id.

    A window reaches from now back into the hour, or for older calls the UTC day, in which it
    begins, and takes that whole.

    Args:
        tallies: sorted by offer.
        now: unix seconds.
    """
    found = {}
    for offer, group in groupby(tallies, lambda one: one.offer):
        observed = _observed(list(group), now)
        if observed is not None:
            found[offer] = observed
    return found


def _observed(tallies: list[Tally], now: int) -> Observed | None:
    windows = {name: _sum(tallies, now - seconds) for name, seconds in WINDOWS.items()}
    windows = {name: one for name, one in windows.items() if one.requests}
    if not windows:
        return None
    day = windows.get(_SPEEDS, Tally(offer="", start=0, length=HOUR))
    speeds = day.speeds or Speeds()
    tokens = {name: n for name, one in windows.items() if (n := _tokens(one)) is not None}
    return Observed(
        latency_ms=_percentiles(speeds.latency),
        first_token_ms=_percentiles(speeds.first_token),
        throughput=_percentiles(speeds.throughput),
        uptime={
            name: _uptime(windows[name])
            for name in _UPTIME
            if name in windows and windows[name].ok + windows[name].failed >= _FEWEST
        },
        requests=day.requests,
        tokens=tokens.get(_SPEEDS),
        requests_by_window={name: one.requests for name, one in windows.items()},
        tokens_by_window=tokens,
        cost_by_window={n: plain(t.cost) for n, t in windows.items() if t.cost is not None},
    )


def _sum(tallies: Iterable[Tally], since: int) -> Tally:
    """Return the sum of those that reach beyond a moment."""
    found = Tally(offer="", start=0, length=HOUR)
    for one in tallies:
        if one.start + one.length > since:
            merge(found, one)
    return found


def _tokens(one: Tally) -> int | None:
    if one.input_tokens is None and one.output_tokens is None:
        return None
    return (one.input_tokens or 0) + (one.output_tokens or 0)


def _percentiles(found: sketch.Sketch) -> dict[str, float]:
    values = {name: sketch.quantile(found, share) for name, share in _SHARES.items()}
    return {name: _rounded(value) for name, value in values.items() if value is not None}


def _rounded(value: float) -> float:
    return float(_TWO.create_decimal_from_float(value))


def _uptime(one: Tally) -> float:
    """Round down: where a call failed, it is never 1."""
    return floor(one.ok * 100 / (one.ok + one.failed)) / 100


def _rough(one: Observed) -> object:
    """Return figures to two digits; where these are equal, nothing is worth a new catalog."""
    counts = (one.requests_by_window, one.tokens_by_window)
    rounded = [{name: f"{n:.1e}" for name, n in each.items()} for each in counts]
    costs = {name: str(_TWO.create_decimal(cost)) for name, cost in one.cost_by_window.items()}
    speeds = (one.latency_ms, one.first_token_ms, one.throughput, one.uptime)
    return speeds, rounded, costs
