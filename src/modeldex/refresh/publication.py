"""Builds a catalog of what is remembered, and publishes it where it differs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from modeldex import pipeline
from modeldex.domain.history import NO_LEDGER, Ledger
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.rules import Rules
from modeldex.refresh import material
from modeldex.refresh.report import Report
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
        current, terms = self.current(), _terms(world, changes)
        if self._is_settled(terms, changes, current):
            last = self._settled[1] if self._settled else report
            sizes = {"offers": last.offers, "models": last.models}
            return msgspec.structs.replace(report, snapshot=current, **sizes)
        found = await read()
        rows, ledger = (
            material.usable(found.listings, world.registry.by_id, self.may_use),
            found.ledger,
        )
        catalog = await asyncio.to_thread(self._build, rows, world, changes, ledger)
        report = msgspec.structs.replace(_with_sizes(report, catalog), read_from=found.read_from)
        if not catalog.offers and current is None:
            problem = "No source has given any model yet."
            return msgspec.structs.replace(report, problem=problem)
        stamp = self.stamp(world.moment.seconds)
        name, is_new = await asyncio.to_thread(self.publisher.publish, catalog, stamp)
        report = msgspec.structs.replace(report, snapshot=name, published=is_new)
        self._settled = (terms, report)
        return report

    async def rehearse(
        self, report: Report, known: Mapping[str, Known], world: World, changes: Changes
    ) -> Report:
        """Return *report* with what would become of it, without the store and without a file."""
        rows = [
            SourceRows(source=name, is_book=world.is_book(name), rows=one.rows)
            for name, one in known.items()
        ]
        usable = material.usable(rows, world.registry.by_id, self.may_use)
        return _with_sizes(
            report, await asyncio.to_thread(self._build, usable, world, changes, NO_LEDGER)
        )

    def _is_settled(self, terms: str, changes: Changes, current: str | None) -> bool:
        if self._settled is None or changes.answers or changes.facts or changes.events:
            return False
        return self._settled[0] == terms and self._settled[1].snapshot == current

    def _build(
        self, rows: Sequence[SourceRows], world: World, changes: Changes, ledger: Ledger
    ) -> Catalog:
        rules = Rules(
            hidden=world.hidden_after(changes),
            retire_after=self.retire_after,
            overrides=world.stated.overrides,
            joined=world.stated.joined,
            parted=world.stated.parted,
        )
        providers, today = world.registry.providers(), world.moment.date
        return pipeline.build(rows, providers, today, rules, ledger, world.figures)


def _terms(world: World, changes: Changes) -> str:
    """Return what a catalog depends on besides listings: unchanged, nothing is built."""
    hidden, stated = sorted(world.hidden_after(changes)), world.stated.terms
    return material.digest(
        world.registry.by_id.values(), hidden, stated, world.moment.date, world.figures
    )


def _with_sizes(report: Report, catalog: Catalog) -> Report:
    return msgspec.structs.replace(
        report,
        offers=sum(one.is_active for one in catalog.offers),
        models=sum(any(o.is_active for o in one.offers) for one in catalog.models),
    )
