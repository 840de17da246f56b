"""What one source's turn leaves behind: an outcome to show, and what to remember. Pure."""

import traceback
from pathlib import Path

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.errors import NotAsked, SourceError
from modeldex.history import diff
from modeldex.normalize.listings import normalized
from modeldex.refresh import report
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.judging import Judge, Verdict
from modeldex.refresh.report import Outcome
from modeldex.refresh.world import Known
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Validators
from modeldex.sources.harvest import Harvest, fingerprint
from modeldex.store.base import GoodAnswer, Health, HeldAnswer


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One source in one refresh.

    Attributes:
        next_at: when it is asked again, but for a longer wait.
    """

    declaration: Declaration
    before: Known
    judge: Judge
    next_at: float


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one source's turn leaves behind: an outcome to show, and what to remember.

    Attributes:
        answer: what is held from now on, where that changed.
        held: an answer that the guard holds back.
        released: the answer that was held back is no longer of interest.
    """

    outcome: Outcome
    health: Health
    answer: GoodAnswer | None = None
    held: HeldAnswer | None = None
    released: bool = False


def validators(turn: Turn) -> Validators:
    """Whoever insists, holds nothing, or reads anew, must see the whole answer again."""
    health = turn.before.health
    reads_anew = health.declaration != fingerprint(turn.declaration)
    if turn.judge.force or not turn.before.rows or reads_anew:
        return Validators()
    return Validators(health.etag, health.last_modified)


def answered(turn: Turn, harvest: Harvest, description_length: int) -> Result:
    """Return what an answer leaves behind, judged in the light of what is held."""
    before, judge = turn.before, turn.judge
    if harvest.decoded is None:
        verdict = judge.unchanged(before.rows)
    else:
        verdict = judge.answer(
            turn.declaration.id,
            before.rows,
            normalized(harvest.decoded.listings, description_length),
            before.held,
            complete=not harvest.decoded.dropped,
        )
    if verdict.held is not None:
        return _held(turn, verdict.held, harvest)
    return _taken(turn, verdict, harvest)


def failed(turn: Turn, error: SourceError, breaker: Breaker) -> Result:
    """Return what a failure leaves behind: one more in a row, and a pause where that is due."""
    now, before = turn.judge.now, turn.before.health
    failures = before.failures + 1
    wait = breaker.wait(failures, error.retry_after)
    health = msgspec.structs.replace(
        before,
        asked_at=now,
        failed_at=now,
        failure_kind=error.kind,
        failure=error.reason,
        failures=failures,
        next_at=turn.next_at,
        wait_until=now + wait if wait else None,
    )
    return Result(outcome=_nothing_new(turn, report.FAILED, error), health=health)


def not_asked(turn: Turn, error: NotAsked) -> Result:
    """Return what is left of a turn that never came: the source is as it was, and still due."""
    return Result(outcome=_nothing_new(turn, report.SKIPPED, error), health=turn.before.health)


def timed(result: Result, seconds: float) -> Result:
    """Return a result that says how long the turn took."""
    outcome = msgspec.structs.replace(result.outcome, seconds=round(seconds, 3))
    health = msgspec.structs.replace(
        result.health, outcome=outcome.outcome, seconds=outcome.seconds, bytes=outcome.bytes
    )
    return msgspec.structs.replace(result, outcome=outcome, health=health)


def our_fault(error: Exception) -> SourceError:
    """Return what to say of an error that nobody foresaw; its own text may quote anything."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return SourceError("decode", f"modeldex failed on it: {type(error).__name__} in {where}")


def _nothing_new(turn: Turn, outcome: str, error: SourceError) -> Outcome:
    before = turn.before.health
    return Outcome(
        source=before.source,
        outcome=outcome,
        rows=before.rows,
        priced=before.priced,
        failure_kind=error.kind if outcome == report.FAILED else None,
        reason=error.reason,
    )


def _held(turn: Turn, held: HeldAnswer, harvest: Harvest) -> Result:
    """What tells of the last good answer stays, so that the next one is seen whole again."""
    before, now = turn.before.health, turn.judge.now
    outcome = Outcome(
        source=held.source,
        outcome=report.REJECTED if held.rejected else report.HELD,
        rows=before.rows,
        priced=before.priced,
        suspicious=held.suspicious,
        bytes=harvest.size,
        failure_kind="guard",
        reason=held.reason,
    )
    health = msgspec.structs.replace(
        before,
        asked_at=now,
        failed_at=now,
        failure_kind="guard",
        failure=held.reason,
        failures=0,
        next_at=turn.next_at,
        wait_until=None,
    )
    kept = msgspec.structs.replace(held, pages=harvest.pages)
    return Result(outcome=outcome, health=health, held=kept)


def _taken(turn: Turn, verdict: Verdict, harvest: Harvest) -> Result:
    before = turn.before
    remembered = before.rows if before.remembered is None else before.remembered
    outcome = _outcome(turn.declaration, diff.between(remembered, verdict.rows), verdict, harvest)
    answer = None if verdict.rows == remembered else _answer(turn, verdict, harvest)
    return Result(
        outcome=outcome,
        health=_healthy(turn, harvest, outcome),
        answer=answer,
        released=before.held is not None,
    )


def _answer(turn: Turn, verdict: Verdict, harvest: Harvest) -> GoodAnswer:
    declared = turn.declaration
    rows = SourceRows(source=declared.id, is_book=declared.book, rows=verdict.rows)
    pages = None if harvest.decoded is None else harvest.pages
    return GoodAnswer(rows=rows, pages=pages, recorded_at=turn.judge.now)


def _healthy(turn: Turn, harvest: Harvest, outcome: Outcome) -> Health:
    return msgspec.structs.replace(
        turn.before.health,
        asked_at=turn.judge.now,
        answered_at=turn.judge.now,
        failures=0,
        failure_kind=None,
        failure=None,
        next_at=turn.next_at,
        wait_until=None,
        etag=harvest.validators.etag,
        last_modified=harvest.validators.last_modified,
        declaration=fingerprint(turn.declaration),
        rows=outcome.rows,
        priced=outcome.priced,
    )


def _outcome(
    declaration: Declaration, step: diff.Step, verdict: Verdict, harvest: Harvest
) -> Outcome:
    present = [one for one in verdict.rows if not one.missing]
    decoded = harvest.decoded
    return Outcome(
        source=declaration.id,
        outcome=report.UNCHANGED if decoded is None else report.ANSWERED,
        rows=len(present),
        priced=sum(bool(one.listing.rates) for one in present),
        new=len(step.added),
        changed=len(step.changed),
        removed=len(step.removed),
        returned=len(step.returned),
        suspicious=sum(one.pending is not None for one in present),
        dropped=decoded.dropped if decoded else 0,
        bad_prices=decoded.bad_prices if decoded else 0,
        unknown_prices=decoded.unknown_prices if decoded else {},
        notes=decoded.notes if decoded else (),
        bytes=harvest.size,
    )
