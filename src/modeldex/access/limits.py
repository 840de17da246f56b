"""Counting what clients ask for: never more than a quota in any window, in bounded memory.

A client's past is a few buckets, each with the times of its first and last request and a count.
A bucket leaves when its *last* request is a whole window old, so no window of that length ever
holds more than the quota, wherever it begins, and the wait until there is room again is known to
the moment. How many buckets there can be does not depend on how many requests there are.
"""

from collections.abc import Callable

import msgspec

from modeldex.access.quotas import Charge, Quota

MOST_CLIENTS = 16_384  # of one generation; there are two
_PARTS = 8  # a bucket takes requests for this part of a window


class _Bucket(msgspec.Struct, gc=False):
    first: float
    last: float
    count: int


class Meter:
    """What one client asked for lately: at most ten buckets."""

    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets: list[_Bucket] = []
        self.total = 0

    def charge(self, quota: Quota, now: float) -> Charge:
        """Count one request if there is room for it; one that is refused costs nothing."""
        buckets, window = self.buckets, quota.seconds
        while buckets and buckets[0].last + window <= now:
            self.total -= buckets.pop(0).count
        is_granted = self.total < quota.count
        if is_granted:
            self.total += 1
            newest = buckets[-1] if buckets else None
            if newest is None or now - newest.first >= window / _PARTS:
                buckets.append(_Bucket(now, now, 1))
            else:
                newest.last = now
                newest.count += 1
        return Charge(quota, is_granted, quota.count - self.total, buckets[0].last + window - now)


class Limiter:
    """One quota, counted for each client on its own.

    Meters lie in two generations. The younger becomes the older after a window, or when it is
    full; what is in the older and was not asked for since is forgotten then. So memory is bounded
    under a flood of addresses and comes back after it, and forgetting errs in a client's favour.
    """

    def __init__(
        self, quota: Quota, clock: Callable[[], float], most_clients: int = MOST_CLIENTS
    ) -> None:
        self.quota, self.clock, self.most_clients = quota, clock, most_clients
        self._young: dict[str, Meter] = {}
        self._old: dict[str, Meter] = {}
        self._turned = clock()

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def charge(self, client: str) -> Charge:
        """Count a request of *client*."""
        now = self.clock()
        if now - self._turned >= self.quota.seconds or len(self._young) >= self.most_clients:
            self._turn(now)
        meter = self._young.get(client)
        if meter is None:
            meter = self._old.pop(client) if client in self._old else Meter()
            self._young[client] = meter
        return meter.charge(self.quota, now)

    def _turn(self, now: float) -> None:
        self._old = {} if now - self._turned >= 2 * self.quota.seconds else self._young
        self._young, self._turned = {}, now


class Limits:
    """The limiters, one for each quota in use."""

    def __init__(self, clock: Callable[[], float], most_clients: int = MOST_CLIENTS) -> None:
        self.clock, self.most_clients = clock, most_clients
        self._limiters: dict[Quota, Limiter] = {}

    def of(self, quota: Quota) -> Limiter:
        """Return the limiter that counts against *quota*."""
        found = self._limiters.get(quota)
        if found is None:
            found = self._limiters[quota] = Limiter(quota, self.clock, self.most_clients)
        return found

    def __len__(self) -> int:
        return sum(map(len, self._limiters.values()))
