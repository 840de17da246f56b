"""One refresh, from asking to announcing, and the loop that repeats it."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from modeldex import pipeline
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.errors import InconsistentCatalog, RefreshError, StoreError
from modeldex.refresh.asking import Moment, Progress, Questioner, Result, Turn
from modeldex.refresh.report import Outcome, Report
from modeldex.snapshot import status
from modeldex.snapshot.publish import Publisher, read_pointer
from modeldex.snapshot.status import SourceStatus, Status
from modeldex.sources.declaration import Declaration
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.base import Health, Store
from modeldex.telemetry import Log


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh is to do.

    Attributes:
        sources: ids or aliases; ``()`` means all that can be asked.
        only_due: leave out what is not due yet.
        only_packages: installed books alone, for a first catalog without a network.
        force: take what the guard would hold back, and ask unconditionally.
        dry_run: remember and publish nothing.
    """

    sources: tuple[str, ...] = ()
    only_due: bool = False
    only_packages: bool = False
    force: bool = False
    dry_run: bool = False


class Refresher:
    """Runs refreshes. One process at a time may do so for a data directory.

    Args:
        load: reads the declarations; done anew for every refresh, so that a new file is seen.
        chosen: ids of the sources that may be used; ``None`` means all.
        moment: now.
        stamp: the ISO time of a moment.
    """

    def __init__(  # noqa: PLR0913 - the composition root names each of its parts
        self,
        *,
        store: Store,
        load: Callable[[], Registry],
        chosen: frozenset[str] | None,
        questioner: Questioner,
        new_fetcher: Callable[[], Fetcher],
        publisher: Publisher,
        moment: Callable[[], Moment],
        stamp: Callable[[float], str],
        log: Log,
    ) -> None:
        self.store, self.load, self.chosen = store, load, chosen
        self.questioner, self.new_fetcher, self.publisher = questioner, new_fetcher, publisher
        self.moment, self.stamp, self.log = moment, stamp, log

    @property
    def directory(self) -> Path:
        """Where snapshots and the status file are published."""
        return self.publisher.directory

    @property
    def asker(self) -> Asker:
        """How sources are reached."""
        return self.questioner.asker

    async def refresh(self, order: Order, progress: Progress = lambda _: None) -> Report:
        """Run one refresh: ask, remember, build, publish. Failures are in the report.

        Raises:
            RefreshError: there is no source of a name that was given.
            StoreError: the record of truth cannot be read; nothing was changed.
        """
        began, moment = self.questioner.stopwatch(), self.moment()
        registry = self.load()
        self._check_names(registry, order)
        health = await self.store.health()
        held = {one.source: one for one in await self.store.listings()}
        asked, skipped = self._choose(registry, health, order, moment)
        async with self.new_fetcher() as fetcher:
            turn = Turn(moment, order.force, progress)
            results = await self.questioner.ask_all(asked, health, held, fetcher, turn)
        self._log_turns(health, results)
        for one in results:
            health[one.health.source] = one.health
            if one.answer is not None:
                held[one.answer.rows.source] = one.answer.rows
        catalog = await asyncio.to_thread(self._build, registry, held.values(), moment)
        report = Report(
            started_at=moment.seconds,
            seconds=0.0,
            outcomes=(*(one.outcome for one in results), *skipped),
            snapshot=None,
            published=False,
            offers=sum(one.is_active for one in catalog.offers),
            models=sum(any(o.is_active for o in one.offers) for one in catalog.models),
            dry_run=order.dry_run,
            broken=tuple(str(one) for one in registry.broken),
        )
        if not order.dry_run:
            report = await self._keep(report, results, catalog, moment)
            self._write_status(registry, health, report)
        return msgspec.structs.replace(
            report, seconds=round(self.questioner.stopwatch() - began, 3)
        )

    async def next_due(self) -> float:
        """Return when the next source that can be asked is due, at most one interval from now.

        Raises:
            StoreError: the record of truth cannot be read.
        """
        health, known = await self.store.health(), self.load().by_id
        asked = {
            name: one
            for name, one in health.items()
            if name in known and self._obstacle(known[name]) is None
        }
        return self.questioner.schedule.next_due(asked, self.moment().seconds)

    def _check_names(self, registry: Registry, order: Order) -> None:
        """Refuse a name without a source, unless a broken declaration may be what it means."""
        chosen = () if registry.broken else sorted(self.chosen or ())
        for name in (*order.sources, *chosen):
            if registry.resolve(name) is None:
                known = ", ".join(registry.by_id)
                raise RefreshError(f"There is no source {name!r}. There are: {known}.")

    def _choose(
        self, registry: Registry, health: dict[str, Health], order: Order, moment: Moment
    ) -> tuple[list[Declaration], list[Outcome]]:
        asked, skipped = [], []
        wanted = {found.id for name in order.sources if (found := registry.resolve(name))}
        for one in registry.by_id.values():
            if order.sources and one.id not in wanted:
                continue
            if order.only_packages and one.package is None:
                continue
            obstacle = self._obstacle(one)
            if obstacle is not None:
                skipped.append(Outcome(source=one.id, outcome="skipped", reason=obstacle))
            elif not order.only_due or self.questioner.schedule.is_due(
                health.get(one.id), moment.seconds
            ):
                asked.append(one)
        return asked, skipped

    def _obstacle(self, one: Declaration) -> str | None:
        return self.asker.obstacle(one) if self._is_chosen(one) else "not chosen"

    def _is_chosen(self, one: Declaration) -> bool:
        return self.chosen is None or not self.chosen.isdisjoint({one.id, *one.aliases})

    def _build(self, registry: Registry, held: Iterable[SourceRows], moment: Moment) -> Catalog:
        """Build from what is held of the sources that are still declared and chosen."""
        usable = [
            one
            for one in held
            if one.source in registry.by_id and self._is_chosen(registry.by_id[one.source])
        ]
        return pipeline.build(usable, registry.providers(), moment.date)

    async def _keep(
        self, report: Report, results: Sequence[Result], catalog: Catalog, moment: Moment
    ) -> Report:
        """Remember, then publish: what is served never runs ahead of the record of truth."""
        pointer = read_pointer(self.directory)
        current = pointer.current.id if pointer.current else None
        try:
            answers = [one.answer for one in results if one.answer is not None]
            await self.store.save([one.health for one in results], answers)
            if not catalog.offers and current is None:
                problem = "No source has given any model yet."
                return msgspec.structs.replace(report, problem=problem)
            stamp = self.stamp(moment.seconds)
            found, is_new = await asyncio.to_thread(self.publisher.publish, catalog, stamp)
        except (StoreError, InconsistentCatalog, OSError, sqlite3.Error) as error:
            self.log.error("nothing was published", reason=str(error))
            return msgspec.structs.replace(report, snapshot=current, problem=str(error))
        return msgspec.structs.replace(report, snapshot=found, published=is_new)

    def _log_turns(self, before: dict[str, Health], results: Sequence[Result]) -> None:
        """Log the first failure and the recovery, not every failure between."""
        for one in results:
            was = before.get(one.health.source)
            failed_before = was is not None and was.failures > 0
            if one.health.failures and not failed_before:
                self.log.warning(
                    "a source failed; its last good listings stand",
                    source=one.health.source,
                    kind=one.health.failure_kind,
                    reason=one.health.failure,
                )
            elif failed_before and not one.health.failures:
                self.log.info("a source has recovered", source=one.health.source)

    def _write_status(self, registry: Registry, health: dict[str, Health], report: Report) -> None:
        sources = tuple(
            source_status(one, health.get(one.id), self._obstacle(one))
            for one in registry.by_id.values()
        )
        found = Status(
            at=report.started_at, snapshot=report.snapshot, sources=sources, broken=report.broken
        )
        try:
            status.write(self.directory, found)
        except OSError as error:
            self.log.error("the status file could not be written", reason=str(error))


def source_status(
    declaration: Declaration, health: Health | None, obstacle: str | None
) -> SourceStatus:
    """Return how a source is doing, as it is shown."""
    if obstacle is not None:
        state = obstacle
    elif health is None:
        state = "never asked"
    else:
        state = "failing" if health.failures else "ok"
    found = health or Health(source=declaration.id)
    return SourceStatus(
        id=declaration.id,
        provider=declaration.serves,
        name=declaration.name,
        book=declaration.book,
        state=state,
        rows=found.rows,
        priced=found.priced,
        asked_at=found.asked_at,
        answered_at=found.answered_at,
        failed_at=found.failed_at,
        failure_kind=found.failure_kind if found.failures else None,
        failure=found.failure if found.failures else None,
        failures=found.failures,
        next_at=found.next_at,
    )
