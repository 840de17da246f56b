"""Past answers of a source, and which of them may be taken."""

from collections.abc import Sequence

import msgspec

from modeldex.domain.history import Observation
from modeldex.domain.listing import Kept, Listing
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
    """

    source: str
    answers: Sequence[Answer]
    known: Sequence[Observation] = ()
    held: Sequence[Kept] = ()
    recorded_at: int
    retire_after: int = 3


def new_answers(past: Past) -> dict[int, Answer]:
    """Return the answers that are not known yet, in order, by moment.

    Raises:
        HistoryError: an answer is from the future, contradicts itself in its dates, or differs
            from another one of the same moment; or the source was never observed, yet has rows.
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
                f"{answer.observed_at} (unix seconds). Leave out the wrong one."
            )
        found[answer.observed_at] = answer
    seen = {one.observed_at for one in past.known}
    return {moment: answer for moment, answer in found.items() if moment not in seen}


def _check(past: Past, answer: Answer) -> None:
    where = f"The answer of {past.source} at {answer.observed_at} (unix seconds)"
    if answer.observed_at > past.recorded_at:
        message = f"{where} is from the future: it is now {past.recorded_at}. Mend its date."
        raise HistoryError(message)
    for one in answer.listings:
        for problem in date_problems(one.rates):
            message = f"{where} contradicts itself in {one.provider_model_id!r}: {problem}."
            raise HistoryError(f"{message} Mend or leave out that answer.")
