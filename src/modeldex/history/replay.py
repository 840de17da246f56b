"""Past answers of one source taken into what is believed already, all of them or none.

Each new answer speaks from its moment until the next one that is known or new. Events tell of the
step from the observation before it, and of the step to a known one after it as far as that has
not been told; the very first observation of all is the baseline and makes no events.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from modeldex.domain.history import ADDED, RETURNED, Event, Fact, Observation, State
from modeldex.domain.listing import Kept
from modeldex.history import diff, periods, states
from modeldex.history.events import RETIREMENT, Scene, Told, tell
from modeldex.history.past import Answer, Past, new_answers
from modeldex.history.periods import NEVER, Span
from modeldex.history.recording import Recorded, blank, grouped
from modeldex.history.seen import Seen, rows
from modeldex.history.states import Name

States = dict[Name, State]
_END = Span(NEVER, NEVER, State())


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What an import adds.

    Attributes:
        rows: what is held of the source from now on; offers of the past are among them.
        skipped: answers that were known already.
    """

    recorded: Recorded
    rows: tuple[Kept, ...]
    skipped: int = 0


def replay(past: Past, believed: Iterable[Fact]) -> Replayed:
    """Return what past answers add to what is *believed* of their source.

    Raises:
        HistoryError: see :func:`modeldex.history.past.new_answers`.
    """
    new = new_answers(past)
    if not new:
        skipped = len(past.answers)
        return Replayed(recorded=Recorded(), rows=tuple(past.held), skipped=skipped)
    film = _Film(past, new, believed)
    for answer in new.values():
        film.show(answer)
    return film.cut(len(past.answers) - len(new))


class _Film:
    """Shows new answers in their order and keeps what they add."""

    def __init__(self, past: Past, new: Mapping[int, Answer], believed: Iterable[Fact]) -> None:
        self.past, self.new = past, new
        self.known = sorted({one.observed_at for one in past.known})
        self.moments = sorted({*self.known, *new})
        complete = {moment for moment, one in new.items() if one.complete}
        self.counting = sorted({*self.known, *complete})  # only these say what was not listed
        self.facts = grouped(believed)
        self.before = {name: periods.spans(ones) for name, ones in self.facts.items()}
        self.now: dict[Name, Sequence[Span]] = dict(self.before)
        self.last: tuple[int, States] | None = None
        self.seen: dict[Name, Seen] = {}
        self.gone: dict[Name, int] = {}
        self.absences: list[tuple[Name, int, int]] = []
        self.going_on = {name: dict(self._absences(one)) for name, one in self.before.items()}
        self.events: list[Event] = []
        self.observations: list[Observation] = []

    def show(self, answer: Answer) -> None:
        """Take one answer, later than all that were taken before."""
        moment = answer.observed_at
        was = self._before(moment)
        said = {states.name_of(one): states.said(one) for one in answer.listings}
        now = said if answer.complete else {**was, **said}
        if moment != self.moments[0]:
            follows_new = self.last is not None and was is self.last[1]
            self._tell(was, now if follows_new else _in_force(now, moment), moment)
            self._follow(was, now, moment)
        self._end(now, moment)
        self._claim(was, now, moment)
        for one in answer.listings:
            first = Seen(one, moment, moment, moment)
            name = states.name_of(one)
            self.seen[name] = self.seen.get(name, first).then(one, moment)
        self.observations.append(self._observation(answer))
        self.last = moment, now
        self._lead_over(now, moment)

    def cut(self, skipped: int) -> Replayed:
        """Return all that was kept."""
        facts, superseded = list[Fact](), list[int]()
        for name in self._touched():
            like = blank(self.past.source, name, self.past.recorded_at)
            old, new = periods.settled(self.facts.get(name, ()), self.now[name], like)
            superseded += old
            facts += new
        recorded = Recorded(
            facts=tuple(facts),
            superseded=tuple(sorted(superseded)),
            events=tuple(
                sorted((*self.events, *self._retirements()), key=lambda one: one.happened_at)
            ),
            observations=tuple(self.observations),
        )
        return Replayed(recorded=recorded, rows=self._rows(), skipped=skipped)

    def _touched(self) -> list[Name]:
        return sorted(name for name, one in self.now.items() if one != self.before.get(name))

    def _before(self, moment: int) -> States:
        """Return the state at the last observation before *moment*, as far as it is known."""
        place = bisect_left(self.moments, moment)
        if self.last is not None and self.last[0] == self.moments[place - 1]:
            return self.last[1]
        return _frame(self.before, moment)

    def _claim(self, was: States, now: States, moment: int) -> None:
        place = bisect_right(self.known, moment)
        until = self.known[place] if place < len(self.known) else None
        for one in diff.changes(was, now):
            spans = self.now.get(one.key, ())
            for claim in periods.claims(one.new, moment, until):
                spans = periods.laid_over(spans, claim)
            self.now[one.key] = spans

    def _lead_over(self, now: States, moment: int) -> None:
        """Tell of the step to the next observation, as far as that is known and told no more."""
        place = bisect_right(self.moments, moment)
        if place == len(self.moments) or (after := self.moments[place]) in self.new:
            return
        then = _frame(self.before, after)
        told = after != self.known[0]
        already = diff.changes(_frame(self.before, after - 1), then) if told else ()
        self._tell(_in_force(now, after), then, after, already)
        self._follow(now, then, after)
        for name in [one.key for one in already if one.new is None]:
            self._gone_before(name, self.gone.pop(name, after), after)
        for name in list(self.gone):
            back = (one.begins for one in self.before.get(name, ()) if one.begins > after)
            self._came_back(name, next(back, NEVER))

    def _follow(self, was: States, now: States, moment: int) -> None:
        """Note who went and who came back."""
        for name in was.keys() - now.keys():
            self.gone[name] = moment
        for name in now.keys() & self.gone.keys():
            self._came_back(name, moment)

    def _came_back(self, name: Name, moment: int) -> None:
        if moment != NEVER:
            self.absences.append((name, self.gone.pop(name), moment))

    def _absences(self, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
        """Yield from when until when a listing was seen to be gone, but not for long enough."""
        for one, following in pairwise([*spans, _END]):
            gone, back = one.ends, following.begins
            seen = bisect_left(self.known, gone) < bisect_right(self.known, gone)
            if seen and self._retired_at(gone, back, self.known) is None:
                yield gone, back

    def _end(self, now: States, moment: int) -> None:
        """Let absences that were known end where an answer has the listing."""
        for name in now.keys() & self.going_on.keys():
            for gone, back in self.going_on[name].items():
                if gone < moment:
                    self.going_on[name][gone] = min(back, moment)

    def _gone_before(self, name: Name, moment: int, known: int) -> None:
        """Let an absence that was known, if it may still grow, begin earlier."""
        absences = self.going_on.get(name, {})
        if known in absences:
            absences[moment] = absences.pop(known)

    def _retired_at(self, gone: int, back: int, counting: Sequence[int]) -> int | None:
        place = bisect_left(counting, gone) + self.past.retire_after - 1
        return counting[place] if place < len(counting) and counting[place] < back else None

    def _tell(
        self,
        was: States,
        now: States,
        moment: int,
        already: Iterable[diff.Difference[Name]] = (),
    ) -> None:
        scene = Scene(self.past.source, moment, self.past.recorded_at)
        told = {one.key: {_topic(that) for that in tell(one, was_known=True)} for one in already}
        for one in diff.changes(was, now):
            for that in tell(one, was_known=self._was_there(one.key, moment)):
                if _topic(that) not in told.get(one.key, ()):
                    self.events.append(scene.event(one.key, that))

    def _was_there(self, name: Name, moment: int) -> bool:
        """Return whether an answer before *moment* had it; what dates say is no answer."""
        if name in self.seen:
            return True
        observed = bool(self.known) and self.known[0] < moment
        return observed and any(one.begins < moment for one in self.before.get(name, ()))

    def _observation(self, answer: Answer) -> Observation:
        return Observation(
            source=self.past.source,
            observed_at=answer.observed_at,
            recorded_at=self.past.recorded_at,
            digest=states.digest(answer.listings),
            rows=len(answer.listings),
        )

    def _rows(self) -> tuple[Kept, ...]:
        newest = self.known[-1] if self.known else None
        is_newest = self.moments[-1] != newest
        return rows(self.past.held, self.seen, self._missing, newest, is_newest=is_newest)

    def _missing(self, name: Name) -> int:
        spans = self.now.get(name)
        if not spans or spans[-1].ends == NEVER:
            return 0
        gone = len(self.counting) - bisect_left(self.counting, spans[-1].ends)
        return min(gone, self.past.retire_after)

    def _retirements(self) -> Iterator[Event]:
        """Yield that a listing retired, for each absence that was long enough."""
        still = [(name, moment, NEVER) for name, moment in self.gone.items()]
        known = [(name, *pair) for name, ones in self.going_on.items() for pair in ones.items()]
        for name, gone, back in sorted([*self.absences, *still, *known]):
            moment = self._retired_at(gone, back, self.counting)
            if moment is not None:
                scene = Scene(self.past.source, moment, self.past.recorded_at)
                yield scene.event(name, RETIREMENT)


def _frame(film: Mapping[Name, Sequence[Span]], moment: int) -> States:
    found = {name: periods.state_at(spans, moment) for name, spans in film.items()}
    return {name: state for name, state in found.items() if state is not None}


def _in_force(said: States, moment: int) -> States:
    return {name: states.at(state, moment) for name, state in said.items()}


def _topic(told: Told) -> tuple[str, str | None]:
    """Return what is told of; who came has come, whether or not it was there before."""
    return (ADDED if told.kind == RETURNED else told.kind), told.field
