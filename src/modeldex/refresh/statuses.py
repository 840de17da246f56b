"""What the status file says of each source."""

from collections.abc import Mapping

from modeldex.refresh.asking import Known
from modeldex.refresh.breaker import Breaker
from modeldex.snapshot.status import Held, SourceStatus
from modeldex.sources.declaration import Declaration
from modeldex.store.base import Health


def source_status(
    declaration: Declaration,
    known: Mapping[str, Known],
    obstacle: str | None,
    breaker: Breaker,
    now: float,
) -> SourceStatus:
    """Return how a source is doing, as it is shown."""
    found = known.get(declaration.id, Known(Health(source=declaration.id)))
    health, held = found.health, found.held
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
        held=None
        if held is None
        else Held(
            kind=held.kind,
            reason=held.reason,
            before=held.before,
            now=held.now,
            suspicious=held.suspicious,
            times=held.times,
            first_at=held.first_at,
            rejected=held.rejected,
        ),
    )


def _state(found: Known, obstacle: str | None) -> str:
    if obstacle is not None:
        return obstacle
    if found.health.failures:
        return "failing"
    if found.held is not None:
        return "held"
    return "ok" if found.health.answered_at is not None else "never asked"
