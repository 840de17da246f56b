"""Builds a catalog of what is remembered, and publishes it where it differs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from modeldex.domain.history import NO_LEDGER, Ledger
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.domain.tenancy import Standing
from modeldex.refresh import material
from modeldex.refresh.report import Report
from modeldex.refresh.scenes import Scene, Scenes
from modeldex.refresh.viewing import Views
from modeldex.refresh.world import Known, World
from modeldex.snapshot.publish import Publisher, read_pointer
from modeldex.sources.declaration import Declaration
from modeldex.store.base import Basis, Changes


class Publication:
    """Publishes catalogs; where nothing changed since the last one, it builds none.

    Args:
        stamp: the ISO time of a moment.
        may_use: whether a source's rows belong into the catalog.
        retire_after: answers without a model until it is retired.
        views: where the catalogs are published that not everybody sees.
    """

    def __init__(
        self,
        publisher: Publisher,
        stamp: Callable[[float], str],
        may_use: Callable[[Declaration], bool],
        retire_after: int,
        views: Views,
    ) -> None:
        self.publisher, self.stamp = publisher, stamp
        self.may_use, self.retire_after, self.views = may_use, retire_after, views
        self._settled: tuple[str, Report] | None = None

    @property
    def directory(self) -> Path:
        """Where snapshots are published."""
        return self.publisher.directory

    def current(self) -> str | None:
        """Return the id of the snapshot that is current, ``None`` where there is none."""
        pointer = read_pointer(self.directory)
        return pointer.current.id if pointer.current else None

    def forget(self) -> None:
        """Build anew next time, whatever has changed by then."""
        self._settled = None

    async def publish(
        self,
        report: Report,
        world: World,
        changes: Changes,
        read: Callable[[], Awaitable[Basis]],
    ) -> Report:
        """Return *report* with what became of the catalog of what the store holds.

        Args:
            read: reads from the store what a build needs; not called where nothing has changed.

        Raises:
            StoreError: the store cannot be read.
            InconsistentCatalog: it contradicts itself, and was not published.
            OSError: it cannot be written.
            sqlite3.Error: it cannot be written.
        """
        current, pinned = self.current(), world.standing.pinned
        if pinned is not None and await asyncio.to_thread(self.publisher.hold, pinned):
            self.forget()
            return msgspec.structs.replace(report, snapshot=pinned, published=current != pinned)
        if pinned is not None:
            lost = f"The snapshot {pinned}, which is pinned, is not kept; the newest is served."
            report = msgspec.structs.replace(report, broken=(*report.broken, lost))
        if self._is_settled(_terms(world, changes, world.standing), changes, current):
            last = self._settled[1] if self._settled else report
            sizes = {"offers": last.offers, "models": last.models}
            return msgspec.structs.replace(report, snapshot=current, **sizes)
        found = await read()
        scene = self._scene(found.listings, world, changes, found.standing, found.ledger)
        catalog = await asyncio.to_thread(scene.build)
        report = msgspec.structs.replace(_with_sizes(report, catalog), read_from=found.read_from)
        if not catalog.offers and current is None:
            problem = "No source has given any model yet."
            return msgspec.structs.replace(report, problem=problem)
        stamp = self.stamp(world.moment.seconds)
        name, is_new = await asyncio.to_thread(self.publisher.publish, catalog, stamp)
        report = msgspec.structs.replace(report, snapshot=name, published=is_new)
        await asyncio.to_thread(self._show, Scenes(scene, catalog, found.standing), found, stamp)
        self._settled = (_terms(world, changes, found.standing), report)
        return report

    async def rehearse(
        self, report: Report, known: Mapping[str, Known], world: World, changes: Changes
    ) -> Report:
        """Return *report* with what would become of it, without the store and without a file."""
        rows = [
            SourceRows(source=name, is_book=world.is_book(name), rows=one.rows)
            for name, one in known.items()
        ]
        scene = self._scene(rows, world, changes, world.standing, NO_LEDGER)
        return _with_sizes(report, await asyncio.to_thread(scene.build))

    def _show(self, scenes: Scenes, found: Basis, stamp: str) -> None:
        self.views.publish(((one.name, partial(scenes.of, one)) for one in found.views), stamp)

    def _scene(
        self,
        rows: Sequence[SourceRows],
        world: World,
        changes: Changes,
        standing: Standing,
        ledger: Ledger,
    ) -> Scene:
        return Scene(
            material.usable(
                rows,
                world.registry.by_id,
                lambda one: self.may_use(one) and one.id not in standing.disabled,
            ),
            world.registry.providers(),
            world.moment.date,
            self._rules(world, changes, standing),
            ledger,
            world.figures,
        )

    def _rules(self, world: World, changes: Changes, standing: Standing) -> Rules:
        """Return what an operator decided; what is in the store is believed before the file."""
        stated = standing.stated.over(world.stated)
        return Rules(
            hidden=world.hidden_after(changes),
            retire_after=self.retire_after,
            overrides=stated.overrides,
            joined=stated.joined,
            parted=stated.parted,
            aliases=stated.aliases,
        )

    def _is_settled(self, terms: str, changes: Changes, current: str | None) -> bool:
        if self._settled is None or changes.answers or changes.facts or changes.events:
            return False
        return self._settled[0] == terms and self._settled[1].snapshot == current


def _terms(world: World, changes: Changes, standing: Standing) -> str:
    """Return what a catalog depends on besides listings: unchanged, nothing is built."""
    hidden, stated = sorted(world.hidden_after(changes)), world.stated.terms
    kept = msgspec.structs.replace(standing, number=0)
    declared, today = world.registry.by_id.values(), world.moment.date
    return material.digest(declared, hidden, stated, kept, today, world.figures)


def _with_sizes(report: Report, catalog: Catalog) -> Report:
    return msgspec.structs.replace(
        report,
        offers=sum(one.is_active for one in catalog.offers),
        models=sum(any(o.is_active for o in one.offers) for one in catalog.models),
    )
