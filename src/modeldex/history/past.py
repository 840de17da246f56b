"""Past answers of a source, and which of them may be taken."""

from collections.abc import Iterable, Sequence

import msgspec

from modeldex.domain.history import Observation
from modeldex.domain.listing import Kept, Listing
from modeldex.domain.moments import written
from modeldex.errors import HistoryError
from modeldex.history import states
from modeldex.pricing.effective import date_problems


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One past answer of a source; only a complete one says what was not listed."""

    observed_at: int
    listings: Sequence[Listing]
    complete: bool = True


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Past answers of one source, and what is known of it. Times: unix seconds.

    Attributes:
        known: every observation of the source so far.
        held: the rows that are held of it.
        retire_after: complete answers without a listing until it counts as retired.
        horizon: what had ended before it may be forgotten; 0 where nothing is.
    """

    source: str
    answers: Sequence[Answer]
    known: Sequence[Observation] = ()
    held: Sequence[Kept] = ()
    recorded_at: int
    retire_after: int = 3
    horizon: int = 0


def new_answers(past: Past) -> dict[int, Answer]:
    """Return the answers that are not known yet, in order, by moment.

    Raises:
        HistoryError: an answer is from the future or from before the horizon, contradicts itself
            in its dates, or differs from another one of the same moment; or the source was never
            observed, yet has rows.
    """
    if past.held and not past.known:
        raise HistoryError(
            f"{past.source} has rows, but nothing is known of when they were seen. "
            f"Refresh it once (modeldex refresh --source {past.source}), then import its past."
        )
    digests = {one.observed_at: one.digest for one in past.known}
    found: dict[int, Answer] = {}
    for answer in sorted(past.answers, key=lambda one: one.observed_at):
        _check(past, answer)
        digest = states.digest(answer.listings)
        if digests.setdefault(answer.observed_at, digest) != digest:
            raise HistoryError(
                f"{past.source} is said to have given two different answers at "
                f"{written(answer.observed_at)}. Leave out the wrong one."
            )
        found[answer.observed_at] = answer
    for moment in {one.observed_at for one in past.known}:
        found.pop(moment, None)
    _check_remembered(past, found)
    return found


def _check(past: Past, answer: Answer) -> None:
    where = f"The answer of {past.source} at {written(answer.observed_at)}"
    if answer.observed_at > past.recorded_at:
        now = written(past.recorded_at)
        message = f"{where} is from the future: it is now {now}. Mend its date."
        raise HistoryError(message)
    for one in answer.listings:
        for problem in date_problems(one.rates):
            message = f"{where} contradicts itself in {one.provider_model_id!r}: {problem}."
            raise HistoryError(f"{message} Mend or leave out that answer.")


def _check_remembered(past: Past, new: Iterable[int]) -> None:
    """Refuse answers from where it is forgotten what came before and after them."""
    for moment in new:
        if moment < past.horizon:
            raise HistoryError(
                f"The answer of {past.source} at {written(moment)} is from before "
                f"{written(past.horizon)}, and what was before that has been forgotten "
                "(HISTORY_DAYS, modeldex compact). Leave out what is older."
            )
