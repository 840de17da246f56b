"""One refresh, from asking to announcing."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from modeldex import pipeline
from modeldex.domain.listing import Kept, Listing
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.errors import InconsistentCatalog, RefreshError, SourceError, StoreError
from modeldex.normalize.listings import normalized
from modeldex.pricing.overrides import Stated
from modeldex.refresh import deciding, guard, material
from modeldex.refresh.asking import Known, Progress, Questioner, Result
from modeldex.refresh.breaker import may_ask
from modeldex.refresh.judging import Judge
from modeldex.refresh.order import Order
from modeldex.refresh.report import SKIPPED, Outcome, Report
from modeldex.refresh.statuses import source_status
from modeldex.refresh.suspicion import Thresholds
from modeldex.snapshot import status
from modeldex.snapshot.publish import Publisher, read_pointer
from modeldex.snapshot.status import Status
from modeldex.sources.declaration import Declaration
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import decode, fingerprint
from modeldex.sources.registry import Registry
from modeldex.store.base import Changes, Health, Store
from modeldex.telemetry import Log


class Moment(msgspec.Struct, frozen=True):
    """Now, as the core needs it: unix seconds and the UTC date."""

    seconds: float
    date: str


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh begins with."""

    moment: Moment
    registry: Registry
    known: dict[str, Known]
    hidden: frozenset[str]
    stated: Stated


class Refresher:
    """Runs refreshes. One process at a time may do so for a data directory.

    Args:
        load: reads the declarations; done anew for every refresh, so that a new file is seen.
        overrides: reads the prices that an operator states; anew for every refresh, too.
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
        thresholds: Thresholds,
        new_fetcher: Callable[[], Fetcher],
        publisher: Publisher,
        moment: Callable[[], Moment],
        stamp: Callable[[float], str],
        log: Log,
        overrides: Callable[[], Stated] = Stated,
    ) -> None:
        self.store, self.load, self.chosen = store, load, chosen
        self.overrides = overrides
        self.questioner, self.thresholds = questioner, thresholds
        self.new_fetcher, self.publisher = new_fetcher, publisher
        self.moment, self.stamp, self.log = moment, stamp, log
        self._settled: tuple[str, Report] | None = None

    @property
    def directory(self) -> Path:
        """Where snapshots and the status file are published."""
        return self.publisher.directory

    async def refresh(self, order: Order, progress: Progress = lambda _: None) -> Report:
        """Run one refresh: decide, ask, remember, build, publish. Failures are in the report.

        Raises:
            RefreshError: the order names something that does not exist.
            StoreError: the record of truth cannot be read; nothing was changed.
        """
        began = self.questioner.stopwatch()
        world = await self._world(order)
        changes = deciding.carry_out(
            order.decisions,
            world.known,
            frozenset(one.id for one in world.registry.by_id.values() if one.book),
            world.moment.seconds,
            world.moment.date,
        )
        known = deciding.decided(world.known, changes)
        asked, skipped = self._choose(world, order)
        results = await self._ask(asked, known, world, order, progress)
        self._log_turns(known, results)
        report = Report(
            started_at=world.moment.seconds,
            outcomes=(*(one.outcome for one in results), *skipped),
            dry_run=order.dry_run,
            broken=(*map(str, world.registry.broken), *world.stated.problems),
        )
        changes = _with_results(changes, results)
        report = await self._publish(report, _after(known, results), world, changes)
        return msgspec.structs.replace(
            report, seconds=round(self.questioner.stopwatch() - began, 3)
        )

    async def next_due(self) -> float:
        """Return when the next source that can be asked is due, at most one interval from now.

        Raises:
            StoreError: the record of truth cannot be read.
        """
        health, known = await self.store.health(), self.load().by_id
        asked = [
            one
            for name, one in health.items()
            if name in known and self.obstacle(known[name]) is None
        ]
        return self.questioner.schedule.next_due(asked, self.moment().seconds)

    async def _world(self, order: Order) -> World:
        registry = self.load()
        self._check_names(registry, order)
        health, held = await self.store.health(), await self.store.held()
        rows = {one.source: one.rows for one in await self.store.listings()}
        known = {
            name: Known(health.get(name, Health(source=name)), rows.get(name, ()), held.get(name))
            for name in health.keys() | rows.keys()
        }
        hidden = await self.store.hidden()
        return World(
            moment=self.moment(),
            registry=registry,
            known=known,
            hidden=hidden,
            stated=self.overrides(),
        )

    def _check_names(self, registry: Registry, order: Order) -> None:
        """Refuse a name without a source, unless a broken declaration may be what it means."""
        chosen = () if registry.broken else sorted(self.chosen or ())
        for name in (*order.sources, *chosen):
            if registry.resolve(name) is None:
                names = ", ".join(registry.by_id)
                raise RefreshError(f"There is no source {name!r}. There are: {names}.")

    def _choose(self, world: World, order: Order) -> tuple[list[Declaration], list[Outcome]]:
        asked, skipped = [], []
        wanted = {one.id for name in order.sources if (one := world.registry.resolve(name))}
        for one in world.registry.by_id.values():
            if order.ask_nobody or (order.sources and one.id not in wanted):
                continue
            if order.only_packages and one.package is None:
                continue
            reason = self.obstacle(one) or self._pause(one, world, order)
            if reason is None:
                asked.append(one)
            elif reason:
                skipped.append(Outcome(source=one.id, outcome=SKIPPED, reason=reason))
        return asked, skipped

    def _pause(self, one: Declaration, world: World, order: Order) -> str | None:
        """Return why a source is not asked now, ``""`` where it is simply not due."""
        now = world.moment.seconds
        known = world.known.get(one.id)
        health = known.health if known else None
        if order.only_due and not self.questioner.schedule.is_due(health, now):
            return ""
        if order.force or may_ask(health, now):
            return None
        left = ((health.wait_until if health else None) or now) - now
        return f"left alone for {left:.0f} s more: {health.failure if health else ''}"

    def obstacle(self, one: Declaration) -> str | None:
        """Return why a source cannot be asked at all, ``None`` where it can."""
        if self.chosen is not None and self.chosen.isdisjoint({one.id, *one.aliases}):
            return "not chosen"
        return self.questioner.asker.obstacle(one)

    async def _ask(
        self,
        asked: Sequence[Declaration],
        known: Mapping[str, Known],
        world: World,
        order: Order,
        progress: Progress,
    ) -> list[Result]:
        if not asked:
            return []
        judge = Judge(
            thresholds=self.thresholds,
            agrees=guard.witnesses(_book_prices(world)),
            now=world.moment.seconds,
            today=world.moment.date,
            force=order.force,
        )
        known = {**known, **await self._decoded_anew(asked, known)}
        async with self.new_fetcher() as fetcher:
            return await self.questioner.ask_all(asked, known, fetcher, judge, progress)

    async def _decoded_anew(
        self, asked: Sequence[Declaration], known: Mapping[str, Known]
    ) -> dict[str, Known]:
        """Read the last good payloads of changed declarations as they are read now."""
        found = {}
        for one in asked:
            before = known.get(one.id)
            if before is None or before.health.declaration in (None, fingerprint(one)):
                continue
            answer = await self.store.payload(one.id)
            if answer is None or not answer.pages:
                continue
            try:
                listings = (await asyncio.to_thread(decode, one, answer.pages)).listings
            except SourceError:
                continue  # the new declaration is for a new shape: only a new answer can tell
            length = self.questioner.description_length
            rows = _with_dates(before.rows, normalized(listings, length))
            found[one.id] = msgspec.structs.replace(before, rows=rows, remembered=before.rows)
        return found

    async def _publish(
        self, report: Report, known: Mapping[str, Known], world: World, changes: Changes
    ) -> Report:
        """Remember, then publish: what is served never runs ahead of the record of truth."""
        pointer = read_pointer(self.directory)
        current = pointer.current.id if pointer.current else None
        try:
            if not report.dry_run:
                await self.store.save(changes)
            report = await self._build_and_publish(report, known, world, changes, current)
        except (StoreError, InconsistentCatalog, OSError, sqlite3.Error) as error:
            self._settled = None
            self.log.error("nothing was published", reason=str(error))
            report = msgspec.structs.replace(report, snapshot=current, problem=str(error))
        if not report.dry_run:
            self._write_status(world, known, report)
        return report

    async def _build_and_publish(
        self,
        report: Report,
        known: Mapping[str, Known],
        world: World,
        changes: Changes,
        current: str | None,
    ) -> Report:
        basis = self._basis(world, changes)
        if self._settled is not None and not changes.answers and self._settled[0] == basis:
            last = self._settled[1]
            if last.snapshot == current:
                return msgspec.structs.replace(
                    report, snapshot=current, offers=last.offers, models=last.models
                )
        catalog = await asyncio.to_thread(self._build, known, world, changes)
        report = _with_sizes(report, catalog)
        if report.dry_run:
            return report
        if not catalog.offers and current is None:
            problem = "No source has given any model yet."
            return msgspec.structs.replace(report, problem=problem)
        stamp = self.stamp(world.moment.seconds)
        found, is_new = await asyncio.to_thread(self.publisher.publish, catalog, stamp)
        report = msgspec.structs.replace(report, snapshot=found, published=is_new)
        self._settled = (basis, report)
        return report

    def _basis(self, world: World, changes: Changes) -> str:
        """Return what a catalog depends on besides listings: unchanged, nothing is built."""
        hidden, stated = sorted(_hidden(world, changes)), world.stated.overrides
        declared = world.registry.by_id.values()
        return material.digest(declared, hidden, stated, world.moment.date)

    def _build(self, known: Mapping[str, Known], world: World, changes: Changes) -> Catalog:
        """Build from what is held of the sources that are still declared and chosen."""
        usable = material.usable(known, world.registry.by_id, self._may_use)
        rules = Rules(
            hidden=_hidden(world, changes),
            retire_after=self.thresholds.retire_after,
            overrides=world.stated.overrides,
        )
        return pipeline.build(usable, world.registry.providers(), world.moment.date, rules)

    def _may_use(self, one: Declaration) -> bool:
        return self.obstacle(one) != "not chosen"

    def _log_turns(self, known: Mapping[str, Known], results: Sequence[Result]) -> None:
        """Log the first failure, what the guard holds back, and the recovery; nothing between."""
        for one in results:
            source = one.health.source
            before = known.get(source)
            was = before.health.failure_kind if before else None
            is_held, was_held = one.health.failure_kind == "guard", was == "guard"
            if one.health.failure_kind and (not was or is_held != was_held):
                self.log.warning(
                    "a source failed; its last good listings stand",
                    source=source,
                    kind=one.health.failure_kind,
                    reason=one.health.failure,
                )
            elif was and not one.health.failure_kind:
                self.log.info("a source has recovered", source=source)

    def _write_status(self, world: World, known: Mapping[str, Known], report: Report) -> None:
        now, breaker = world.moment.seconds, self.questioner.breaker
        sources = tuple(
            source_status(one, known, self.obstacle(one), breaker, now)
            for one in world.registry.by_id.values()
        )
        found = Status(at=now, snapshot=report.snapshot, sources=sources, broken=report.broken)
        try:
            status.write(self.directory, found)
            status.write_report(self.directory, msgspec.json.encode(report))
        except OSError as error:
            self.log.error("the status file could not be written", reason=str(error))


def _with_results(changes: Changes, results: Sequence[Result]) -> Changes:
    fresh = {one.answer.rows.source: one.answer for one in results if one.answer is not None}
    decided = [one for one in changes.answers if one.rows.source not in fresh]
    asked = {one.health.source: one.health for one in results}
    return msgspec.structs.replace(
        changes,
        health=[*({one.source: one for one in changes.health} | asked).values()],
        answers=[*decided, *fresh.values()],
        held=[*changes.held, *(one.held for one in results if one.held is not None)],
        released=[*changes.released, *(one.health.source for one in results if one.released)],
    )


def _after(known: Mapping[str, Known], results: Sequence[Result]) -> dict[str, Known]:
    found = dict(known)
    for one in results:
        before = found.get(one.health.source, Known(one.health))
        rows = one.answer.rows.rows if one.answer is not None else before.rows
        held = one.held or (None if one.released else before.held)
        found[one.health.source] = Known(one.health, rows, held)
    return found


def _with_dates(held: Sequence[Kept], listings: Sequence[Listing]) -> tuple[Kept, ...]:
    """What is pending or missing stays so: the last payload can settle neither."""
    dates = {one.listing.provider_model_id: one for one in held}
    read = tuple(
        msgspec.structs.replace(was, listing=one) if was.pending is None else was
        for one in listings
        if (was := dates.get(one.provider_model_id)) is not None
    )
    stated = {one.provider_model_id for one in listings}
    gone = (one for one in held if one.missing and one.listing.provider_model_id not in stated)
    return (*read, *gone)


def _book_prices(world: World) -> dict[tuple[str, str], list[Listing]]:
    found: dict[tuple[str, str], list[Listing]] = {}
    for name, one in world.known.items():
        declared = world.registry.by_id.get(name)
        for row in one.rows if declared is not None and declared.book else ():
            listing = row.listing
            key = (listing.provider, listing.provider_model_id.lower())
            found.setdefault(key, []).append(listing)
    return found


def _hidden(world: World, changes: Changes) -> frozenset[str]:
    return (world.hidden | set(changes.hidden)) - set(changes.shown)


def _with_sizes(report: Report, catalog: Catalog) -> Report:
    return msgspec.structs.replace(
        report,
        offers=sum(one.is_active for one in catalog.offers),
        models=sum(any(o.is_active for o in one.offers) for one in catalog.models),
    )
