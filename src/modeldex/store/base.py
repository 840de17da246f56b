"""The store as everybody sees it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from modeldex.domain.listing import SourceRows


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is doing, and what a conditional request to it needs. Times: unix seconds.

    Attributes:
        declaration: digest of the declaration that decoded the last good answer.
        next_at: before this moment it is not asked by itself.
        failures: in a row, since the last good answer.
    """

    source: str
    asked_at: float | None = None
    answered_at: float | None = None
    failed_at: float | None = None
    failure_kind: str | None = None
    failure: str | None = None
    failures: int = 0
    next_at: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    declaration: str | None = None
    rows: int = 0
    priced: int = 0


class GoodAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A good answer of a source: its payload as it came, and what was decoded from it.

    Attributes:
        pages: the bodies of its pages.
        recorded_at: unix seconds.
    """

    rows: SourceRows
    pages: tuple[bytes, ...]
    recorded_at: float


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

    async def save(self, health: Sequence[Health], answers: Sequence[GoodAnswer]) -> None:
        """Record the outcome of one refresh: replaces what is held of the sources named.

        The number of statements does not depend on the number of rows or sources.
        """

    async def forget(self, sources: Sequence[str]) -> None:
        """Remove the listings and the health of sources that are no longer declared."""
