"""What a refresh asks of PostgreSQL, counted on the wire; a read asks nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from math import ceil
from pathlib import Path

import msgspec
import pytest

from modeldex.snapshot import status
from modeldex.store.metrics import StoreMetrics
from modeldex.store.reading import BATCH
from modeldex.store.sql import SqlStore
from support import wire, workers
from support.counting import Wire, counting
from support.postgres import Postgres
from support.provider import FakeProvider
from support.refreshing import INTERVAL, Workshop, models
from support.scale import scaled

SOURCES = [f"s{number}" for number in range(8)]
SIZES = (1_000, scaled(4_000, 40_000))  # offers
PRICES = ("0.000001", "0.000002", "0.000002")  # at a first refresh, at one that changes all, …
READS = ("/v1/models", "/v1/models?unique=true&sort=price", "/v1/models?q=m1", "/v1/models/s0/m1")


class Counts(msgspec.Struct):
    """What one refresh sent.

    Attributes:
        executed: how often each statement was run.
        waits: how often it waited for an answer.
        batches: how many batches the store declares for the rows that the refresh left behind.
    """

    executed: Counter[str]
    waits: int
    batches: Counter[str]

    @property
    def others(self) -> dict[str, int]:
        """How often each statement was run that is not declared to be run in batches."""
        return {name: n for name, n in self.executed.items() if name not in self.batches}


@pytest.fixture
async def on_wire(postgres: Postgres) -> AsyncIterator[Wire]:
    """A way to the server that counts."""
    async with counting(postgres.socket) as found:
        yield found


async def refreshes(
    directory: Path, provider: FakeProvider, on_wire: Wire, url: str, offers: int
) -> list[Counts]:
    """Return what a first refresh takes, one that changes every price, and one that finds nothing.

    A first, empty refresh has connected and introduced itself before.
    """
    store, direct = SqlStore(on_wire.url(url)), SqlStore(url)
    await store.open()
    found = []
    with ThreadPoolExecutor(1) as pool:
        shop = Workshop(directory, provider, pool, store)
        for price in PRICES:
            listed = [f"m{number}" for number in range(offers // len(SOURCES))]
            for source in SOURCES:
                shop.declare(source)
                shop.answers(source, models(*listed, prompt=price))
            found.append(await counted(shop, on_wire, direct))
            shop.clock.seconds += INTERVAL
        assert len(shop.offers()) == offers
    await store.close()
    await direct.close()
    return found


async def counted(shop: Workshop, on_wire: Wire, direct: SqlStore) -> Counts:
    """Return what one refresh sends, and the batches of what it left behind in the store."""
    before, executed, waits = await left(direct), on_wire.executed.copy(), on_wire.waits
    report = await shop.refresh()
    assert report.problem is None
    assert len(report.outcomes) == len(SOURCES)
    after = await left(direct)
    return Counts(
        executed=on_wire.executed - executed,
        waits=on_wire.waits - waits,
        batches=Counter({name: ceil((after[name] - before[name]) / BATCH) for name in after}),
    )


async def left(direct: SqlStore) -> dict[str, int]:
    """Return how many rows the store holds of what is written in batches."""
    ledger = (await direct.basis(0)).ledger
    return {
        "insert facts": len(ledger.facts),
        "update facts": sum(one.superseded_at is not None for one in ledger.facts),
        "insert events": len(ledger.events),
    }


@pytest.mark.finding("PR-C1")
async def test_the_number_of_statements_does_not_depend_on_the_offers(
    tmp_path: Path, fake_provider: FakeProvider, on_wire: Wire, postgres: Postgres
) -> None:
    """Of a refresh and its build: but for the declared batches, it sends the same, as often."""
    found: list[list[Counts]] = []
    for offers in SIZES:
        (directory := tmp_path / str(offers)).mkdir()
        url = postgres.create()
        found.append(await refreshes(directory, fake_provider, on_wire, url, offers))
        postgres.drop(url)
    for fewer, more in zip(*found, strict=True):
        assert more.others == fewer.others
        assert more.waits - more.batches.total() == fewer.waits - fewer.batches.total()
    for one in chain(*found):
        assert {name: one.executed[name] for name in one.batches} == one.batches
    assert [one.batches.total() for one in found[0]] == [2, 4 + 2 + 2, 0]
    assert found[1][1].batches["insert events"] == SIZES[1] / BATCH
    assert found[1][2].waits < 20


async def test_the_status_has_what_the_store_was_asked(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """With every refresh it is more."""
    ticks = count()
    metrics = StoreMetrics(lambda: float(next(ticks)), slow_seconds=0.5)
    store = SqlStore(f"sqlite:///{tmp_path / 'store.db'}", metrics=metrics)
    await store.open()
    with ThreadPoolExecutor(1) as pool:
        shop = Workshop(tmp_path, fake_provider, pool, store)
        shop.declare("acme")
        shop.answers("acme", models("m1"))
        await shop.refresh()
    await store.close()
    found = status.read(shop.refresher.directory)
    assert found is not None
    assert found.store is not None
    assert found.store.statements == found.store.seconds == found.store.slow > 10
    assert found.store.replica_unused == 0


async def test_reads_send_nothing(
    tmp_path: Path, fake_provider: FakeProvider, on_wire: Wire, postgres_url: str
) -> None:
    """Workers that are told where the store is have no connection to it, whatever is asked."""
    await refreshes(tmp_path, fake_provider, on_wire, postgres_url, 1_000)
    before = on_wire.connections, on_wire.statements, on_wire.waits
    asked = await asyncio.to_thread(_read, tmp_path, on_wire.url(postgres_url))
    assert asked == [200] * len(READS)
    assert (on_wire.connections, on_wire.statements, on_wire.waits) == before


def _read(directory: Path, store_url: str) -> list[int]:
    with workers.several(directory, 2, STORE_URL=store_url) as (url, _):
        return [wire.ask(url, path).status for path in READS]
