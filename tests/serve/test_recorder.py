"""The recorder: group commit, bounds, failures and the end."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from modeldex.domain.calls import RECORDED, REPEATED, Batch
from modeldex.errors import StoreError
from modeldex.serve.recorder import Recorder
from modeldex.store.memory import MemoryStore
from support.observing import NOW, batch, call
from support.refreshing import Notebook


class Gated(MemoryStore):
    """A store whose transactions a test lets through.

    Attributes:
        groups: the ids of the batches of each transaction.
        problem: what each transaction fails with, if anything.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.groups: list[list[str]] = []
        self.problem: Exception | None = None
        self.closed = 0

    @override
    async def record(self, batches: Sequence[Batch], now: int) -> list[str]:
        await self.gate.wait()
        self.groups.append([one.id for one in batches])
        if self.problem is not None:
            raise self.problem
        return await super().record(batches, now)

    @override
    async def close(self) -> None:
        self.closed += 1


def recorder(store: Gated, most: int = 100, log: Notebook | None = None) -> Recorder:
    """Return a recorder of a store."""

    async def connect() -> Gated:
        return store

    return Recorder(connect, lambda: float(NOW), log or Notebook(), most)


def begun(found: Recorder, *sent: Batch) -> list[asyncio.Task[str]]:
    """Return the tasks that record batches."""
    return [asyncio.create_task(found.record(one)) for one in sent]


async def settle() -> None:
    """Let every task run as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_comes_meanwhile_shares_a_transaction() -> None:
    """The first goes alone, all others together, and each hears what became of its own."""
    store = Gated()
    found = recorder(store)
    tasks = begun(found, batch("a", call()))
    await settle()
    tasks += begun(found, *(batch(name, call()) for name in "bcdb"))
    await settle()
    store.gate.set()

    assert await asyncio.gather(*tasks) == [RECORDED] * 4 + [REPEATED]
    assert store.groups == [["a"], ["b", "c", "d", "b"]]
    assert [one.requests for one in await store.tallies()] == [4]


async def test_nobody_is_answered_before_the_commit() -> None:
    """What is answered is durable."""
    store = Gated()
    (task,) = begun(recorder(store), batch("a", call()))
    await settle()
    assert not task.done()
    store.gate.set()
    assert await task == RECORDED


async def test_more_than_may_wait_is_refused_at_once() -> None:
    """The bound counts calls, those under way included, and is free again afterwards."""
    store = Gated()
    found = recorder(store, most=10)
    tasks = begun(found, batch("a", *[call()] * 6), batch("b", *[call()] * 4))
    await settle()
    with pytest.raises(StoreError, match="Too many"):
        await found.record(batch("c", call()))
    store.gate.set()
    await asyncio.gather(*tasks)
    assert await found.record(batch("c", *[call()] * 10)) == RECORDED


@pytest.mark.parametrize("problem", [StoreError("the disk is full"), KeyError("a fault")])
async def test_all_of_a_failed_transaction_hear_of_it(problem: Exception) -> None:
    """Once in the log; the next batch is tried anew."""
    store, log = Gated(), Notebook()
    store.problem = problem
    found = recorder(store, log=log)
    store.gate.set()
    tasks = begun(found, batch("a", call()), batch("b", call()))
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(one) for one in answers] == [StoreError, StoreError]
    assert log.of("error") == ["calls could not be recorded"]
    store.problem = None
    assert await found.record(batch("a", call())) == RECORDED


async def test_a_store_that_cannot_be_opened_is_tried_again() -> None:
    """A worker outlives a database that is down."""
    store, tries = Gated(), list[int]()
    store.gate.set()

    async def connect() -> Gated:
        tries.append(1)
        if len(tries) < 3:
            raise StoreError("The store cannot be reached.")
        return store

    found = Recorder(connect, lambda: float(NOW), Notebook())
    for _ in range(2):
        with pytest.raises(StoreError):
            await found.record(batch("a", call()))
    assert await found.record(batch("a", call())) == RECORDED
    assert len(tries) == 3


async def test_a_client_that_goes_away_costs_the_others_nothing() -> None:
    """Its batch is counted all the same, and so are theirs."""
    store = Gated()
    found = recorder(store)
    first, second = begun(found, batch("a", call()), batch("b", call()))
    await settle()
    first.cancel()
    await settle()
    store.gate.set()
    assert await second == RECORDED
    assert [one.requests for one in await store.tallies()] == [2]


async def test_closing_records_what_waits() -> None:
    """And then lets go of the store; without any call, there is none."""
    store = Gated()
    found = recorder(store)
    await found.close()
    assert store.closed == 0
    tasks = begun(found, batch("a", call()))
    await settle()
    store.gate.set()
    await found.close()
    assert [await one for one in tasks] == [RECORDED]
    assert store.closed == 1
