"""Calls in every kind of store: counted once, summed exactly, and forgotten in time."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from modeldex.domain.calls import (
    CONFLICTING,
    DAY,
    HOUR,
    KEPT,
    OUTCOMES,
    RECORDED,
    REPEATED,
    Batch,
    Call,
)
from modeldex.errors import StoreError
from modeldex.store import calls as port
from modeldex.store import sketch, tallies
from modeldex.store.base import Store
from modeldex.store.reading import BATCH
from modeldex.store.sql import SqlStore
from modeldex.store.tallies import Speeds, Tally
from support.observing import NOW, batch, batches, call
from support.scale import scaled
from support.stored import statements

START = NOW - NOW % HOUR


async def test_an_empty_store_has_no_tallies(store: Store) -> None:
    """And nothing to roll up."""
    await store.roll_up(NOW)
    assert await store.tallies() == ()
    assert await store.record([], NOW) == []


async def test_calls_are_tallied_exactly(store: Store) -> None:
    """By offer and hour; costs keep every digit, what nobody told is unknown."""
    told: dict[str, Any] = {
        "input_tokens": 10,
        "output_tokens": 40,
        "latency_ms": 200.0,
        "first_token_ms": 50.0,
    }
    tiny = Decimal("0.000000000000000000000001")
    calls = (
        call(**told, cost=tiny),
        call(outcome="error", latency_ms=9000.0, cost=Decimal(3)),
        call(outcome="rate_limited"),
        call("acme/m2", at=NOW - HOUR),
    )
    assert await store.record([batch("b", *calls)], NOW) == [RECORDED]
    first, second = await store.tallies()

    assert first == Tally(
        offer="acme/m1",
        start=START,
        length=HOUR,
        requests=3,
        ok=1,
        failed=1,
        input_tokens=10,
        output_tokens=40,
        cost=3 + tiny,
        speeds=Speeds(
            latency=sketch.of([200.0]),
            first_token=sketch.of([50.0]),
            throughput=sketch.of([200.0]),
        ),
    )
    assert (second.start, second.requests, second.cost) == (START - HOUR, 1, None)
    assert (second.input_tokens, second.output_tokens) == (None, None)


async def test_later_calls_add_to_what_is_there(store: Store) -> None:
    """Counts, sums and sketches alike."""
    for number in range(5):
        one = call(latency_ms=float(100 + number), output_tokens=number, cost=Decimal("0.1"))
        await store.record([batch(f"b{number}", one)], NOW + number)
    (found,) = await store.tallies()

    assert (found.requests, found.output_tokens, found.cost) == (5, 10, Decimal("0.5"))
    assert found.speeds is not None
    assert found.speeds.latency == sketch.of(float(100 + number) for number in range(5))


async def test_a_batch_is_counted_once(store: Store) -> None:
    """In the same transaction, later, and beside others; another one of its name is a conflict."""
    one, other = batch("a", call()), batch("b", call())
    assert await store.record([one, one], NOW) == [RECORDED, REPEATED]
    assert await store.record([other, one], NOW) == [RECORDED, REPEATED]
    changed = batch("a", call(), call(), digest="else")
    assert await store.record([changed], NOW) == [CONFLICTING]
    assert [found.requests for found in await store.tallies()] == [2]


async def test_batches_are_known_for_a_day(store: Store) -> None:
    """Then their ids are forgotten, and nothing is kept of them."""
    await store.record([batch("a", call())], NOW)
    assert await store.record([batch("a", call())], NOW + port.BATCHES_KEPT - 1) == [REPEATED]
    assert await store.record([batch("a", call())], NOW + port.BATCHES_KEPT) == [RECORDED]


async def test_the_number_of_known_batches_is_bounded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of too many, the oldest go."""
    for module in ("calling", "memory"):
        monkeypatch.setattr(f"modeldex.store.{module}.MOST_BATCHES", 3)
    for number in range(6):
        await store.record([batch(str(number), call())], NOW + number)
    await store.roll_up(NOW + 6)
    known = [await store.record([batch(str(n), call())], NOW + 7) for n in (5, 4, 3)]
    assert known == [[REPEATED]] * 3
    assert await store.record([batch("1", call())], NOW + 7) == [RECORDED]


async def test_more_offers_than_a_statement_can_name(store: Store) -> None:
    """In one batch, twice over."""
    many = [call(f"acme/m{number:05d}") for number in range(BATCH + 1)]
    for name in ("a", "b"):
        await store.record([batch(name, *many)], NOW)
    found = await store.tallies()
    assert [one.offer for one in found] == [one.offer for one in many]
    assert {one.requests for one in found} == {2}


async def test_hours_become_days_and_days_are_forgotten(store: Store) -> None:
    """The sums stay the same as long as they are kept; only speeds go with the hours."""
    ages = [0, HOUR, DAY, 2 * DAY, 3 * DAY, 3 * DAY + HOUR, KEPT - HOUR]
    for number, age in enumerate(ages):
        told = call(at=NOW - age, latency_ms=5.0, cost=Decimal("0.1"), input_tokens=1)
        await store.record([batch(str(number), told)], NOW - age)
    await store.roll_up(NOW)
    found = await store.tallies()

    assert sum(one.requests for one in found) == len(ages)
    assert sum(one.cost or 0 for one in found) == Decimal("0.7")
    assert {one.length: one.speeds is None for one in found} == {HOUR: False, DAY: True}
    assert [one.requests for one in found if one.length == DAY] == [1, 2, 1]
    await store.roll_up(NOW + 2 * KEPT)
    assert await store.tallies() == ()


async def test_a_late_call_falls_into_the_day_that_is_there(store: Store) -> None:
    """Reported days after, it is counted where the others of its time are."""
    at = NOW - 5 * DAY
    await store.record([batch("a", call(at=at))], at)
    await store.roll_up(NOW)
    await store.record([batch("b", call(at=at + HOUR, latency_ms=5.0))], NOW)
    (found,) = await store.tallies()
    assert (found.length, found.requests, found.speeds) == (DAY, 2, None)


CALLS = st.builds(
    Call,
    offer=st.sampled_from(["acme/m1", "acme/m2", "bolt/m1"]),
    at=st.integers(NOW - KEPT + 1, NOW),
    outcome=st.sampled_from(OUTCOMES),
    latency_ms=st.none() | st.floats(0, 10**6),
    output_tokens=st.none() | st.integers(0, 10**6),
    cost=st.none() | st.decimals(0, 100, places=9),
)


@settings(max_examples=scaled(50, 1000), deadline=None)
@given(st.lists(CALLS, max_size=60), st.integers(1, 7))
def test_how_calls_are_grouped_does_not_matter(calls: list[Call], size: int) -> None:
    """One batch or many, in any order: the same tallies; storage is bounded by buckets."""
    whole = tallies.counted([batch("all", *calls)], NOW)
    parts = [
        Batch(id=str(n), digest="", calls=tuple(calls[n : n + size]))
        for n in range(0, len(calls), size)
    ]
    apart = [tallies.counted([one], NOW) for one in reversed(parts)]
    assert tallies.merged(one for found in apart for one in found.values()) == whole
    assert len(whole) <= 3 * (KEPT // DAY + 2 + 2 * 24)
    assert sum(one.requests for one in whole.values()) == len(calls)


async def test_writers_at_once_lose_nothing(url: str) -> None:
    """Several processes on one database, each with batches of its own and some of another's."""
    stores = [SqlStore(url) for _ in range(3)]
    for one in stores:
        await one.open()
    many = batches(call(f"acme/m{n % 4}", cost=Decimal("0.01")) for n in range(scaled(60, 600)))

    async def write(store: SqlStore) -> int:
        became = [await store.record(many[n : n + 5], NOW) for n in range(0, len(many), 5)]
        return sum(found == RECORDED for each in became for found in each)

    counts = await asyncio.gather(*map(write, stores))
    found = await stores[0].tallies()
    for one in stores:
        await one.close()
    assert sum(counts) == sum(one.requests for one in found) == len(many)
    assert sum(one.cost or 0 for one in found) == len(many) * Decimal("0.01")


async def test_the_number_of_statements_does_not_depend_on_the_calls(database: SqlStore) -> None:
    """A transaction for any number of calls of the same offers."""
    counts = []
    for number, size in enumerate((1, 10, 1000)):
        with statements(database) as found:
            await database.record([batch(str(number), *[call()] * size)], NOW)
        counts.append(len(found))
    assert len(set(counts)) == 1
    with statements(database) as found:
        await database.tallies()
    assert len(found) == 1


async def test_what_cannot_be_read_is_one_clear_error(database: SqlStore) -> None:
    """A row that somebody else changed is not taken for nothing."""
    await database.record([batch("a", call(latency_ms=5.0))], NOW)
    async with database.engine.begin() as connection:
        await connection.execute(text("update call_tallies set cost = 'much'"))
    with pytest.raises(StoreError, match="cannot be read"):
        await database.tallies()


def test_a_row_stays_small() -> None:
    """A hundred thousand calls of one hour, of every speed, are a few kilobytes."""
    spread: list[Any] = [
        call(latency_ms=10 + number * 1.7, first_token_ms=5 + number * 0.3, output_tokens=number)
        for number in range(100_000)
    ]
    (found,) = tallies.counted([batch("a", *spread)], NOW).values()
    assert len(msgspec.msgpack.encode(found.speeds)) < 20_000
