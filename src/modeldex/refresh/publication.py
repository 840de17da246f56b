"""Builds a catalog of what is remembered, and publishes it where it differs."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from modeldex import pipeline
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.refresh.report import Report
from modeldex.refresh.world import Known, World
from modeldex.snapshot.publish import Publisher, read_pointer
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import fingerprint
from modeldex.store.base import Changes


class Publication:
    """Publishes catalogs; where nothing changed since the last one, it builds none.

    Args:
        stamp: the ISO time of a moment.
        may_use: whether a source's rows belong into the catalog.
        retire_after: answers without a model until it is retired.
    """

    def __init__(
        self,
        publisher: Publisher,
        stamp: Callable[[float], str],
        may_use: Callable[[Declaration], bool],
        retire_after: int,
    ) -> None:
        self.publisher, self.stamp = publisher, stamp
        self.may_use, self.retire_after = may_use, retire_after
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
        self, report: Report, known: Mapping[str, Known], world: World, changes: Changes
    ) -> Report:
        """Return *report* with what became of the catalog of *known*; a dry run publishes none.

        Raises:
            InconsistentCatalog: it contradicts itself, and was not published.
            OSError: it cannot be written.
            sqlite3.Error: it cannot be written.
        """
        current, basis = self.current(), _basis(world, changes)
        if self._settled is not None and not changes.answers and self._settled[0] == basis:
            last = self._settled[1]
            if last.snapshot == current:
                sizes = {"offers": last.offers, "models": last.models}
                return msgspec.structs.replace(report, snapshot=current, **sizes)
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

    def _build(self, known: Mapping[str, Known], world: World, changes: Changes) -> Catalog:
        """Build from what is held of the sources that are still declared and chosen."""
        usable = [
            SourceRows(source=name, is_book=declared.book, rows=one.rows)
            for name, one in known.items()
            if (declared := world.registry.by_id.get(name)) and self.may_use(declared)
        ]
        rules = Rules(hidden=world.hidden_after(changes), retire_after=self.retire_after)
        return pipeline.build(usable, world.registry.providers(), world.moment.date, rules)


def _basis(world: World, changes: Changes) -> str:
    """Return what a catalog depends on besides listings: unchanged, nothing is built."""
    declared = [fingerprint(one) for one in world.registry.by_id.values()]
    said = msgspec.json.encode([declared, sorted(world.hidden_after(changes)), world.moment.date])
    return hashlib.sha256(said).hexdigest()


def _with_sizes(report: Report, catalog: Catalog) -> Report:
    return msgspec.structs.replace(
        report,
        offers=sum(one.is_active for one in catalog.offers),
        models=sum(any(o.is_active for o in one.offers) for one in catalog.models),
    )
