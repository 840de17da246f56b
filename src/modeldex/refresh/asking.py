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
from modeldex.refresh import guard
from modeldex.refresh.report import Outcome
from modeldex.refresh.schedule import Schedule
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Validators
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker, Harvest, fingerprint
from modeldex.store.base import GoodAnswer, Health

Progress = Callable[[Outcome], None]


class Result(msgspec.Struct, frozen=True):
    """What one source's turn leaves behind: an outcome to show, and what to remember."""

    outcome: Outcome
    health: Health
    answer: GoodAnswer | None = None


class Moment(msgspec.Struct, frozen=True):
    """Now, as the core needs it: unix seconds and the UTC date."""

    seconds: float
    date: str


class Questioner:
    """Gives each source its turn; a slow or failing one delays nobody.

    Args:
        stopwatch: seconds from any origin, to measure durations.
    """

    def __init__(
        self,
        asker: Asker,
        schedule: Schedule,
        stopwatch: Callable[[], float],
        description_length: int,
    ) -> None:
        self.asker, self.schedule, self.stopwatch = asker, schedule, stopwatch
        self.description_length = description_length

    async def ask_all(
        self,
        declarations: Iterable[Declaration],
        health: Mapping[str, Health],
        held: Mapping[str, SourceRows],
        fetcher: Fetcher,
        turn: "Turn",
    ) -> list[Result]:
        """Return a result per source, in the order of *declarations*."""
        turns = [
            self._turn(
                one,
                health.get(one.id, Health(source=one.id)),
                held[one.id].rows if one.id in held else (),
                fetcher,
                turn,
            )
            for one in declarations
        ]
        return list(await asyncio.gather(*turns))

    async def _turn(
        self,
        declaration: Declaration,
        before: Health,
        held: tuple[Kept, ...],
        fetcher: Fetcher,
        turn: "Turn",
    ) -> Result:
        began = self.stopwatch()
        try:
            known = _held(declaration, before, held, turn)
            harvest = await self.asker.ask(declaration, fetcher, known)
            result = await asyncio.to_thread(
                self._answered, declaration, before, held, harvest, turn
            )
        except SourceError as error:
            result = self._failed(before, error, turn.moment)
        except Exception as error:  # noqa: BLE001 - an answer that finds a fault of ours spares the others
            result = self._failed(before, _our_fault(error), turn.moment)
        seconds = round(self.stopwatch() - began, 3)
        result = msgspec.structs.replace(
            result, outcome=msgspec.structs.replace(result.outcome, seconds=seconds)
        )
        turn.progress(result.outcome)
        return result

    def _answered(
        self,
        declaration: Declaration,
        before: Health,
        held: tuple[Kept, ...],
        harvest: Harvest,
        turn: "Turn",
    ) -> Result:
        now = turn.moment.seconds
        healthy = msgspec.structs.replace(
            before,
            asked_at=now,
            answered_at=now,
            failures=0,
            next_at=self.schedule.after_answer(now),
            etag=harvest.validators.etag,
            last_modified=harvest.validators.last_modified,
            declaration=fingerprint(declaration),
        )
        if harvest.decoded is None:
            outcome = Outcome(
                source=declaration.id, outcome="unchanged", rows=before.rows, priced=before.priced
            )
            return Result(outcome, healthy)
        if not turn.force:
            guard.judge(held, harvest.decoded)
        step = diff.step(
            held, normalized(harvest.decoded.listings, self.description_length), turn.moment.date
        )
        outcome = _outcome(declaration, step, harvest)
        rows = SourceRows(source=declaration.id, is_book=declaration.book, rows=step.rows)
        answer = GoodAnswer(rows=rows, pages=harvest.pages, recorded_at=now)
        counted = msgspec.structs.replace(healthy, rows=outcome.rows, priced=outcome.priced)
        return Result(outcome, counted, None if step.is_empty else answer)

    def _failed(self, before: Health, error: SourceError, moment: Moment) -> Result:
        failures = before.failures + 1
        outcome = Outcome(
            source=before.source,
            outcome="failed",
            rows=before.rows,
            priced=before.priced,
            failure_kind=error.kind,
            reason=error.reason,
        )
        next_at = self.schedule.after_failure(moment.seconds, failures, error.retry_after)
        health = msgspec.structs.replace(
            before,
            asked_at=moment.seconds,
            failed_at=moment.seconds,
            failure_kind=error.kind,
            failure=error.reason,
            failures=failures,
            next_at=next_at,
        )
        return Result(outcome, health)


class Turn(msgspec.Struct, frozen=True):
    """What all sources of one refresh share.

    Attributes:
        force: what the guard would hold back is taken.
        progress: told each outcome as it comes.
    """

    moment: Moment
    force: bool
    progress: Progress


def _held(
    declaration: Declaration, before: Health, held: tuple[Kept, ...], turn: Turn
) -> Validators:
    """A changed declaration must see the whole answer again, and so must one that holds none."""
    if turn.force or not held or before.declaration != fingerprint(declaration):
        return Validators()
    return Validators(before.etag, before.last_modified)


def _our_fault(error: Exception) -> SourceError:
    """Return what to say of an error that nobody foresaw; its own text may quote anything."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return SourceError("decode", f"modeldex failed on it: {type(error).__name__} in {where}")


def _outcome(declaration: Declaration, step: diff.Step, harvest: Harvest) -> Outcome:
    decoded = harvest.decoded
    assert decoded is not None  # noqa: S101 - an unchanged answer has its own outcome
    return Outcome(
        source=declaration.id,
        outcome="answered",
        rows=len(step.rows),
        priced=sum(bool(row.listing.rates) for row in step.rows),
        new=len(step.added),
        changed=len(step.changed),
        removed=len(step.removed),
        dropped=decoded.dropped,
        bad_prices=decoded.bad_prices,
        unknown_prices=decoded.unknown_prices,
        bytes=harvest.size,
    )
