"""The store in memory: the reference for the others, and a fake for tests."""

from collections.abc import Sequence

from modeldex.domain.listing import SourceRows
from modeldex.store.base import GoodAnswer, Health


class MemoryStore:
    """Remembers until the process ends."""

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._answers: dict[str, GoodAnswer] = {}

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def health(self) -> dict[str, Health]:
        """Return the health of every source that was ever asked, by source id."""
        return dict(sorted(self._health.items()))

    async def listings(self) -> list[SourceRows]:
        """Return the last good listings of all sources, sorted by source id."""
        return [self._answers[source].rows for source in sorted(self._answers)]

    async def payload(self, source: str) -> GoodAnswer | None:
        """Return the last good answer of one source with its payload."""
        return self._answers.get(source)

    async def save(self, health: Sequence[Health], answers: Sequence[GoodAnswer]) -> None:
        """Record the outcome of one refresh."""
        self._health |= {one.source: one for one in health}
        self._answers |= {one.rows.source: one for one in answers}

    async def forget(self, sources: Sequence[str]) -> None:
        """Remove the listings and the health of *sources*."""
        for source in sources:
            self._health.pop(source, None)
            self._answers.pop(source, None)
