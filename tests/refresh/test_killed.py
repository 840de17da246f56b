"""The refresher or PostgreSQL is killed at any moment: what is remembered is whole."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import msgspec
import pytest
from typing_extensions import override

from modeldex.domain.history import ADDED, PRICE, REMOVED, RETURNED, Event, Fact
from modeldex.history import states
from modeldex.snapshot.publish import read_pointer
from modeldex.store import reading
from modeldex.store.base import Basis
from modeldex.store.engine import READS, transaction
from modeldex.store.sql import SqlStore
from support import live, postgres, refreshing
from support.postgres import Postgres
from support.provider import FakeProvider, Reply
from support.scale import scaled

TESTS = Path(__file__).parents[1]
KILLS = scaled(4, 100)
SOURCES = ("acme", "bolt")
Key = tuple[str, str, str]
Kill = Callable[["Child"], None]


class Child:
    """A process that refreshes on and on.

    Attributes:
        lines: what it has said so far, as words and values.
    """

    def __init__(self, url: str, directory: Path) -> None:
        command = [sys.executable, "-m", "support.refreshing_on", url, str(directory)]
        env = live.variables(directory) | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        self.lines: list[tuple[str, str]] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def said(self, word: str) -> list[str]:
        """Return the values that it has said with a word."""
        return [value for found, value in list(self.lines) if found == word]

    def await_snapshots(self, more: int) -> None:
        """Wait until it has published so many more."""
        wanted = len(self.said("snapshot")) + more
        live.eventually(lambda: len(self.said("snapshot")) >= wanted or self.process.poll())
        assert self.process.poll() is None

    def kill(self) -> None:
        """End it at once, and hear what it had said."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                word, _, value = line.rstrip("\n").partition(" ")
                self.lines.append((word, value))


@pytest.fixture
def directory(tmp_path: Path, fake_provider: FakeProvider) -> Path:
    """Declarations of two sources, no two of whose many answers have a price in common."""
    (tmp_path / "sources").mkdir()
    for source in SOURCES:
        text = refreshing.page(source, fake_provider.url)
        (tmp_path / "sources" / f"{source}.toml").write_text(text)
        fake_provider.replies[f"/{source}/models"] = Endless()
    return tmp_path


class Endless(list[Reply]):
    """Answers without an end: each has new prices, and a listing more or less than the last."""

    def __init__(self) -> None:
        super().__init__([Reply(), Reply()])
        self._numbers = count(1)

    @override
    def pop(self, _index: object = 0) -> Reply:
        """Return the next one."""
        number = next(self._numbers)
        names = [f"m{one}" for one in range(20 + number % 3)]
        return refreshing.models(*names, prompt=f"0.000001{number:05}")


@pytest.fixture
def mortal() -> Iterator[Postgres]:
    """A server that may be killed."""
    with postgres.running() as found:
        yield found


async def test_a_refresher_that_is_killed_on_sqlite_leaves_nothing_half(directory: Path) -> None:
    """Wherever it is killed, the next one finds a whole commit, and goes on."""
    await check_kills(f"sqlite:///{directory}/store.db", directory, [Child.kill])


async def test_a_killed_refresher_or_postgresql_leaves_nothing_half(
    directory: Path, mortal: Postgres
) -> None:
    """In turns: the refresher, the process that serves it, and the server with all of its own."""
    url = mortal.create()

    def kill_backend(_child: Child) -> None:
        for one in mortal.processes(f" {mortal.name(url)} "):
            os.kill(one, signal.SIGKILL)

    def kill_server(_child: Child) -> None:
        mortal.kill()
        mortal.restart()

    await check_kills(url, directory, [Child.kill, kill_backend, kill_server])
    mortal.drop(url)


async def check_kills(url: str, directory: Path, kills: list[Kill]) -> None:
    """Kill at random moments of refreshes, and each time look at what is left."""
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    published: set[str | None] = set()
    for number in range(KILLS):
        child = Child(url, directory)
        try:
            child.await_snapshots(1)
            began = time.monotonic()
            child.await_snapshots(1)
            await asyncio.sleep(chance.uniform(0, 1.5 * (time.monotonic() - began)))
            kills[number % len(kills)](child)
            if child.process.poll() is None:  # the database was killed: it goes on by itself
                child.await_snapshots(2)
        finally:
            child.kill()
        published |= {*child.said("snapshot")}
        await check(url, directory, child, published)


async def check(url: str, directory: Path, child: Child, published: set[str | None]) -> None:
    """See that nothing is lost, that nothing is half, and that what is served was remembered."""
    store = SqlStore(url)
    await store.open()
    try:
        async with transaction(store.engine, READS) as connection:
            marker = await reading.marker(connection)
            basis = await reading.whole(connection, marker.number)
            known = await reading.known(connection)
            seen = [
                one for name in SOURCES for one in await reading.observations(connection, name)
            ]
    finally:
        await store.close()
    last = int(child.said("commit")[-1])
    assert marker.number in {last, last + 1}
    assert [one.number for one in basis.ledger.facts] == list(range(1, marker.facts + 1))
    assert [one.number for one in basis.ledger.events] == list(range(1, marker.events + 1))
    assert len(seen) == marker.observations == 2 * marker.number
    assert {one.answered_at for one in known.health.values()} == {float(marker.recorded_at)}
    believed = [one for one in basis.ledger.facts if one.superseded_at is None]
    check_listings(basis, believed)
    check_events(basis, believed, min(one.observed_at for one in seen))
    served = prices_served(directory)
    assert served in [prices_at(believed, one.observed_at) for one in seen]
    current = read_pointer(directory / "snapshots").current
    assert current is not None
    if current.id not in published:  # it was killed before it could say so
        assert served == prices_at(believed, marker.recorded_at)
        published.add(current.id)


def check_listings(basis: Basis, believed: list[Fact]) -> None:
    """See that what is held of the sources is what is believed of them now."""
    held = {
        (one.source, *name): states.said(listing)
        for one in basis.listings
        for name, listing in states.present(one.rows).items()
    }
    assert held == {one.key: one.state for one in believed if one.valid_until is None}
    assert {one.source for one in basis.listings} == {*SOURCES}


def check_events(basis: Basis, believed: list[Fact], first: int) -> None:
    """See that each change of what is believed is told by an event, and each event by a change."""
    begun = {(one.key, one.valid_from): one for one in believed}
    ended = {(one.key, one.valid_until): one for one in believed}
    steps = {(*at, *prices(ended[at]), *prices(one)) for at, one in begun.items() if at in ended}
    told = {(*at, *usd(one.old), *usd(one.new)) for at, one in happened(basis, PRICE)}
    assert steps == told
    assert {at for at in begun if at not in ended and at[1] != first} == {
        at for at, _ in happened(basis, ADDED, RETURNED)
    }
    assert {at for at in ended if at not in begun and at[1]} == {
        at for at, _ in happened(basis, REMOVED)
    }


def happened(basis: Basis, *kinds: str) -> Iterator[tuple[tuple[Key, int | None], Event]]:
    """Yield the events of some kinds, each with its listing and when it happened."""
    for one in basis.ledger.events:
        if one.kind in kinds:
            yield ((one.source, one.provider, one.provider_model_id), one.happened_at), one


def prices(fact: Fact) -> list[Decimal]:
    """Return what the rates of a fact cost."""
    return [one.usd for one in fact.state.rates]


def usd(rates: msgspec.Raw | None) -> list[Decimal]:
    """Return what rates cost that an event tells of."""
    assert rates is not None
    return [Decimal(one["usd"]) for one in msgspec.json.decode(rates)]


def prices_at(believed: Iterable[Fact], moment: int) -> dict[tuple[str, str], Decimal]:
    """Return what was listed at a moment, at which input price."""
    return {
        (one.provider, one.provider_model_id): prices(one)[0]
        for one in believed
        if (one.valid_from or 0) <= moment
        and (one.valid_until is None or moment < one.valid_until)
    }


def prices_served(directory: Path) -> dict[tuple[str, str], Decimal]:
    """Return what the current snapshot lists as available, at which input price."""
    return {
        (row["provider_slug"], row["provider_model_id"]): Decimal(row["pricing"]["prompt"])
        for row in refreshing.rows(directory / "snapshots")
        if row["status"] == "available"
    }
