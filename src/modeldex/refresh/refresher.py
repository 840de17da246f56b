"""One refresh, from asking to announcing."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from modeldex.errors import InconsistentCatalog, StoreError
from modeldex.refresh import aftermath, deciding, guard, world
from modeldex.refresh.asking import Progress, Questioner
from modeldex.refresh.importing import Limits, imported
from modeldex.refresh.judging import Judge
from modeldex.refresh.observing import Folding
from modeldex.refresh.order import Order
from modeldex.refresh.publication import Publication
from modeldex.refresh.remembering import together, with_history
from modeldex.refresh.report import Outcome, Report
from modeldex.refresh.rereading import reread
from modeldex.refresh.selection import Selection
from modeldex.refresh.statuses import statuses
from modeldex.refresh.turns import Result
from modeldex.refresh.viewing import Views
from modeldex.refresh.world import Known, Moment, World
from modeldex.snapshot import status
from modeldex.snapshot.publish import Publisher
from modeldex.sources.declaration import Declaration
from modeldex.store.base import Changes, Health, Store
from modeldex.telemetry import Log

_DAY = 86_400


class Steps(msgspec.Struct, frozen=True):
    """What one refresh is to remember.

    Attributes:
        taken: decisions and answers.
        past: answers of the past, with what they add to the history.
        forget_before: unix seconds, where something is to be forgotten.
    """

    taken: Changes
    past: Changes
    forget_before: int | None


class Clock(msgspec.Struct, frozen=True):
    """The refresher's clock.

    Attributes:
        moment: now.
        stamp: the ISO time of a moment.
    """

    moment: Callable[[], Moment]
    stamp: Callable[[float], str]


class Refresher:
    """Runs refreshes. One process at a time may do so for a data directory."""

    def __init__(
        self,
        *,
        store: Store,
        selection: Selection,
        questioner: Questioner,
        publisher: Publisher,
        clock: Clock,
        log: Log,
    ) -> None:
        self.store, self.selection, self.questioner = store, selection, questioner
        self.publisher, self.moment, self.log = publisher, clock.moment, log
        self.terms = questioner.terms
        self.publication = Publication(
            publisher,
            clock.stamp,
            selection.may_use,
            self.terms.thresholds.retire_after,
            Views(publisher.directory, publisher.beside, self.log),
        )
        self.folding = Folding(self.terms.observed_interval)
        self._health: Mapping[str, Health] | None = None  # as the store has it
        self._compacted: str | None = None  # on this date

    @property
    def directory(self) -> Path:
        """Where snapshots and the status file are published."""
        return self.publisher.directory

    async def refresh(self, order: Order, progress: Progress = lambda _: None) -> Report:
        """Run one refresh: decide, ask, remember, build, publish. Failures are in the report.

        Raises:
            RefreshError: the order names something that does not exist.
            ImportProblem: past answers cannot be taken over; nothing was changed.
            HistoryError: they contradict what is known; nothing was changed.
            StoreError: the record of truth cannot be read; nothing was changed.
        """
        began = self.questioner.stopwatch()
        found = await self._world(order)
        changes = deciding.carry_out(order.decisions, found, self.terms.thresholds)
        known = deciding.decided(found.known, changes)
        asked, skipped = self.selection.choose(found, order)
        results = await self._ask(asked, known, found, order, progress)
        aftermath.tell(self.log, known, results)
        past, imports = await self._past(order, found)
        report = Report(
            started_at=found.moment.seconds,
            outcomes=(*(one.outcome for one in results), *skipped, *imports),
            dry_run=order.dry_run,
            broken=(*map(str, found.registry.broken), *found.problems),
        )
        changes = aftermath.with_results(changes, results)
        known = deciding.decided(aftermath.after(known, results), past)
        report = await self._publish(
            report, known, found, Steps(changes, past, self._horizon(order, found))
        )
        seconds = round(self.questioner.stopwatch() - began, 3)
        return msgspec.structs.replace(report, seconds=seconds)

    async def next_due(self) -> float:
        """Return when the next source that can be asked is due, at most one interval from now.

        Raises:
            StoreError: the record of truth cannot be read.
        """
        known = self.selection.load().by_id
        if self._health is None:
            self._health = (await self.store.known()).health
        asked = [
            one
            for name, one in self._health.items()
            if name in known and self.obstacle(known[name]) is None
        ]
        return self.terms.schedule.next_due(asked, self.moment().seconds)

    def obstacle(self, one: Declaration) -> str | None:
        """Return why a source cannot be asked at all, ``None`` where it can."""
        return self.selection.obstacle(one)

    async def _world(self, order: Order) -> World:
        registry = self.selection.load()
        self.selection.check_names(registry, order)
        self._health = None
        found = await world.remembered(
            self.store, registry, self.selection.overrides(), self.moment(), self.folding
        )
        self._health = {name: one.health for name, one in found.known.items()}
        self.selection.disabled = found.standing.disabled
        return found

    async def _ask(
        self,
        asked: Sequence[Declaration],
        known: Mapping[str, Known],
        found: World,
        order: Order,
        progress: Progress,
    ) -> list[Result]:
        if not asked:
            return []
        judge = Judge(
            thresholds=self.terms.thresholds,
            agrees=guard.witnesses(found.book_prices()),
            now=found.moment.seconds,
            today=found.moment.date,
            force=order.force,
        )
        length = self.terms.description_length
        anew = await reread(self.store, asked, known, length)
        return await self.questioner.ask_all(asked, {**known, **anew}, judge, progress)

    async def _past(self, order: Order, found: World) -> tuple[Changes, list[Outcome]]:
        if order.past is None:
            return Changes(), []
        terms = self.terms
        limits = Limits(
            most_bytes=terms.most_bytes,
            description_length=terms.description_length,
            retire_after=terms.thresholds.retire_after,
        )
        return await imported(self.store, order.past, found, limits)

    async def _publish(
        self, report: Report, known: Mapping[str, Known], found: World, steps: Steps
    ) -> Report:
        """Remember, then publish: what is served never runs ahead of the record of truth."""
        current = self.publication.current()
        try:
            if report.dry_run:
                report = await self.publication.rehearse(report, known, found, steps.taken)
            else:
                report = await self._remember_and_publish(report, known, found, steps)
        except (StoreError, InconsistentCatalog, OSError, sqlite3.Error) as error:
            self.publication.forget()
            self.log.error("nothing was published", reason=str(error))
            report = msgspec.structs.replace(report, snapshot=current, problem=str(error))
        if not report.dry_run:
            self._write_status(found, known, report)
        return report

    async def _remember_and_publish(
        self, report: Report, known: Mapping[str, Known], found: World, steps: Steps
    ) -> Report:
        retire_after = self.terms.thresholds.retire_after
        taken = await with_history(self.store, steps.taken, found, retire_after)
        changes = together(taken, steps.past)
        commit = await self.store.save(changes)
        await self.folding.tidy(self.store, found.moment.seconds)
        self._health = {name: one.health for name, one in known.items()}
        if steps.forget_before is not None:
            await self._forget(steps.forget_before, found.moment.date)
        return await self.publication.publish(
            report, found, changes, partial(self.store.basis, commit)
        )

    async def _forget(self, before: int, today: str) -> None:
        forgotten = await self.store.compact(before)
        self._compacted = today
        self.log.info("the past was compacted", facts=forgotten.facts, events=forgotten.events)
        self.publication.forget()

    def _horizon(self, order: Order, found: World) -> int | None:
        """Return before when the past is to be forgotten now: as ordered, or once a day.

        It is the beginning of a day, so that nothing changes with the moment of a refresh.
        """
        days = self.terms.history_days
        if order.forget_before is not None or not days or self._compacted == found.moment.date:
            return order.forget_before
        return (int(found.moment.seconds) // _DAY - days) * _DAY

    def _write_status(self, found: World, known: Mapping[str, Known], report: Report) -> None:
        sources = statuses(found, known, self.obstacle, self.terms.breaker)
        shown = status.Status(
            at=found.moment.seconds,
            snapshot=report.snapshot,
            sources=sources,
            broken=report.broken,
            store=status.StoreWork(**msgspec.structs.asdict(self.store.work())),
        )
        try:
            status.write(self.directory, shown)
            status.write_report(self.directory, msgspec.json.encode(report))
        except OSError as error:
            self.log.error("the status file could not be written", reason=str(error))
