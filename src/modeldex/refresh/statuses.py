"""What the status file says of each source."""

from collections.abc import Callable, Mapping

from modeldex.refresh.breaker import Breaker
from modeldex.refresh.world import Known, World
from modeldex.snapshot.status import Held, SourceStatus
from modeldex.sources.declaration import Declaration
from modeldex.store.base import Health, HeldAnswer


def statuses(
    world: World,
    known: Mapping[str, Known],
    obstacle: Callable[[Declaration], str | None],
    breaker: Breaker,
) -> tuple[SourceStatus, ...]:
    """Return how all declared sources are doing, as it is shown, after what is *known* now."""
    return tuple(
        _status(
            one,
            known.get(one.id, Known(Health(source=one.id))),
            obstacle(one),
            breaker,
            world.moment.seconds,
        )
        for one in world.registry.by_id.values()
    )


def _status(
    declaration: Declaration, found: Known, obstacle: str | None, breaker: Breaker, now: float
) -> SourceStatus:
    health = found.health
    return SourceStatus(
        id=declaration.id,
        provider=declaration.serves,
        name=declaration.name,
        book=declaration.book,
        evidence=declaration.evidence.kind if declaration.evidence else None,
        state=_state(found, obstacle),
        reason=declaration.no_list if obstacle == "no list" else health.failure,
        rows=health.rows,
        priced=health.priced,
        missing=sum(bool(one.missing) for one in found.rows),
        suspicious=sum(one.pending is not None for one in found.rows),
        asked_at=health.asked_at,
        answered_at=health.answered_at,
        failed_at=health.failed_at,
        failure_kind=health.failure_kind,
        failures=health.failures,
        breaker=breaker.state(health, now),
        next_at=None if obstacle else max(health.next_at or 0.0, health.wait_until or 0.0) or None,
        outcome=health.outcome,
        seconds=health.seconds,
        bytes=health.bytes,
        held=None if found.held is None else _held(found.held),
    )


def _held(one: HeldAnswer) -> Held:
    return Held(
        kind=one.kind,
        reason=one.reason,
        before=one.before,
        now=one.now,
        suspicious=one.suspicious,
        times=one.times,
        first_at=one.first_at,
        rejected=one.rejected,
    )


def _state(found: Known, obstacle: str | None) -> str:
    if obstacle is not None:
        return obstacle
    if found.health.failures:
        return "failing"
    if found.held is not None:
        return "rejected" if found.held.rejected else "held"
    return "ok" if found.health.answered_at is not None else "never asked"
