"""What those who call offers report of their calls."""

from decimal import Decimal

import msgspec

OK, ERROR, TIMEOUT = "ok", "error", "timeout"
RATE_LIMITED, BAD_REQUEST, CANCELLED = "rate_limited", "bad_request", "cancelled"
OUTCOMES = (OK, ERROR, TIMEOUT, RATE_LIMITED, BAD_REQUEST, CANCELLED)
FAILED = frozenset({ERROR, TIMEOUT})  # the offer's fault; with OK, all that uptime knows
HOUR, DAY = 3600, 86_400  # seconds
KEPT = 30 * DAY  # how long calls are remembered, in seconds
WINDOWS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": KEPT}
# What a batch of calls becomes.
RECORDED, REPEATED, CONFLICTING = "recorded", "repeated", "conflicting"


_SHORTEST = 1.0  # milliseconds of a call whose throughput means anything


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an offer, as its caller saw it; what it did not tell is ``None``.

    Attributes:
        offer: the offer's id.
        at: unix seconds.
        outcome: one of ``OUTCOMES``.
        latency_ms: from the request to the end of the answer.
        first_token_ms: from the request to the first piece of the answer.
        cost: USD, exact.
    """

    offer: str
    at: int
    outcome: str = OK
    latency_ms: float | None = None
    first_token_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None

    @property
    def throughput(self) -> float | None:
        """Output tokens per second of the whole call, ``None`` where it cannot be known."""
        if not self.output_tokens or self.latency_ms is None or self.latency_ms < _SHORTEST:
            return None
        return self.output_tokens * 1000 / self.latency_ms


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that are reported together: all of them are counted, once, or none.

    Attributes:
        id: the same for a batch that is sent again, for 64 hexadecimal digits at most.
        digest: of what was sent; another one under the same id is another batch.
    """

    id: str
    digest: str
    calls: tuple[Call, ...]
