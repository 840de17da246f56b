"""The part of a store that remembers calls."""

from collections.abc import Sequence
from typing import Protocol

from modeldex.domain.calls import Batch
from modeldex.store.tallies import Tally

BATCHES_KEPT = 86_400  # seconds that a batch is known, so that it is counted once
MOST_BATCHES = 100_000  # that are known; of more, the oldest are forgotten


class Calls(Protocol):
    """Remembers calls as tallies; any number of processes may record at a time.

    All methods raise :class:`modeldex.errors.StoreError` with what to do.
    """

    async def record(self, batches: Sequence[Batch], now: int) -> list[str]:
        """Count each batch that is not known, all in one transaction; return what became of each.

        One that is known is ``repeated``, or ``conflicting`` where it says something else.
        """

    async def tallies(self) -> tuple[Tally, ...]:
        """Return all tallies, sorted by offer, beginning and length."""

    async def roll_up(self, now: int) -> None:
        """Make days of the hours that are no longer kept apart, and forget what is too old."""
