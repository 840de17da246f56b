"""Whether a source that keeps failing is left alone."""

import pytest

from modeldex.refresh.breaker import CLOSED, HALF_OPEN, OPEN, Breaker, may_ask
from modeldex.store.base import Health

BREAKER = Breaker(failures=3, shortest=300.0, longest=3600.0)


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0), (2, 0), (3, 300), (4, 600), (6, 2400), (7, 3600), (99, 3600)]
)
def test_each_failure_beyond_the_third_doubles_the_wait(failures: int, wait: float) -> None:
    """It opens at the third failure in a row, and never for longer than its bound."""
    assert BREAKER.wait(failures) == wait


@pytest.mark.parametrize(
    ("failures", "now", "state"),
    [(2, 0.0, CLOSED), (3, 99.0, OPEN), (3, 100.0, HALF_OPEN), (3, 500.0, HALF_OPEN)],
)
def test_an_open_breaker_lets_one_probe_through_after_its_time(
    failures: int, now: float, state: str
) -> None:
    """Closed, open until its moment, then half-open."""
    health = Health(source="acme", failures=failures, wait_until=100.0)
    assert BREAKER.state(health, now) == state


def test_nobody_is_asked_before_the_wait_is_over() -> None:
    """Whether a breaker or a Retry-After asks for it."""
    waiting = Health(source="acme", wait_until=100.0)
    assert not may_ask(waiting, 99.9)
    assert may_ask(waiting, 100.0)
    assert may_ask(None, 0.0)
