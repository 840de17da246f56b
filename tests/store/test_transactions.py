"""Whoever reads sees the state before a save or after it, never one between."""

import asyncio

from modeldex.store import reading
from modeldex.store.base import Basis, Changes
from modeldex.store.engine import READS, transaction
from modeldex.store.sql import SqlStore
from support.scale import scaled
from support.stored import FULL_HEALTH, changed, fact, plain


def step(number: int) -> Changes:
    """Return a refresh that replaces one fact and one listing by others."""
    return Changes(
        health=[FULL_HEALTH],
        answers=[plain("acme", f"m{number}")],
        hidden=[f"acme/m{number}"],
        shown=[f"acme/m{number - 1}"],
        superseded=[number - 1] if number > 1 else [],
        facts=[fact(native=f"m{number}", at=number)],
        events=[changed(f"m{number}", number)],
        recorded_at=number,
    )


def check(found: Basis) -> None:
    """See that all parts of what was read are of one commit."""
    last = f"m{found.commit}"
    (believed,) = [one for one in found.ledger.facts if one.superseded_at is None]
    assert believed.provider_model_id == last
    assert found.ledger.events[-1].provider_model_id == last
    assert [one.listing.provider_model_id for one in found.listings[0].rows] == [last]
    assert found.hidden == {f"acme/{last}"}


async def test_a_reading_is_of_the_moment_when_it_began(database: SqlStore) -> None:
    """What others save while it reads is not in it, though they need not wait."""
    await database.save(step(1))
    async with transaction(database.engine, READS) as connection:
        assert (await reading.marker(connection)).number == 1
        assert await database.save(step(2)) == 2
        found = await reading.whole(connection, 0)
    assert found.commit == 1
    check(found)
    check(await database.basis(2))


async def test_readings_beside_saves_are_each_of_one_commit(database: SqlStore) -> None:
    """Any number of readings, at any moment, while one refresh follows another."""
    commits, seen = scaled(20, 500), set()
    await database.save(step(1))

    async def write() -> None:
        for number in range(2, commits + 1):
            await database.save(step(number))

    writing = asyncio.create_task(write())
    while not writing.done():
        found = await database.basis(1)
        check(found)
        seen.add(found.commit)
    await writing
    check(await database.basis(commits))
    assert len(seen) > 1


async def test_two_savings_at_once_come_one_after_the_other(database: SqlStore) -> None:
    """Each has a number of its own, and so have its facts."""
    both = (database.save(Changes(facts=[fact()] * 600)) for _ in range(2))
    assert sorted(await asyncio.gather(*both)) == [1, 2]
    facts = (await database.basis(2)).ledger.facts
    assert [one.number for one in facts] == list(range(1, 1_201))
