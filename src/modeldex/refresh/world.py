"""What one refresh begins with: the moment, the declarations, and what is remembered."""

from collections.abc import Mapping

import msgspec

from modeldex.domain.listing import Kept, Listing
from modeldex.domain.offer import Observed
from modeldex.domain.rules import Stated
from modeldex.domain.tenancy import NO_STANDING, Standing
from modeldex.refresh.observing import Folding
from modeldex.sources.registry import Registry
from modeldex.store.base import Changes, Health, HeldAnswer, Store


class Moment(msgspec.Struct, frozen=True):
    """Now, as the core needs it: unix seconds and the UTC date."""

    seconds: float
    date: str


class Known(msgspec.Struct, frozen=True):
    """What is known of one source before it is asked.

    Attributes:
        rows: what its answer is compared with.
        remembered: the rows in the store, where a changed declaration reads them otherwise.
    """

    health: Health
    rows: tuple[Kept, ...] = ()
    held: HeldAnswer | None = None
    remembered: tuple[Kept, ...] | None = None


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What one refresh begins with; *known* by source id, *hidden* the ids of offers.

    Attributes:
        stated: what an operator states in a file.
        recorded_at: unix seconds of the last commit; 0 where there is none.
        observed: ids of the sources that were ever observed.
        horizon: unix seconds; what had ended before it may be forgotten.
        figures: what callers report, by the ids of offers.
        standing: what an operator has put into the store.
    """

    moment: Moment
    registry: Registry
    known: dict[str, Known]
    hidden: frozenset[str]
    stated: Stated
    recorded_at: int = 0
    observed: frozenset[str] = frozenset()
    horizon: int = 0
    figures: Mapping[str, Observed] = {}
    standing: Standing = NO_STANDING

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each thing that an operator stated and that cannot be used."""
        return (*self.stated.problems, *self.standing.stated.problems)

    def health(self, source: str) -> Health:
        """Return how a source was doing, be it that it was never asked."""
        known = self.known.get(source)
        return known.health if known is not None else Health(source=source)

    def is_book(self, source: str) -> bool:
        """Return whether a source is declared, and as a book."""
        declared = self.registry.by_id.get(source)
        return declared is not None and declared.book

    def hidden_after(self, changes: Changes) -> frozenset[str]:
        """Return the ids of the offers that an operator hides, *changes* included."""
        return (self.hidden | set(changes.hidden)) - set(changes.shown)

    def book_prices(self) -> dict[tuple[str, str], list[Listing]]:
        """Return what books say, by provider and its model's id in lower case."""
        found: dict[tuple[str, str], list[Listing]] = {}
        for name, one in self.known.items():
            for row in one.rows if self.is_book(name) else ():
                key = (row.listing.provider, row.listing.provider_model_id.lower())
                found.setdefault(key, []).append(row.listing)
        return found


async def remembered(
    store: Store, registry: Registry, stated: Stated, moment: Moment, folding: Folding
) -> World:
    """Return the world at a moment.

    Raises:
        StoreError: the record of truth cannot be read.
    """
    found = await store.known()
    rows = {one.source: one.rows for one in found.listings}
    known = {
        name: Known(
            found.health.get(name, Health(source=name)), rows.get(name, ()), found.held.get(name)
        )
        for name in found.health.keys() | rows.keys()
    }
    return World(
        moment=moment,
        registry=registry,
        known=known,
        hidden=found.hidden,
        stated=stated,
        recorded_at=found.recorded_at,
        observed=found.observed,
        horizon=found.horizon,
        figures=await folding.figures(store, moment.seconds),
        standing=found.standing,
    )
