"""The refresher: its store, its sources, its publisher and its clock."""

import asyncio
import gc
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from modeldex import settings as settings_module
from modeldex import telemetry
from modeldex.bootstrap import following, overriding, storing, traces
from modeldex.bootstrap.keykeeping import keeping_keys
from modeldex.fleet.local import FileLock, Mailbox
from modeldex.refresh import loop
from modeldex.refresh.asking import Progress, Questioner, Terms
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Clock, Refresher
from modeldex.refresh.report import Report
from modeldex.refresh.schedule import Schedule
from modeldex.refresh.selection import Selection
from modeldex.refresh.suspicion import Thresholds
from modeldex.refresh.world import Moment
from modeldex.settings import Settings
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.telemetry import Log

_LOOK = 0.1  # seconds between two looks for a report
_NICE = 19
_COLLECT = (50_000, 20, 50)  # objects, and how often the older generations are looked at


class Requests:
    """The mailbox in the words of the refresher."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def pending(self) -> list[tuple[str, Order]]:
        """Return the requests that nobody has answered; what is no request is removed."""
        found = []
        for name, body in self.mailbox.pending():
            try:
                found.append((name, msgspec.json.decode(body, type=Order)))
            except msgspec.DecodeError:
                self.mailbox.withdraw(name)
        return found

    def answer(self, name: str, report: Report) -> None:
        """Hand a request its report."""
        self.mailbox.answer(name, msgspec.json.encode(report))


@asynccontextmanager
async def refresher(settings: Settings, log: Log) -> AsyncIterator[Refresher]:
    """Give a refresher whose store is open.

    Raises:
        StoreError: the store cannot be opened.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = storing.store(settings, log)
    threads = max(1, (os.cpu_count() or 2) - 1)
    addresses = Addresses(settings_module.variable, settings.source_mirror)
    asker = Asker(addresses, settings.source_timeout, lambda: datetime.now(UTC))
    with ThreadPoolExecutor(threads, thread_name_prefix="compress") as pool:
        await store.open()
        try:
            yield traces.refresher(settings, Refresher)(
                store=store,
                selection=Selection(
                    lambda: registry.load(settings.sources_dir),
                    None if settings.sources is None else frozenset(settings.sources),
                    asker,
                    lambda: overriding.load(settings.overrides),
                ),
                questioner=Questioner(
                    asker, _terms(settings), lambda: _fetcher(settings), time.perf_counter
                ),
                publisher=Publisher(settings.snapshots, time.time, pool),
                clock=Clock(_moment, _stamp),
                log=log,
            )
        finally:
            await store.close()


async def once(settings: Settings, log: Log, order: Order, progress: Progress) -> Report:
    """Run one refresh here, or have it run by the process that holds the lock.

    Raises:
        StoreError: it could not be run.
    """
    lock, mailbox = FileLock(_lock_file(settings)), Mailbox(settings.data_dir / "requests")
    name: str | None = None
    try:
        while not lock.acquire():
            name = name or mailbox.post(msgspec.json.encode(order))
            report = mailbox.collect(name)
            if report is not None:
                return msgspec.json.decode(report, type=Report)
            await asyncio.sleep(_LOOK)
        if name is not None and (report := mailbox.collect(name)) is not None:
            return msgspec.json.decode(report, type=Report)
        return await _holding_the_lock(settings, log, order, progress, Requests(mailbox))
    finally:
        if name is not None:
            mailbox.withdraw(name)
        lock.release()


async def _holding_the_lock(
    settings: Settings, log: Log, order: Order, progress: Progress, requests: Requests
) -> Report:
    async with refresher(settings, log) as found:
        found.publisher.clean()
        report = await found.refresh(order, progress)
        for name, other in requests.pending():
            if other == order:
                requests.answer(name, report)
        return report


def run_forever(parent: int) -> None:
    """Be the refresher process of a ``serve`` whose process id is *parent*, until that ends."""
    settings = settings_module.load()
    log = telemetry.configure(settings.log_format)
    os.nice(_NICE)
    following.end_with(parent)  # at once, even within a cycle: a publish is dropped whole
    spare_the_collector()
    lock = FileLock(_lock_file(settings))

    def alive() -> bool:
        return os.getppid() == parent

    while alive() and not lock.acquire():
        time.sleep(1.0)
    if alive():
        asyncio.run(_run(settings, log, alive))


def spare_the_collector() -> None:
    """Look for cycles of garbage less often: a build makes millions of values and hardly any."""
    gc.set_threshold(*_COLLECT)


async def _run(settings: Settings, log: Log, alive: Callable[[], bool]) -> None:
    mailbox = Mailbox(settings.data_dir / "requests")
    mailbox.clear()
    async with refresher(settings, log) as found, keeping_keys(settings, log):
        await loop.run(found, Requests(mailbox), alive, lambda: _written(settings))


def _written(settings: Settings) -> object:
    """Return what differs when an operator's own files come, go or change."""
    return registry.stamp(settings.sources_dir), overriding.stamp(settings.overrides)


def _terms(settings: Settings) -> Terms:
    return Terms(
        schedule=Schedule(settings.refresh_interval, random.random),
        breaker=Breaker(
            failures=settings.breaker_failures,
            shortest=settings.breaker_seconds,
            longest=settings.breaker_longest,
        ),
        thresholds=Thresholds(
            factor=settings.guard_factor,
            least_share=settings.guard_least_share,
            most_suspicious=settings.guard_most_suspicious,
            answers=settings.guard_answers,
            retire_after=settings.retire_after,
        ),
        description_length=settings.description_length,
        most_bytes=settings.source_max_bytes,
        history_days=settings.history_days,
        observed_interval=settings.observed_interval,
    )


def _fetcher(settings: Settings) -> Fetcher:
    return Fetcher(
        settings.fetch_concurrency,
        settings.source_max_bytes,
        use_proxies=settings.source_mirror is None,
        patience=settings.refresh_deadline,
    )


def _lock_file(settings: Settings) -> Path:
    return settings.data_dir / "refresher.lock"


def _moment() -> Moment:
    now = datetime.now(UTC)
    return Moment(now.timestamp(), now.date().isoformat())


def _stamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    return moment.isoformat().replace("+00:00", "Z")
