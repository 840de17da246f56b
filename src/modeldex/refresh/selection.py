"""Which sources there are, which of them may be used, and which are asked in a refresh."""

from collections.abc import Callable

from modeldex.domain.rules import Stated
from modeldex.errors import RefreshError
from modeldex.refresh.breaker import may_ask
from modeldex.refresh.order import Order
from modeldex.refresh.report import SKIPPED, Outcome
from modeldex.refresh.schedule import is_due
from modeldex.refresh.world import World
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.base import Health


class Selection:
    """Selects sources.

    Args:
        load: reads the declarations; done anew for every refresh, so that a new file is seen.
        chosen: ids of the sources that may be used; ``None`` means all.
        overrides: reads what an operator states; anew for every refresh, too.

    Attributes:
        disabled: ids of the sources that an operator switched off, as last read from the store.
    """

    def __init__(
        self,
        load: Callable[[], Registry],
        chosen: frozenset[str] | None,
        asker: Asker,
        overrides: Callable[[], Stated] = Stated,
    ) -> None:
        self.load, self.chosen, self.asker = load, chosen, asker
        self.overrides = overrides
        self.disabled: frozenset[str] = frozenset()

    def may_use(self, one: Declaration) -> bool:
        """Return whether a source is among those chosen."""
        return self.chosen is None or not self.chosen.isdisjoint({one.id, *one.aliases})

    def obstacle(self, one: Declaration) -> str | None:
        """Return why a source cannot be asked at all, ``None`` where it can."""
        if not self.may_use(one):
            return "not chosen"
        return "disabled" if one.id in self.disabled else self.asker.obstacle(one)

    def check_names(self, registry: Registry, order: Order) -> None:
        """Refuse a name without a source, unless a broken declaration may be what it means.

        Raises:
            RefreshError: naming the sources that there are.
        """
        chosen = () if registry.broken else sorted(self.chosen or ())
        for name in (*order.sources, *chosen):
            if registry.resolve(name) is None:
                names = ", ".join(registry.by_id)
                raise RefreshError(f"There is no source {name!r}. There are: {names}.")

    def choose(self, world: World, order: Order) -> tuple[list[Declaration], list[Outcome]]:
        """Return whom to ask, and an outcome with the reason for each that is left alone."""
        asked, skipped = [], []
        for one in _meant(world.registry, order):
            health, obstacle = world.health(one.id), self.obstacle(one)
            if obstacle is None and order.only_due and not is_due(health, world.moment.seconds):
                continue
            reason = obstacle or (None if order.force else _pause(health, world.moment.seconds))
            if reason is None:
                asked.append(one)
            else:
                skipped.append(_skipped(health, reason))
        return asked, skipped


def _meant(registry: Registry, order: Order) -> list[Declaration]:
    """Return the sources that an order speaks of."""
    if order.ask_nobody:
        return []
    wanted = {one.id for name in order.sources if (one := registry.resolve(name))}
    return [
        one
        for one in registry.by_id.values()
        if (not order.sources or one.id in wanted)
        and (not order.only_packages or one.package is not None)
    ]


def _skipped(one: Health, reason: str) -> Outcome:
    return Outcome(
        source=one.source, outcome=SKIPPED, rows=one.rows, priced=one.priced, reason=reason
    )


def _pause(health: Health, now: float) -> str | None:
    """Return why a source is left alone for now, ``None`` where it may be asked."""
    if may_ask(health, now):
        return None
    left = (health.wait_until or now) - now
    return f"left alone for {left:.0f} s more: {health.failure or ''}"
