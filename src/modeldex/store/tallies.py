"""What the calls of an offer came to, by hours and then by days. Pure."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from modeldex.domain.calls import DAY, FAILED, HOUR, KEPT, OK, Batch, Call
from modeldex.domain.decimals import EXACT
from modeldex.store import sketch
from modeldex.store.sketch import Sketch

_SPEEDS_KEPT = DAY + HOUR  # seconds that hours are kept apart, and their sketches
Key = tuple[str, int, int]  # an offer, and where a bucket begins and how long it is


class Speeds(msgspec.Struct):
    """How the speeds of the calls that succeeded are distributed; see :mod:`store.sketch`."""

    latency: Sketch = {}
    first_token: Sketch = {}
    throughput: Sketch = {}


class Tally(msgspec.Struct, kw_only=True):
    """What the calls of one offer in one bucket of time came to.

    Attributes:
        start, length: the bucket, unix seconds and seconds: an hour, or a day.
        ok, failed: calls that succeeded, and that failed by the offer's fault.
        input_tokens, output_tokens, cost: sums of what was told; ``None`` where nobody told.
        speeds: of hours only; those of days are forgotten.
    """

    offer: str
    start: int
    length: int
    requests: int = 0
    ok: int = 0
    failed: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    speeds: Speeds | None = None

    @property
    def key(self) -> Key:
        """What no other tally has."""
        return self.offer, self.start, self.length


def counted(batches: Iterable[Batch], now: int) -> dict[Key, Tally]:
    """Return the tallies of batches alone."""
    found: dict[Key, Tally] = {}
    for batch in batches:
        for call in batch.calls:
            key = (call.offer, *bucket(call.at, now))
            if key not in found:
                found[key] = Tally(offer=key[0], start=key[1], length=key[2])
            _count(found[key], call)
    return found


def bucket(at: int, now: int) -> tuple[int, int]:
    """Return the beginning and the length of the bucket into which a moment falls."""
    day = at - at % DAY
    return (day, DAY) if day + DAY <= hours_since(now) else (at - at % HOUR, HOUR)


def hours_since(now: int) -> int:
    """Return from which moment on hours are kept apart: the beginning of a UTC day."""
    since = now - _SPEEDS_KEPT
    return since - since % DAY


def kept_since(now: int) -> int:
    """Return the moment before which everything is forgotten."""
    return now - KEPT


def is_old(one: Tally, now: int) -> bool:
    """Return whether a tally is to become part of a day's, or to be forgotten."""
    is_late_hour = one.length < DAY and one.start < hours_since(now)
    return is_late_hour or one.start + one.length <= kept_since(now)


def merge(into: Tally, other: Tally) -> None:
    """Add another tally to one."""
    into.requests += other.requests
    into.ok += other.ok
    into.failed += other.failed
    into.input_tokens = _sum(into.input_tokens, other.input_tokens)
    into.output_tokens = _sum(into.output_tokens, other.output_tokens)
    into.cost = _cost(into.cost, other.cost)
    if other.speeds is not None and into.length == HOUR:
        into.speeds = into.speeds or Speeds()
        sketch.merge(into.speeds.latency, other.speeds.latency)
        sketch.merge(into.speeds.first_token, other.speeds.first_token)
        sketch.merge(into.speeds.throughput, other.speeds.throughput)


def merged(tallies: Iterable[Tally]) -> dict[Key, Tally]:
    """Return one tally for each key."""
    found: dict[Key, Tally] = {}
    for one in tallies:
        if one.key in found:
            merge(found[one.key], one)
        else:
            found[one.key] = one
    return found


def as_day(one: Tally) -> Tally:
    """Return an hour's tally as that of its UTC day."""
    start = one.start - one.start % DAY
    return msgspec.structs.replace(one, start=start, length=DAY, speeds=None)


def _count(tally: Tally, call: Call) -> None:
    tally.requests += 1
    tally.failed += call.outcome in FAILED
    tally.input_tokens = _sum(tally.input_tokens, call.input_tokens)
    tally.output_tokens = _sum(tally.output_tokens, call.output_tokens)
    tally.cost = _cost(tally.cost, call.cost)
    if call.outcome == OK:
        tally.ok += 1
        if tally.length == HOUR:
            tally.speeds = tally.speeds or Speeds()
            _time(tally.speeds, call)


def _time(speeds: Speeds, call: Call) -> None:
    for one, value in (
        (speeds.latency, call.latency_ms),
        (speeds.first_token, call.first_token_ms),
        (speeds.throughput, call.throughput),
    ):
        if value is not None:
            sketch.add(one, value)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _cost(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else EXACT.add(one, other or Decimal(0))
