"""Asks sources concurrently and turns what they say into what is remembered."""

import asyncio
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from modeldex.domain.listing import Kept, SourceRows
from modeldex.errors import SourceError
from modeldex.history import diff
from modeldex.normalize.listings import normalized
from modeldex.refresh import report
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.judging import Judge, Verdict
from modeldex.refresh.report import Outcome
from modeldex.refresh.schedule import Schedule
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Validators
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker, Harvest, fingerprint
from modeldex.store.base import GoodAnswer, Health, HeldAnswer

Progress = Callable[[Outcome], None]


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


class Questioner:
    """Gives each source its turn; a slow or failing one delays nobody.

    Args:
        stopwatch: seconds from any origin, to measure durations.
    """

    def __init__(
        self,
        asker: Asker,
        schedule: Schedule,
        breaker: Breaker,
        stopwatch: Callable[[], float],
        description_length: int,
    ) -> None:
        self.asker, self.schedule, self.breaker = asker, schedule, breaker
        self.stopwatch, self.description_length = stopwatch, description_length

    async def ask_all(
        self,
        declarations: Iterable[Declaration],
        known: Mapping[str, Known],
        fetcher: Fetcher,
        judge: Judge,
        progress: Progress,
    ) -> list[Result]:
        """Return a result per source, in the order of *declarations*."""

        async def turn(declaration: Declaration) -> Result:
            before = known.get(declaration.id, Known(Health(source=declaration.id)))
            result = await self._turn(declaration, before, fetcher, judge)
            progress(result.outcome)
            return result

        return list(await asyncio.gather(*map(turn, declarations)))

    async def _turn(
        self, declaration: Declaration, before: Known, fetcher: Fetcher, judge: Judge
    ) -> Result:
        began = self.stopwatch()
        try:
            held = _validators(declaration, before, judge)
            harvest = await self.asker.ask(declaration, fetcher, held)
            # In a thread: a large answer must not make the others miss their deadlines.
            result = await asyncio.to_thread(self._judged, declaration, before, harvest, judge)
        except SourceError as error:
            result = self._failed(before, error, judge.now)
        except Exception as error:  # noqa: BLE001 - an answer that finds a fault of ours spares the others
            result = self._failed(before, _our_fault(error), judge.now)
        seconds = round(self.stopwatch() - began, 3)
        outcome = msgspec.structs.replace(result.outcome, seconds=seconds)
        health = msgspec.structs.replace(
            result.health, outcome=outcome.outcome, seconds=seconds, bytes=outcome.bytes
        )
        return msgspec.structs.replace(result, outcome=outcome, health=health)

    def _judged(
        self, declaration: Declaration, before: Known, harvest: Harvest, judge: Judge
    ) -> Result:
        health = self._answered(declaration, before.health, harvest, judge)
        if harvest.decoded is None:
            verdict = judge.unchanged(before.rows)
        else:
            verdict = judge.answer(
                declaration.id,
                before.rows,
                normalized(harvest.decoded.listings, self.description_length),
                before.held,
                complete=not harvest.decoded.dropped,
            )
        if verdict.held is not None:
            return self._held(before, verdict.held, harvest, health)
        return _taken(declaration, before, verdict, harvest, health, judge)

    def _answered(
        self, declaration: Declaration, before: Health, harvest: Harvest, judge: Judge
    ) -> Health:
        return msgspec.structs.replace(
            before,
            asked_at=judge.now,
            answered_at=judge.now,
            failures=0,
            failure_kind=None,
            failure=None,
            next_at=self.schedule.next_at(judge.now),
            wait_until=None,
            etag=harvest.validators.etag,
            last_modified=harvest.validators.last_modified,
            declaration=fingerprint(declaration),
        )

    def _held(self, before: Known, held: HeldAnswer, harvest: Harvest, health: Health) -> Result:
        """What tells of the last good answer stays, so that the next one is seen whole again."""
        outcome = Outcome(
            source=held.source,
            outcome=report.HELD,
            rows=before.health.rows,
            priced=before.health.priced,
            suspicious=held.suspicious,
            bytes=harvest.size,
            failure_kind="guard",
            reason=held.reason,
        )
        health = msgspec.structs.replace(
            health,
            answered_at=before.health.answered_at,
            failure_kind="guard",
            failure=held.reason,
            failed_at=health.asked_at,
            etag=before.health.etag,
            last_modified=before.health.last_modified,
            declaration=before.health.declaration,
        )
        kept = msgspec.structs.replace(held, pages=harvest.pages)
        return Result(outcome=outcome, health=health, held=kept)

    def _failed(self, before: Known, error: SourceError, now: float) -> Result:
        failures = before.health.failures + 1
        wait = self.breaker.wait(failures, error.retry_after)
        outcome = Outcome(
            source=before.health.source,
            outcome=report.FAILED,
            rows=before.health.rows,
            priced=before.health.priced,
            failure_kind=error.kind,
            reason=error.reason,
        )
        health = msgspec.structs.replace(
            before.health,
            asked_at=now,
            failed_at=now,
            failure_kind=error.kind,
            failure=error.reason,
            failures=failures,
            next_at=self.schedule.next_at(now),
            wait_until=now + wait if wait else None,
        )
        return Result(outcome=outcome, health=health)


def _validators(declaration: Declaration, before: Known, judge: Judge) -> Validators:
    """Whoever insists, holds nothing, or reads anew, must see the whole answer again."""
    health = before.health
    if judge.force or not before.rows or health.declaration != fingerprint(declaration):
        return Validators()
    return Validators(before.health.etag, before.health.last_modified)


def _our_fault(error: Exception) -> SourceError:
    """Return what to say of an error that nobody foresaw; its own text may quote anything."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return SourceError("decode", f"modeldex failed on it: {type(error).__name__} in {where}")


def _taken(
    declaration: Declaration,
    before: Known,
    verdict: Verdict,
    harvest: Harvest,
    health: Health,
    judge: Judge,
) -> Result:
    remembered = before.rows if before.remembered is None else before.remembered
    step = diff.between(remembered, verdict.rows)
    outcome = _outcome(declaration, step, verdict, harvest)
    health = msgspec.structs.replace(health, rows=outcome.rows, priced=outcome.priced)
    answer = None
    if verdict.rows != remembered:
        rows = SourceRows(source=declaration.id, is_book=declaration.book, rows=verdict.rows)
        pages = None if harvest.decoded is None else harvest.pages
        answer = GoodAnswer(rows=rows, pages=pages, recorded_at=judge.now)
    return Result(outcome=outcome, health=health, answer=answer, released=before.held is not None)


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
