"""A refresher whose clock, store, sources and providers a test holds in its hands."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from modeldex.errors import StoreError
from modeldex.refresh.asking import Questioner, Terms
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.order import Decision, Order
from modeldex.refresh.refresher import Clock as RefresherClock
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.report import Outcome, Report
from modeldex.refresh.schedule import Schedule
from modeldex.refresh.selection import Selection
from modeldex.refresh.suspicion import Thresholds
from modeldex.refresh.world import Moment
from modeldex.snapshot.publish import Publisher, read_pointer
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.base import Changes, Remembered, Store
from modeldex.store.memory import MemoryStore
from support.provider import FakeProvider, Reply

START = 1_795_435_200.0  # 2026-11-23T12:00:00Z
INTERVAL = 900.0
TIMEOUT = 10.0
MOST = 2**20  # bytes of an answer
BUILT_IN = registry.load().by_id


class Clock:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.seconds = START

    def moment(self) -> Moment:
        """Return now."""
        return Moment(self.seconds, self.time().date().isoformat())

    def time(self) -> datetime:
        """Return now as a date."""
        return datetime.fromtimestamp(self.seconds, UTC)


class Notebook:
    """A log that keeps its lines as (level, sentence, facts)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def info(self, event: str, **facts: Any) -> None:
        """Note something normal."""
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: Any) -> None:
        """Note something that somebody should know."""
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: Any) -> None:
        """Note something that somebody should do something about."""
        self.lines.append(("error", event, facts))

    def of(self, level: str) -> list[str]:
        """Return the sentences of one level."""
        return [event for found, event, _ in self.lines if found == level]


class WatchedStore(MemoryStore):
    """A store in memory that a test watches, and whose disk is full when it says so.

    Attributes:
        written: how many answers each save was given.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written: list[int] = []
        self.is_full = self.is_gone = False

    @override
    async def known(self) -> Remembered:
        if self.is_gone:
            raise StoreError("The store is gone.")
        return await super().known()

    @override
    async def save(self, changes: Changes) -> int:
        if self.is_full:
            raise StoreError("The disk is full.")
        self.written.append(len(changes.answers))
        return await super().save(changes)


class Workshop:
    """A refresher over a directory of declarations and one scripted provider."""

    def __init__(
        self,
        directory: Path,
        provider: FakeProvider,
        pool: Executor,
        store: Store | None = None,
        asker: type[Asker] = Asker,
    ) -> None:
        self.sources, self.provider = directory / "sources", provider
        self.sources.mkdir()
        self.clock, self.log, self.store = Clock(), Notebook(), store or MemoryStore()
        self.asker = asker(Addresses(lambda _: None, None), TIMEOUT, self.clock.time)
        self.publisher = Publisher(directory / "snapshots", lambda: self.clock.seconds, pool)
        self.refresher = self._new_refresher()

    def restart(self) -> None:
        """Go on as a new process would: with what is in the store and the directories alone."""
        self.refresher = self._new_refresher()

    def _new_refresher(self) -> Refresher:
        return new_refresher(
            self.clock, self.log, self.store, self.asker, self.publisher, self._own
        )

    def declare(self, source: str, lines: str = "") -> None:
        """Declare a source at the provider's path of its name."""
        (self.sources / f"{source}.toml").write_text(page(source, self.provider.url, lines))

    def answers(self, source: str, *replies: Reply) -> None:
        """Let the provider answer for a source."""
        self.provider.script(f"/{source}/models", *replies)

    def asked(self, source: str) -> int:
        """Return how often a source was asked."""
        return self.provider.count(f"/{source}/models")

    async def refresh(self, *sources: str, **order: Any) -> Report:
        """Refresh *sources*, all that are declared here unless named."""
        return await self.refresher.refresh(Order(sources=sources, **order))

    async def decide(self, *decisions: Decision) -> Report:
        """Carry out *decisions* and ask nobody."""
        return await self.refresher.refresh(Order(decisions=decisions, ask_nobody=True))

    async def price(self, model: str, source: str = "acme") -> str:
        """Return the input price that is held of a model."""
        rows = next(
            one.rows for one in (await self.store.known()).listings if one.source == source
        )
        listing = next(r.listing for r in rows if r.listing.provider_model_id == model)
        return f"{listing.rates[0].usd:f}"

    def offers(self) -> list[str]:
        """Return the ids in the current snapshot."""
        return offers(self.refresher.directory)

    def statuses(self) -> dict[str, str]:
        """Return the status of each offer in the current snapshot."""
        return statuses(self.refresher.directory)

    def _own(self) -> Registry:
        """Return what the test declared and nothing that is built in."""
        found = registry.load(self.sources)
        own = [one for one in found.by_id.values() if one.id not in BUILT_IN]
        return Registry(own, list(found.broken))


def new_refresher(  # noqa: PLR0913, PLR0917 - each of its parts may be another one
    clock: Clock,
    log: Notebook,
    store: Store,
    asker: Asker,
    publisher: Publisher,
    load: Callable[[], Registry],
    most: int = MOST,
) -> Refresher:
    """Return a refresher with the defaults of a new installation, but without chance."""
    terms = Terms(
        schedule=Schedule(INTERVAL, lambda: 0.5),
        breaker=Breaker(),
        thresholds=Thresholds(),
        most_bytes=MOST,
        description_length=2000,
    )
    return Refresher(
        store=store,
        selection=Selection(load, None, asker),
        questioner=Questioner(
            asker, terms, lambda: Fetcher(8, most, use_proxies=False), lambda: clock.seconds
        ),
        publisher=publisher,
        clock=RefresherClock(
            clock.moment, lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat()
        ),
        log=log,
    )


def page(source: str, url: str, lines: str = "") -> str:
    """Return the declaration of a source at *url* that needs no key."""
    return (
        f'id = "{source}"\nname = "{source.title()}"\n'
        f'list = "{url}/{source}/models"\ninsecure = true\nrows = "data"\n{lines}\n'
        '[fields]\nid = "id"\n[rates]\ninput = { at = "pricing.prompt", usd_per = "1" }\n'
        'output = { at = "pricing.completion", usd_per = "1" }\n'
    )


def models(*ids: str, prompt: str = "0.000001", headers: Mapping[str, str] | None = None) -> Reply:
    """Return an answer that lists *ids* at one price."""
    pricing = {"prompt": prompt, "completion": prompt}
    body = json.dumps({"data": [{"id": one, "pricing": pricing} for one in ids]})
    return Reply(body.encode(), headers=headers or {})


def offers(directory: Path) -> list[str]:
    """Return the offers' ids in the current snapshot of a directory, sorted."""
    return list(statuses(directory))


def statuses(directory: Path) -> dict[str, str]:
    """Return the status of each offer in the current snapshot of a directory."""
    return {row["id"]: row["status"] for row in rows(directory)}


def rows(directory: Path) -> list[dict[str, Any]]:
    """Return the native rows in the current snapshot of a directory."""
    current = read_pointer(directory).current
    if current is None:
        return []
    uri = f"file:{directory / current.file}?immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        bodies = connection.execute("select body from offer_native order by rank").fetchall()
    return [json.loads(body) for (body,) in bodies]


def outcome(report: Report, source: str) -> Outcome:
    """Return what became of one source."""
    return next(one for one in report.outcomes if one.source == source)
