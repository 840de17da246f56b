"""The store as everybody sees it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from modeldex.domain.history import Event, Fact, Ledger, Observation
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.tenancy import NO_STANDING, Standing, TenantBasis, View


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is doing, and what a conditional request to it needs. Times: unix seconds.

    Attributes:
        declaration: digest of the declaration that decoded the last good answer.
        next_at: before this moment it is not asked by itself.
        wait_until: before this moment it is not asked at all: its ``Retry-After``, or its breaker.
        failures: in a row, since the last answer.
        outcome, seconds, bytes: of the last time it was asked.
    """

    source: str
    asked_at: float | None = None
    answered_at: float | None = None
    failed_at: float | None = None
    failure_kind: str | None = None
    failure: str | None = None
    failures: int = 0
    next_at: float | None = None
    wait_until: float | None = None
    outcome: str | None = None
    seconds: float = 0.0
    bytes: int = 0
    etag: str | None = None
    last_modified: str | None = None
    declaration: str | None = None
    rows: int = 0
    priced: int = 0


class GoodAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A good answer of a source: its payload as it came, and what was decoded from it.

    Attributes:
        pages: the bodies of its pages; ``None`` where they are those remembered already.
        recorded_at: unix seconds.
        observed_at: when it came, unix seconds, where that was earlier; it is not stored.
    """

    rows: SourceRows
    pages: tuple[bytes, ...] | None
    recorded_at: float
    observed_at: float | None = None


class HeldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was too suspicious to be taken, with its numbers. Times: unix seconds.

    Attributes:
        kind: ``empty``, ``shrunk`` or ``changed``.
        before, now: rows that were held, and rows of this answer.
        suspicious: rows that changed suspiciously.
        digest: equal answers have equal digests.
        times: equal answers so far.
        rejected: an operator does not want it; equal ones are refused without further notice.
    """

    source: str
    kind: str
    reason: str
    before: int
    now: int
    suspicious: int
    digest: str
    first_at: float
    last_at: float
    times: int = 1
    rejected: bool = False
    listings: tuple[Listing, ...] = ()
    pages: tuple[bytes, ...] = ()


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh leaves behind; all of it or nothing is remembered.

    Attributes:
        released: sources whose held answer is no longer of interest.
        hidden, shown: ids of offers that an operator hides, or shows again.
        facts: to be appended.
        superseded: numbers of facts that are believed no more, from *recorded_at* on.
        events: to be appended, in this order.
        observations: to be appended.
        recorded_at: unix seconds; never before that of an earlier commit.
    """

    health: Sequence[Health] = ()
    answers: Sequence[GoodAnswer] = ()
    held: Sequence[HeldAnswer] = ()
    released: Sequence[str] = ()
    hidden: Sequence[str] = ()
    shown: Sequence[str] = ()
    facts: Sequence[Fact] = ()
    superseded: Sequence[int] = ()
    events: Sequence[Event] = ()
    observations: Sequence[Observation] = ()
    recorded_at: int = 0


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh begins with, read in one transaction.

    Attributes:
        health, held: by source id.
        listings: the last good ones, sorted by source id.
        hidden: ids of offers that an operator hides.
        commit: number of the last commit; 0 for an empty store.
        recorded_at: unix seconds of the last commit, 0 for an empty store.
        observed: ids of the sources with health that were ever observed.
        horizon: unix seconds; what had ended before it may be forgotten; 0 where nothing is.
        standing: what an operator has put into the store.
    """

    health: dict[str, Health]
    listings: tuple[SourceRows, ...]
    held: dict[str, HeldAnswer]
    hidden: frozenset[str]
    commit: int
    recorded_at: int
    observed: frozenset[str] = frozenset()
    horizon: int = 0
    standing: Standing = NO_STANDING


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What a build reads, in one repeatable-read transaction.

    Attributes:
        read_from: ``primary`` or ``replica``.
        commit: number of the last commit that it holds.
        standing: what an operator has put into the store.
    """

    listings: tuple[SourceRows, ...]
    hidden: frozenset[str]
    ledger: Ledger
    commit: int
    read_from: str
    standing: Standing = NO_STANDING

    @property
    def tenants(self) -> tuple[TenantBasis, ...]:
        """What the catalogs of tenants are built from, beside the public one; by slug."""
        return self.standing.tenants

    @property
    def views(self) -> tuple[View, ...]:
        """Every way in which some key sees the catalog otherwise; by name."""
        return self.standing.views


class Compacted(msgspec.Struct, frozen=True, kw_only=True):
    """How much a compaction removed."""

    facts: int
    events: int


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a store has asked of its databases so far.

    Attributes:
        statements: that were run.
        seconds: that they took, all together.
        slow: how many of them took longer than is usual.
        replica_unused: builds that were read from the primary though there is a replica.
    """

    statements: int = 0
    seconds: float = 0.0
    slow: int = 0
    replica_unused: int = 0


class Store(Protocol):
    """Remembers. Every method is one transaction; readers see all of it or nothing.

    All methods raise :class:`modeldex.errors.StoreError` with what to do.
    """

    async def open(self) -> None:
        """Connect, and bring the schema up to date."""

    async def close(self) -> None:
        """Let go of every connection. Calling it twice is harmless."""

    def work(self) -> Work:
        """Return what was asked of the databases so far."""

    async def known(self) -> Remembered:
        """Return what a refresh begins with; the number of statements is constant."""

    async def basis(self, least: int) -> Basis:
        """Return what a build needs; the number of statements is constant.

        It is read from the replica, where one is configured and holds commit number *least*, else
        from the primary; a primary that has not got it is an error.
        """

    async def believed(self, sources: Sequence[str]) -> tuple[Fact, ...]:
        """Return the facts of *sources* that nothing has superseded, sorted by number."""

    async def observations(self, source: str) -> tuple[Observation, ...]:
        """Return when a source was observed, in the order of these moments."""

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""

    async def save(self, changes: Changes) -> int:
        """Record the outcome of one refresh, all of it or nothing; return the commit's number.

        Replaces what is held of the sources named, and appends facts, events and observations;
        they are numbered in their order, after all that there ever were. Each source that is
        named has its health in the store or in *changes*. The number of statements does not
        depend on the number of rows, but for batches of a fixed size. Refused are a clock that
        went back, and superseded facts that nobody believes any more.
        """

    async def compact(self, horizon: int) -> Compacted:
        """Forget what nobody may ask for any more; it is a commit, too.

        Facts that were superseded, or whose time had ended, before *horizon* (unix seconds), and
        changes of price, limit and capability (not comings and goings) that were learned before
        it.
        """
