"""What all turns of a refresh add up to: what to remember, what is known then, what is news."""

from collections.abc import Mapping, Sequence

import msgspec

from modeldex.refresh.turns import Result
from modeldex.refresh.world import Known
from modeldex.store.base import Changes
from modeldex.telemetry import Log


def with_results(changes: Changes, results: Sequence[Result]) -> Changes:
    """Return what is to be remembered after decisions and turns; a turn's word is the last."""
    fresh = {one.answer.rows.source: one.answer for one in results if one.answer is not None}
    decided = [one for one in changes.answers if one.rows.source not in fresh]
    asked = {one.health.source: one.health for one in results}
    return msgspec.structs.replace(
        changes,
        health=[*({one.source: one for one in changes.health} | asked).values()],
        answers=[*decided, *fresh.values()],
        held=[*changes.held, *(one.held for one in results if one.held is not None)],
        released=[*changes.released, *(one.health.source for one in results if one.released)],
    )


def after(known: Mapping[str, Known], results: Sequence[Result]) -> dict[str, Known]:
    """Return what is known after *results*."""
    found = dict(known)
    for one in results:
        before = found.get(one.health.source, Known(one.health))
        rows = one.answer.rows.rows if one.answer is not None else before.rows
        held = one.held or (None if one.released else before.held)
        found[one.health.source] = Known(one.health, rows, held)
    return found


def tell(log: Log, known: Mapping[str, Known], results: Sequence[Result]) -> None:
    """Log the first failure, what the guard holds back, and the recovery; nothing between."""
    for one in results:
        source = one.health.source
        before = known.get(source)
        was = before.health.failure_kind if before else None
        is_held, was_held = one.health.failure_kind == "guard", was == "guard"
        if one.health.failure_kind and (not was or is_held != was_held):
            log.warning(
                "a source failed; its last good listings stand",
                source=source,
                kind=one.health.failure_kind,
                reason=one.health.failure,
            )
        elif was and not one.health.failure_kind:
            log.info("a source has recovered", source=source)
