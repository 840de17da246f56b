"""The store on a database, SQLite or PostgreSQL, through SQLAlchemy Core."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from modeldex.domain.history import Fact, Observation
from modeldex.errors import StoreError
from modeldex.store import migrate, reading, writing
from modeldex.store.base import Basis, Changes, Compacted, GoodAnswer, Remembered, Work
from modeldex.store.engine import READS, WRITES, Limits, connected, transaction
from modeldex.store.failures import FAULTS, explain, is_lost
from modeldex.store.metrics import StoreMetrics

_LOOK = 0.05  # seconds between two looks at a replica that is behind
_LIMITS = Limits()
_T = TypeVar("_T")
Transaction = Callable[[AsyncConnection], Awaitable[_T]]


class SqlStore:
    """Remembers in the database at *url* (``sqlite:///…`` or ``postgresql://…``)."""

    def __init__(
        self,
        url: str,
        *,
        replica_url: str | None = None,
        limits: Limits = _LIMITS,
        metrics: StoreMetrics | None = None,
    ) -> None:
        """Prepare for the database at *url*; nothing is connected yet.

        Raises:
            StoreError: it is no URL of a database that this installation knows.
        """
        self.limits, self.metrics = limits, metrics
        self.engine = connected(url, limits, "MODELDEX_STORE_URL")
        self.replica = None if replica_url is None else _replica(replica_url, limits)
        if metrics is not None:
            for engine in self._engines:
                metrics.watch(engine.sync_engine)

    @property
    def _engines(self) -> list[AsyncEngine]:
        return [self.engine] if self.replica is None else [self.engine, self.replica]

    async def open(self) -> None:
        """Connect, and bring the schema up to date; a replica is left as it is.

        Raises:
            StoreError: the database cannot be reached, is somebody else's, or of a newer modeldex.
        """
        if not await self.run(lambda connection: connection.run_sync(migrate.is_current)):
            await self.run(lambda connection: connection.run_sync(migrate.upgrade), WRITES)

    async def close(self) -> None:
        """Let go of every connection."""
        for engine in self._engines:
            await engine.dispose()

    def work(self) -> Work:
        """Return what was asked of the databases so far, nothing where it is not counted."""
        return Work() if self.metrics is None else self.metrics.work()

    async def known(self) -> Remembered:
        """Return what a refresh begins with."""
        return await self.run(reading.known)

    async def basis(self, least: int) -> Basis:
        """Return what a build needs, from the replica where that holds commit number *least*."""
        if self.replica is not None:
            try:
                return await self._from_replica(self.replica, least)
            except StoreError as error:
                if self.metrics is not None:
                    self.metrics.fall_back(str(error))
        return await self.run(partial(reading.whole, least=least))

    async def believed(self, sources: Sequence[str]) -> tuple[Fact, ...]:
        """Return the facts of *sources* that nothing has superseded, sorted by number."""
        return await self.run(partial(reading.believed, sources=sources))

    async def observations(self, source: str) -> tuple[Observation, ...]:
        """Return when a source was observed, in the order of these moments."""
        return await self.run(partial(reading.observations, source=source))

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""
        return await self.run(partial(reading.payload, source=source))

    async def save(self, changes: Changes) -> int:
        """Record the outcome of one refresh in one transaction; return the commit's number."""
        save = partial(writing.save, changes=changes, token=secrets.token_hex(8))
        return await self.run(save, WRITES)

    async def compact(self, horizon: int) -> Compacted:
        """Forget what nobody may ask for any more."""
        token, done = secrets.token_hex(8), Compacted(facts=0, events=0)

        async def work(connection: AsyncConnection) -> Compacted:
            nonlocal done
            done = await writing.compact(connection, horizon, token) or done
            return done

        return await self.run(work, WRITES)

    async def _from_replica(self, replica: AsyncEngine, least: int) -> Basis:
        clock = asyncio.get_running_loop().time
        until = clock() + self.limits.replica_seconds
        read = partial(reading.fresh, least=least)
        while isinstance(found := await self.run(read, engine=replica), int):
            if clock() >= until:
                raise StoreError(
                    f"The replica is behind: it is at commit {found}, {least} is needed."
                )
            await asyncio.sleep(_LOOK)
        return found

    async def run(
        self,
        work: Transaction[_T],
        options: dict[str, dict[str, Any]] = READS,
        engine: AsyncEngine | None = None,
    ) -> _T:
        """Return what *work* gives in a transaction; once more where the connection was lost.

        Work that writes must know its own commit, since that may have been done all the same.
        """
        chosen = engine or self.engine
        try:
            try:
                return await _once(chosen, work, options)
            except FAULTS as error:
                if not is_lost(error):
                    raise
                await chosen.dispose()  # the others are of the same server
                return await _once(chosen, work, options)
        except FAULTS as error:
            raise explain(error, chosen.url) from error


async def _once(
    engine: AsyncEngine, work: Transaction[_T], options: dict[str, dict[str, Any]]
) -> _T:
    async with transaction(engine, options) as connection:
        return await work(connection)


def _replica(url: str, limits: Limits) -> AsyncEngine:
    setting = "MODELDEX_STORE_REPLICA_URL"
    shorter = min(limits.connect_seconds, limits.replica_seconds)
    limits = msgspec.structs.replace(limits, connect_seconds=shorter)
    engine = connected(url, limits, setting)
    if engine.dialect.name != "postgresql":
        raise StoreError(f"{setting} cannot be used: only PostgreSQL has replicas.")
    return engine
