"""What callers report becomes figures: rounded, exact where counted, and not too often."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.calls import DAY, HOUR, Call
from modeldex.domain.offer import Observed
from modeldex.refresh.observing import INTERVAL, Folding, folded
from modeldex.store import tallies
from modeldex.store.memory import MemoryStore
from support import catalogs
from support.observing import NOW, batch, call
from support.refreshing import START, Workshop, models, rows


def figures(*calls: Call, now: int = NOW) -> dict[str, Observed]:
    """Return the figures of calls."""
    found = tallies.counted([batch("a", *calls)], now)
    return folded([found[key] for key in sorted(found)], now)


def of(*calls: Call, now: int = NOW) -> Observed:
    """Return the figures of calls of one offer."""
    (found,) = figures(*calls, now=now).values()
    return found


def times(count: int, **facts: Any) -> list[Call]:
    """Return so many equal calls."""
    return [call(**facts)] * count


def test_speeds_are_percentiles_of_the_last_day_to_two_digits() -> None:
    """Of calls that succeeded; a call of the day before does not count, nor does a failed one."""
    calls = [call(latency_ms=float(ms), output_tokens=100) for ms in range(1, 1001)]
    others = [
        call(at=NOW - DAY - HOUR, latency_ms=9e6),
        call(outcome="error", latency_ms=9e6, first_token_ms=9e6),
    ]
    found = of(*calls, *others)

    assert found.latency_ms["p50"] in {490, 500, 510}
    assert found.latency_ms["p90"] in {890, 900, 910}
    assert found.latency_ms["p99"] in {980, 990, 1000}
    assert found.throughput["p50"] == 200.0
    assert found.first_token_ms == {}


def test_counts_are_exact_by_window() -> None:
    """A window takes in the hour, or the day, in which it begins; unknown sums are left out."""
    calls = [
        call(input_tokens=1, output_tokens=2, cost=Decimal("0.000000000000000001")),
        call(at=NOW - 2 * HOUR, input_tokens=10),
        call(at=NOW - 3 * DAY, cost=Decimal("0.5")),
        call(at=NOW - 20 * DAY),
    ]
    found = of(*calls)

    assert found.requests_by_window == {"1h": 1, "24h": 2, "7d": 3, "30d": 4}
    assert found.tokens_by_window == {"1h": 3, "24h": 13, "7d": 13, "30d": 13}
    tiny = "0.000000000000000001"
    assert found.cost_by_window == {"1h": tiny, "24h": tiny, **dict.fromkeys(
        ("7d", "30d"), "0.500000000000000001")}  # fmt: skip
    assert (found.requests, found.tokens) == (2, 13)
    assert of(call()).tokens is None


def test_uptime_knows_what_is_the_offers_fault() -> None:
    """Rounded down, so that it is 1 only where nothing failed; unknown below five calls."""
    fine = times(999)
    assert of(*fine).uptime == {"1h": 1.0, "24h": 1.0, "7d": 1.0}
    assert of(*fine, call(outcome="timeout")).uptime["1h"] == 0.99
    not_its_fault = [call(outcome=one) for one in ("rate_limited", "bad_request", "cancelled")]
    assert of(*fine, *not_its_fault * 300).uptime["24h"] == 1.0
    assert of(*times(4)).uptime == {}
    assert of(*times(4), *not_its_fault).uptime == {}


@pytest.mark.parametrize(
    ("ok", "failed", "health"),
    [(19, 1, "healthy"), (18, 2, "degraded"), (10, 10, "degraded"), (9, 11, "down"),
     (0, 5, "down"), (4, 0, "unknown")],
)  # fmt: skip
def test_health_follows_from_uptime(ok: int, failed: int, health: str) -> None:
    """The thresholds are 95 and 50 percent."""
    found = of(*times(ok), *times(failed, outcome="error"))
    assert found.health == health


def test_health_is_that_of_the_last_hour_where_it_is_known() -> None:
    """An offer that has recovered is healthy again; with too few calls, the day counts."""
    broken = times(20, at=NOW - 5 * HOUR, outcome="error")
    assert of(*broken, *times(5)).health == "healthy"
    assert of(*broken, *times(4)).health == "down"


def test_calls_that_are_too_old_leave_nothing() -> None:
    """An offer of which nothing is known any more has no figures."""
    found = tallies.counted([batch("a", call())], NOW)
    assert folded(found.values(), NOW + 40 * DAY) == {}


async def test_figures_stay_for_ten_minutes() -> None:
    """However much is reported meanwhile."""
    store, folding = MemoryStore(), Folding()
    assert await folding.figures(store, NOW) == {}
    await store.record([batch("a", call())], NOW)
    assert await folding.figures(store, NOW + INTERVAL - 1) == {}
    found = await folding.figures(store, NOW + INTERVAL)
    assert found["acme/m1"].requests == 1
    assert folding.due_at == NOW + 2 * INTERVAL


async def test_what_differs_beyond_two_digits_only_changes_nothing() -> None:
    """Figures are exact when they are folded in, and stay until one is worth it."""
    store, folding = MemoryStore(), Folding()
    await store.record([batch("a", *times(1000, latency_ms=100.0))], NOW)
    before = await folding.figures(store, NOW)
    await store.record([batch("b", *times(7, latency_ms=100.0))], NOW)
    assert await folding.figures(store, NOW + INTERVAL) is before
    await store.record([batch("c", *times(93, latency_ms=100.0))], NOW)
    after = await folding.figures(store, NOW + 2 * INTERVAL)
    assert after["acme/m1"].requests == 1100


async def test_a_store_is_tidied_only_where_something_is_old() -> None:
    """Most refreshes write nothing for it."""
    store, folding = MemoryStore(), Folding()
    await store.record([batch("a", call())], NOW)
    await folding.figures(store, NOW)
    await folding.tidy(store, NOW)
    assert len(await store.tallies()) == 1
    await folding.figures(store, NOW + 40 * DAY)
    await folding.tidy(store, NOW + 40 * DAY)
    assert await store.tallies() == ()


async def test_reported_calls_make_a_new_catalog_once(workshop: Workshop) -> None:
    """With the next look at them; equal figures publish nothing, and dry runs change nothing."""
    workshop.declare("acme")
    workshop.answers("acme", models("m1", "m2"))
    first = (await workshop.refresh()).snapshot
    calls = times(10, at=int(START), latency_ms=120.0)
    await workshop.store.record([batch("a", *calls)], int(START))
    workshop.clock.seconds += INTERVAL - 1
    assert (await workshop.refresh(only_due=True)).snapshot == first
    workshop.clock.seconds += 1
    report = await workshop.refresh(only_due=True)
    assert report.published
    assert report.snapshot != first
    row = {one["id"]: one for one in rows(workshop.refresher.directory)}["acme/m1"]
    assert (row["latency"]["p50"], row["popularity"]) == (120, 10)

    workshop.clock.seconds += INTERVAL
    assert not (await workshop.refresh(only_due=True)).published
    workshop.restart()
    assert not (await workshop.refresh(only_due=True)).published


async def test_calls_of_an_offer_that_is_gone_are_left_out(workshop: Workshop) -> None:
    """They are kept, should it return."""
    workshop.declare("acme")
    workshop.answers("acme", models("m1"))
    await workshop.store.record([batch("a", call("gone/m9", at=int(START)))], int(START))
    assert (await workshop.refresh()).published
    assert workshop.offers() == ["acme/m1"]
    assert len(await workshop.store.tallies()) == 1


def test_figures_are_content() -> None:
    """Another figure is another catalog; without figures a catalog is what it was."""
    said = [catalogs.rows("acme", [catalogs.listing("acme", "m1")])]
    found = [
        catalogs.digest(catalogs.observing(said, given))
        for given in ({}, {"nobody/x": Observed()}, figures(call()), figures(call(), call()))
    ]
    assert found[0] == found[1]
    assert len(set(found[1:])) == 3
