"""Statements are counted and timed, and slow ones are logged."""

from itertools import count
from time import perf_counter

import pytest
from sqlalchemy import text

from modeldex.errors import StoreError
from modeldex.store.base import Changes
from modeldex.store.metrics import StoreMetrics
from modeldex.store.sql import SqlStore
from support.stored import FULL_HEALTH, plain, save


class Lines:
    """A log that is read by the test."""

    def __init__(self) -> None:
        self.facts: list[dict[str, object]] = []

    def info(self, event: str, **facts: object) -> None:
        """Note a line."""
        self.facts.append({"event": event, **facts})

    warning = error = info


def watched(url: str, slow: float) -> tuple[SqlStore, StoreMetrics, Lines]:
    """Return a store on whose clock every statement takes a second, and its log."""
    log, seconds = Lines(), count()
    metrics = StoreMetrics(lambda: float(next(seconds)), log, slow)
    return SqlStore(url, metrics=metrics), metrics, log


@pytest.mark.finding("DB-L2")
async def test_a_slow_statement_is_logged_and_counted(url: str) -> None:
    """With its text, without a value, on one line of bounded length."""
    store, metrics, log = watched(url, slow=0.5)
    await store.open()
    log.facts.clear()
    before = metrics.slow
    await store.save(Changes(health=[FULL_HEALTH], answers=[plain("acme", "a")]))
    slow = [fact for fact in log.facts if "INSERT INTO sources" in str(fact["statement"])]
    assert [fact["event"] for fact in slow] == ["a statement was slow"]
    assert slow[0]["seconds"] == 1.0
    assert metrics.slow == before + len(log.facts)
    for fact in log.facts:
        said = str(fact["statement"])
        assert "\n" not in said
        assert len(said) <= 301
        assert "acme" not in said
    await store.close()


async def test_a_statement_that_is_not_slow_is_only_counted(url: str) -> None:
    """It takes a second, and that is what is allowed."""
    store, metrics, log = watched(url, slow=1.0)
    await store.open()
    metrics.statements, metrics.seconds = 0, 0.0
    await save(store, plain("acme", "a"))
    begun = 1 if url.startswith("sqlite") else 0
    assert metrics.statements == 4 + begun
    assert (metrics.seconds, metrics.slow) == (4.0 + begun, 0)
    assert log.facts == []
    await store.close()


@pytest.mark.finding("DB-L2")
async def test_a_statement_that_fails_is_counted_too(url: str) -> None:
    """The slowest ones are those that are ended by a deadline."""
    store, _, log = watched(url, slow=0.5)
    await store.open()
    async with store.engine.begin() as connection:
        await connection.execute(text("drop table hidden_offers"))
    log.facts.clear()
    with pytest.raises(StoreError, match="hidden_offers"):
        await store.save(Changes(hidden=["acme/a"]))
    assert "INSERT INTO hidden_offers" in str(log.facts[-1]["statement"])
    await store.close()


def test_nothing_is_logged_without_a_log() -> None:
    """Counting goes on."""
    metrics = StoreMetrics(perf_counter, slow_seconds=0.0)
    metrics.statement("select 1", 1.0)
    assert (metrics.statements, metrics.slow) == (1, 1)
