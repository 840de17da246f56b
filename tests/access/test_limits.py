"""Limits: never more than the quota in any window, an exact wait, and bounded memory."""

import copy
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.access.limits import _PARTS, Limiter, Limits, Meter
from modeldex.access.quotas import Quota, headers, quota
from support.scale import scaled

# Sixteenths of a second are exact in binary, so that the laws hold to the last bit.
MOMENTS = st.lists(st.integers(0, 300), min_size=1, max_size=120).map(
    lambda gaps: [sum(gaps[: n + 1]) / 16 for n in range(len(gaps))]
)
QUOTAS = st.builds(Quota, st.just("read"), st.integers(1, 6), st.integers(1, 60))


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(QUOTAS, MOMENTS)
def test_no_window_holds_more_than_the_quota(limit: Quota, moments: list[float]) -> None:
    """Whatever the moments, of those granted no window of that length has more."""
    meter = Meter()
    granted = [now for now in moments if meter.charge(limit, now).is_granted]

    for end in granted:
        assert sum(end - limit.seconds < one <= end for one in granted) <= limit.count


@given(QUOTAS, MOMENTS)
def test_who_is_refused_had_the_quota(limit: Quota, moments: list[float]) -> None:
    """A refusal means that the quota was used within a window and one part of it."""
    meter, granted = Meter(), list[float]()
    for now in moments:
        if meter.charge(limit, now).is_granted:
            granted.append(now)
        else:
            since = now - limit.seconds * (1 + 1 / _PARTS)
            assert sum(one > since for one in granted) >= limit.count


@pytest.mark.finding("MW-M2")
@given(QUOTAS, MOMENTS)
def test_waiting_exactly_as_told_succeeds(limit: Quota, moments: list[float]) -> None:
    """Refused until the moment that the refusal names, granted at it; the header rounds up."""
    meter = Meter()
    for now in moments:
        said = meter.charge(limit, now)
        if not said.is_granted:
            before, then = copy.deepcopy(meter), copy.deepcopy(meter)
            assert 0 < said.reset <= limit.seconds
            assert not before.charge(limit, now + said.reset - 1 / 64).is_granted
            assert then.charge(limit, now + said.reset).is_granted
            assert dict(headers(said))[b"retry-after"] == b"%d" % ceil(said.reset)


@given(QUOTAS, MOMENTS)
def test_what_is_left_is_told(limit: Quota, moments: list[float]) -> None:
    """So many more are granted at once as the headers say, and then no more."""
    meter = Meter()
    for now in moments:
        said = meter.charge(limit, now)
        more, count = copy.deepcopy(meter), 0
        while more.charge(limit, now).is_granted:
            count += 1
        assert count == said.remaining


@given(st.lists(st.integers(0, 40), min_size=50, max_size=400))
def test_a_clients_past_has_a_fixed_size(gaps: list[int]) -> None:
    """However many requests there are, and however they lie, a few buckets hold them."""
    meter, now = Meter(), 0.0
    for gap in gaps:
        now += gap / 16
        meter.charge(Quota("read", 10**6, 7), now)
        assert len(meter.buckets) <= _PARTS + 2


@pytest.mark.finding("MW-M6")
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 200)), max_size=150))
def test_clients_are_counted_each_on_its_own(asked: list[tuple[str, int]]) -> None:
    """Turning generations loses nothing: each client fares as if it were alone."""
    clock, limit = Clock(), Quota("read", 3, 5)
    limiter, alone = Limiter(limit, clock), {name: Meter() for name in "abcd"}
    for name, gap in asked:
        clock.now += gap / 16
        assert limiter.charge(name) == alone[name].charge(limit, clock.now)


def test_a_flood_of_addresses_fills_bounded_memory() -> None:
    """100,000 clients leave two generations at most, and nothing once their time is over."""
    clock = Clock()
    limits, limit = Limits(clock), Quota("read", 300, 60)
    for n in range(scaled(100_000, 1_000_000)):
        limits.of(limit).charge(f"client {n}")
        clock.now += 0.0001
    flooded = len(limits)
    clock.now += 2 * limit.seconds
    limits.of(limit).charge("honest")

    assert flooded <= 2 * limits.most_clients
    assert len(limits) == 1


@pytest.mark.parametrize(
    ("text", "count", "seconds"),
    [("300/minute", 300, 60), ("5/second", 5, 1), ("1/hour", 1, 3600), ("9/day", 9, 86400)],
)
def test_a_quota_is_written_as_a_number_and_a_unit(text: str, count: int, seconds: int) -> None:
    """Each unit means its seconds."""
    assert quota("read", text) == Quota("read", count, seconds)


def test_off_is_no_quota() -> None:
    """Whoever wants no limit says so."""
    assert quota("read", "off") is None


@pytest.mark.parametrize("text", ["", "300", "0/minute", "-1/minute", "3/fortnight", "3 /minute"])
def test_anything_else_is_no_quota_and_says_what_is(text: str) -> None:
    """A wrong limit is refused with a right one."""
    with pytest.raises(ValueError, match="300/minute"):
        quota("read", text)
