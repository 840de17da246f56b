"""Carries out what an operator decided. Pure: what is known in, what to remember out."""

from collections.abc import Iterable, Mapping

import msgspec

from modeldex.domain.listing import Kept, SourceRows
from modeldex.errors import RefreshError
from modeldex.refresh import guard
from modeldex.refresh.judging import accepted
from modeldex.refresh.order import Decision
from modeldex.refresh.suspicion import Thresholds
from modeldex.refresh.world import Known, Moment, World
from modeldex.store.base import Changes, GoodAnswer, Health, HeldAnswer


def carry_out(decisions: Iterable[Decision], world: World, thresholds: Thresholds) -> Changes:
    """Return what *decisions* change.

    Raises:
        RefreshError: there is nothing to decide where a decision points.
    """
    changes = Changes()
    for one in decisions:
        changes = _joined(changes, _one(one, world, thresholds))
    return changes


def _one(decision: Decision, world: World, thresholds: Thresholds) -> Changes:
    target = decision.target
    if decision.action == "hide":
        return Changes(hidden=(target,))
    if decision.action == "show":
        return Changes(shown=(target,))
    before = _known(decision, world.known)
    whole = before.held if decision.model is None else None
    if whole is not None and decision.action == "reject":
        return Changes(held=(msgspec.structs.replace(whole, rejected=True),))
    rows = _decided(decision, before, world.moment, thresholds)
    source = SourceRows(source=target, is_book=world.is_book(target), rows=rows)
    pages = whole.pages if whole else None
    answer = GoodAnswer(
        rows=source,
        pages=pages,
        recorded_at=world.moment.seconds,
        observed_at=whole.first_at if whole else None,
    )
    return Changes(
        health=(_health(before.health, rows),),
        answers=(answer,),
        released=(target,) if whole is not None else (),
    )


def _health(before: Health, rows: tuple[Kept, ...]) -> Health:
    """The validators were those of the answer before: the next one must be seen whole."""
    present = [one for one in rows if not one.missing]
    return msgspec.structs.replace(
        before,
        etag=None,
        last_modified=None,
        failure_kind=None,
        failure=None,
        rows=len(present),
        priced=sum(bool(one.listing.rates) for one in present),
    )


def _joined(one: Changes, other: Changes) -> Changes:
    return Changes(
        health=(*one.health, *other.health),
        answers=(*one.answers, *other.answers),
        held=(*one.held, *other.held),
        released=(*one.released, *other.released),
        hidden=(*one.hidden, *other.hidden),
        shown=(*one.shown, *other.shown),
    )


def _known(decision: Decision, known: Mapping[str, Known]) -> Known:
    found = known.get(decision.target)
    if found is None:
        raise RefreshError(f"Nothing is known of a source {decision.target!r}.")
    if decision.model is not None:
        if not any(_is_meant(one, decision.model) for one in found.rows):
            message = f"Nothing is held back of {decision.model!r} at {decision.target}."
            raise RefreshError(message)
    elif found.held is None and not any(one.pending for one in found.rows):
        raise RefreshError(f"Nothing is held back of {decision.target}; see `modeldex sources`.")
    return found


def _decided(
    decision: Decision, before: Known, moment: Moment, thresholds: Thresholds
) -> tuple[Kept, ...]:
    if decision.model is None and before.held is not None:
        return accepted(before.rows, before.held, thresholds, moment.seconds, moment.date)
    accepts = decision.action == "accept"
    return tuple(
        _settled(one, moment.date, accepts=accepts)
        if decision.model is None or _is_meant(one, decision.model)
        else one
        for one in before.rows
    )


def _settled(one: Kept, today: str, *, accepts: bool) -> Kept:
    if accepts:
        return guard.settled(one, today)
    return msgspec.structs.replace(one, pending=None)


def _is_meant(one: Kept, model: str) -> bool:
    return one.pending is not None and one.listing.provider_model_id == model


def decided(known: Mapping[str, Known], changes: Changes) -> dict[str, Known]:
    """Return what is known after *changes*."""
    found = dict(known)
    for health in changes.health:
        before = found.get(health.source, Known(health))
        found[health.source] = msgspec.structs.replace(before, health=health)
    for answer in changes.answers:
        source = answer.rows.source
        found[source] = msgspec.structs.replace(found[source], rows=answer.rows.rows)
    held: dict[str, HeldAnswer | None] = {one.source: one for one in changes.held}
    held |= dict.fromkeys(changes.released)
    for source, one in held.items():
        found[source] = msgspec.structs.replace(found[source], held=one)
    return found
