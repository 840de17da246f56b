"""How much one client may ask: ``300/minute``, and the headers that say what is left of it."""

import re
from math import ceil

import msgspec

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
OFF = "off"
_WRITTEN = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(UNITS)})")
Headers = tuple[tuple[bytes, bytes], ...]


class Quota(msgspec.Struct, frozen=True):
    """At most *count* requests in any *seconds*."""

    name: str
    count: int
    seconds: int


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What one request cost.

    Attributes:
        is_granted: whether there was something left.
        remaining: requests that are left now.
        reset: seconds until there is more; where nothing is left, until the next is granted.
    """

    is_granted: bool
    remaining: int
    reset: float


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


def headers(limit: Quota, charge: Charge) -> Headers:
    """Return what an answer says of a limit.

    ``RateLimit`` and ``RateLimit-Policy`` are those of the IETF draft (structured fields); the
    ``X-RateLimit-*`` say the same in the older way, the reset in seconds from now.
    """
    count, remaining, reset = limit.count, charge.remaining, ceil(charge.reset)
    name = limit.name.encode()
    found = (
        (b"ratelimit", b'"%b";r=%d;t=%d' % (name, remaining, reset)),
        (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (name, count, limit.seconds)),
        (b"x-ratelimit-limit", b"%d" % count),
        (b"x-ratelimit-remaining", b"%d" % remaining),
        (b"x-ratelimit-reset", b"%d" % reset),
    )
    return found if charge.is_granted else (*found, (b"retry-after", b"%d" % reset))
