"""The store in memory: the reference for the others, and a fake for tests."""

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.store.base import Changes, GoodAnswer, Health, HeldAnswer


class MemoryStore:
    """Remembers until the process ends."""

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._answers: dict[str, GoodAnswer] = {}
        self._held: dict[str, HeldAnswer] = {}
        self._hidden: set[str] = set()

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

    async def held(self) -> dict[str, HeldAnswer]:
        """Return the answers that are held back, by source id."""
        return dict(sorted(self._held.items()))

    async def hidden(self) -> frozenset[str]:
        """Return the ids of offers that an operator hides."""
        return frozenset(self._hidden)

    async def save(self, changes: Changes) -> None:
        """Record the outcome of one refresh."""
        self._health |= {one.source: one for one in changes.health}
        self._answers |= {one.rows.source: self._with_pages(one) for one in changes.answers}
        for source in changes.released:
            self._held.pop(source, None)
        self._held |= {one.source: one for one in changes.held}
        self._hidden = (self._hidden | set(changes.hidden)) - set(changes.shown)

    def _with_pages(self, one: GoodAnswer) -> GoodAnswer:
        if one.pages is not None:
            return one
        before = self._answers.get(one.rows.source)
        return msgspec.structs.replace(one, pages=before.pages if before else ())
