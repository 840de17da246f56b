"""Asks sources concurrently, each in its turn."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from modeldex.errors import NotAsked, SourceError
from modeldex.refresh import observing, turns
from modeldex.refresh.breaker import Breaker
from modeldex.refresh.judging import Judge
from modeldex.refresh.report import Outcome
from modeldex.refresh.schedule import Schedule
from modeldex.refresh.suspicion import Thresholds
from modeldex.refresh.turns import Result, Turn
from modeldex.refresh.world import Known
from modeldex.sources.declaration import Declaration
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.store.base import Health

Progress = Callable[[Outcome], None]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How sources are treated.

    Attributes:
        schedule: when they are asked.
        breaker: when they are left alone.
        thresholds: what is believed of them.
        description_length: characters that are kept of a description.
        most_bytes: of one page of an answer.
        history_days: how long the past is remembered; 0 means for ever.
        observed_interval: seconds between two looks at what callers report.
    """

    schedule: Schedule
    breaker: Breaker
    thresholds: Thresholds
    description_length: int
    most_bytes: int
    history_days: int = 0
    observed_interval: float = observing.INTERVAL


class Questioner:
    """Gives each source its turn; a slow or failing one delays nobody.

    Args:
        new_fetcher: what asks them in one refresh, and knows until when that may take.
        stopwatch: seconds from any origin, to measure durations.
    """

    def __init__(
        self,
        asker: Asker,
        terms: Terms,
        new_fetcher: Callable[[], Fetcher],
        stopwatch: Callable[[], float],
    ) -> None:
        self.asker, self.terms = asker, terms
        self.new_fetcher, self.stopwatch = new_fetcher, stopwatch

    async def ask_all(
        self,
        declarations: Sequence[Declaration],
        known: Mapping[str, Known],
        judge: Judge,
        progress: Progress,
    ) -> list[Result]:
        """Return a result per source, in the order of *declarations*.

        Who has waited longest comes first: where not all have their turn in one refresh, the
        others have it in the next.
        """
        before = {one.id: known.get(one.id, Known(Health(source=one.id))) for one in declarations}
        waiting = sorted(declarations, key=lambda one: before[one.id].health.asked_at or 0.0)
        async with self.new_fetcher() as fetcher:

            async def turn(declaration: Declaration) -> Result:
                result = await self._turn(declaration, before[declaration.id], fetcher, judge)
                progress(result.outcome)
                return result

            results = await asyncio.gather(*map(turn, waiting))
        found = {one.health.source: one for one in results}
        return [found[one.id] for one in declarations]

    async def _turn(
        self, declaration: Declaration, before: Known, fetcher: Fetcher, judge: Judge
    ) -> Result:
        next_at = self.terms.schedule.next_at(judge.now)
        turn = Turn(declaration=declaration, before=before, judge=judge, next_at=next_at)
        began = self.stopwatch()
        try:
            harvest = await self.asker.ask(declaration, fetcher, turns.validators(turn))
            # In a thread: a large answer must not make the others miss their deadlines.
            length = self.terms.description_length
            result = await asyncio.to_thread(turns.answered, turn, harvest, length)
        except NotAsked as error:
            return turns.not_asked(turn, error)
        except SourceError as error:
            result = turns.failed(turn, error, self.terms.breaker)
        except Exception as error:  # noqa: BLE001 - an answer that finds a fault of ours spares the others
            result = turns.failed(turn, turns.our_fault(error), self.terms.breaker)
        return turns.timed(result, self.stopwatch() - began)
