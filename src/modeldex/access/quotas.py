"""How much one client may ask: ``300/minute``, and the headers that say what is left of it."""

import re
from math import ceil

import msgspec

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
OFF = "off"
_WRITTEN = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(UNITS)})")
Headers = tuple[tuple[bytes, bytes], ...]


class Quota(msgspec.Struct, frozen=True, cache_hash=True):
    """At most *count* requests in any *seconds*."""

    name: str
    count: int
    seconds: int


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What one request cost.

    Attributes:
        quota: what it counted against.
        is_granted: whether there was something left.
        remaining: requests that are left now.
        reset: seconds until there is more; where nothing is left, until the next is granted.
    """

    quota: Quota
    is_granted: bool
    remaining: int
    reset: float

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """What fills the places of :func:`pattern`, in their order."""
        remaining, reset = self.remaining, ceil(self.reset)
        return remaining, reset, remaining, reset


def quota(name: str, text: str) -> Quota | None:
    """Return a quota as written in a setting or a key, ``None`` for ``off``.

    Raises:
        ValueError: it is not written as ``300/minute``.
    """
    if text == OFF:
        return None
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text[:40]!r} is no limit; write a number and {', '.join(UNITS)}: 300/minute, or off"
        )
    return Quota(name, int(found[1]), UNITS[found[2]])


def headers(charge: Charge | None) -> Headers:
    """Return what an answer says of a limit; nothing where none was counted against."""
    if charge is None:
        return ()
    reset = b"%d" % ceil(charge.reset)
    found = _said(charge.quota, b"%d" % charge.remaining, reset)
    return found if charge.is_granted else (*found, (b"retry-after", reset))


def pattern(limit: Quota) -> Headers:
    """Return the headers of what is granted, with ``%d`` where each of a charge's numbers goes."""
    return _said(limit, b"%d", b"%d")


def _said(limit: Quota, remaining: bytes, reset: bytes) -> Headers:
    """Return what is said of a limit.

    ``RateLimit`` and ``RateLimit-Policy`` are those of the IETF draft (structured fields); the
    ``X-RateLimit-*`` say the same in the older way, the reset in seconds from now.
    """
    name = limit.name.encode()
    return (
        (b"ratelimit", b'"%b";r=%b;t=%b' % (name, remaining, reset)),
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name, limit.count, limit.seconds)),
        (b"x-ratelimit-limit", b"%d" % limit.count),
        (b"x-ratelimit-remaining", remaining),
        (b"x-ratelimit-reset", reset),
    )
