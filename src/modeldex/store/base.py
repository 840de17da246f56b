"""The store as everybody sees it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from modeldex.domain.listing import Listing, SourceRows


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
    """

    rows: SourceRows
    pages: tuple[bytes, ...] | None
    recorded_at: float


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
    """

    health: Sequence[Health] = ()
    answers: Sequence[GoodAnswer] = ()
    held: Sequence[HeldAnswer] = ()
    released: Sequence[str] = ()
    hidden: Sequence[str] = ()
    shown: Sequence[str] = ()


class Store(Protocol):
    """Remembers. Every method is one transaction; readers see all of it or nothing.

    All methods raise :class:`modeldex.errors.StoreError` with what to do.
    """

    async def open(self) -> None:
        """Connect, and bring the schema up to date."""

    async def close(self) -> None:
        """Let go of every connection. Calling it twice is harmless."""

    async def health(self) -> dict[str, Health]:
        """Return the health of every source that was ever asked, by source id."""

    async def listings(self) -> list[SourceRows]:
        """Return the last good listings of all sources, sorted by source id, in one statement."""

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""

    async def held(self) -> dict[str, HeldAnswer]:
        """Return the answers that are held back, by source id."""

    async def hidden(self) -> frozenset[str]:
        """Return the ids of offers that an operator hides."""

    async def save(self, changes: Changes) -> None:
        """Record the outcome of one refresh: replaces what is held of the sources named.

        The number of statements does not depend on the number of rows.
        """
