"""When each source is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.refresh.schedule import Schedule, is_due
from modeldex.store.base import Health

INTERVAL = 900.0
DAY = 86_400.0


def schedule(chance: float = 0.5, interval: float = INTERVAL) -> Schedule:
    """Return a schedule with a fixed chance; a half means no jitter."""
    return Schedule(interval, lambda: chance)


@pytest.mark.parametrize(("chance", "after"), [(0.0, 810.0), (0.5, 900.0), (1.0, 990.0)])
def test_questions_are_an_interval_apart_give_or_take_a_tenth(chance: float, after: float) -> None:
    """The jitter keeps sources from being asked all at once."""
    assert schedule(chance).next_at(1000.0) == pytest.approx(1000.0 + after)


@given(st.floats(0, 1, exclude_max=True), st.floats(1, 2 * DAY))
def test_the_next_time_is_never_now(chance: float, interval: float) -> None:
    """Good answer or bad, whatever the chance: at least nine tenths of the interval pass."""
    assert 0.9 * interval <= schedule(chance, interval).next_at(0.0) <= 1.1 * interval


@pytest.mark.parametrize(
    ("health", "due"),
    [
        (None, True),
        (Health(source="a"), True),
        (Health(source="a", next_at=1000.0), True),
        (Health(source="a", next_at=1000.1), False),
        (Health(source="a", next_at=900.0, wait_until=1000.0), True),
        (Health(source="a", next_at=900.0, wait_until=1000.1), False),
        (Health(source="a", wait_until=1000.1), False),
    ],
)
def test_a_source_is_due_from_its_time_on(health: Health | None, *, due: bool) -> None:
    """One that was never asked is due at once, one that waits not before the wait is over."""
    assert is_due(health, 1000.0) is due


def test_the_next_look_is_at_the_first_time_of_all() -> None:
    """It is never more than an interval away, so that a new declaration is seen."""
    health = [
        Health(source="a", next_at=1500.0),
        Health(source="b", next_at=1200.0),
        Health(source="c", next_at=1100.0, wait_until=1800.0),
    ]
    assert schedule().next_due(health, 1000.0) == 1200.0
    assert schedule().next_due([], 1000.0) == 1900.0
    assert schedule().next_due([Health(source="a", next_at=1e9)], 1000.0) == 1900.0
    assert schedule().next_due([*health, Health(source="d")], 1000.0) <= 1000.0
