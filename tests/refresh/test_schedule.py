"""When each source is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.refresh.schedule import Schedule
from modeldex.store.base import Health

INTERVAL = 900.0
DAY = 86_400.0


def schedule(chance: float = 0.5, interval: float = INTERVAL) -> Schedule:
    """Return a schedule with a fixed chance; a half means no jitter."""
    return Schedule(interval, lambda: chance)


@pytest.mark.parametrize(("chance", "after"), [(0.0, 810.0), (0.5, 900.0), (1.0, 990.0)])
def test_answers_are_an_interval_apart_give_or_take_a_tenth(chance: float, after: float) -> None:
    """The jitter keeps sources from being asked all at once."""
    assert schedule(chance).after_answer(1000.0) == pytest.approx(1000.0 + after)


def test_failures_are_ever_further_apart() -> None:
    """Each failure doubles the pause, up to an hour."""
    pauses = [schedule().after_failure(0.0, failures, None) for failures in (1, 2, 3, 4, 99)]
    assert pauses == [900.0, 1800.0, 3600.0, 3600.0, 3600.0]


def test_a_failure_is_never_tried_again_sooner_than_an_answer() -> None:
    """Where the interval is longer than the longest pause, the interval holds."""
    assert schedule(interval=2 * DAY).after_failure(0.0, 1, None) == 2 * DAY


@pytest.mark.parametrize(
    ("wait", "after"), [(None, 900.0), (0.0, 900.0), (5000.0, 5000.0), (10.0**9, DAY)]
)
def test_a_source_is_left_alone_as_long_as_it_asks(wait: float | None, after: float) -> None:
    """A wait that a source asks for is kept, up to a day: nobody switches itself off for good."""
    assert schedule().after_failure(0.0, 1, wait) == after


@given(st.floats(0, 1), st.integers(1, 10**6), st.none() | st.floats(0, 1e12))
def test_a_failed_source_is_always_asked_again(
    chance: float, failures: int, wait: float | None
) -> None:
    """Whatever happened, the next attempt is neither at once nor more than a day away."""
    after = schedule(chance).after_failure(0.0, failures, wait)
    assert 0.9 * INTERVAL <= after <= DAY


@pytest.mark.parametrize(
    ("health", "due"),
    [
        (None, True),
        (Health(source="a"), True),
        (Health(source="a", next_at=1000.0), True),
        (Health(source="a", next_at=1000.1), False),
    ],
)
def test_a_source_is_due_from_its_time_on(health: Health | None, *, due: bool) -> None:
    """One that was never asked is due at once."""
    assert schedule().is_due(health, 1000.0) is due


def test_the_next_look_is_at_the_first_time_of_all() -> None:
    """It is never more than an interval away, so that a new declaration is seen."""
    health = {
        "a": Health(source="a", next_at=1500.0),
        "b": Health(source="b", next_at=1200.0),
        "c": Health(source="c"),
    }
    assert schedule().next_due(health, 1000.0) == 1200.0
    assert schedule().next_due({}, 1000.0) == 1900.0
    assert schedule().next_due({"a": Health(source="a", next_at=1e9)}, 1000.0) == 1900.0
