"""What an answer changes of what is held: taken, held back, or released."""

import msgspec
import pytest

from modeldex.domain.listing import Kept, Listing
from modeldex.refresh.judging import Judge, Verdict, accepted
from modeldex.refresh.suspicion import Thresholds
from modeldex.store.base import HeldAnswer
from support.catalogs import kept, priced

DAY = 86400.0
TODAY = "2026-11-24"


def rows(count: int, price: str = "0.000001") -> tuple[Listing, ...]:
    """Return *count* listings of one price."""
    return tuple(priced("acme", f"m{number}", price, price) for number in range(count))


def state(count: int) -> tuple[Kept, ...]:
    """Return what is held of a source of *count* rows."""
    return tuple(kept(one) for one in rows(count))


def answered(
    held: tuple[Kept, ...], new: tuple[Listing, ...], before: HeldAnswer | None, now: float
) -> Verdict:
    """Return the verdict on one complete answer at a moment."""
    judge = Judge(thresholds=Thresholds(), agrees=lambda *_: False, now=now, today=TODAY)
    return judge.answer("acme", held, new, before, complete=True)


def test_a_shrunken_answer_is_believed_after_five_equal_ones_over_a_day() -> None:
    """Neither five at once nor two over a week are enough."""
    held, before = state(20), None
    moments = [0.0, 100.0, 200.0, 300.0, 400.0, DAY - 1, DAY]
    kinds = []
    for moment in moments:
        verdict = answered(held, rows(7), before, moment)
        before = verdict.held
        kinds.append(before.kind if before else "taken")
    assert kinds == ["shrunk"] * 6 + ["taken"]


def test_another_answer_begins_the_count_anew() -> None:
    """Only equal answers add up."""
    first = answered(state(20), rows(7), None, 0.0).held
    second = answered(state(20), rows(6), first, DAY).held
    assert second is not None
    assert (second.times, second.first_at) == (1, DAY)


def test_scaled_prices_are_never_believed_by_themselves() -> None:
    """However often and long a source repeats them, an operator has to say so."""
    before = None
    for day in range(10):
        before = answered(state(20), rows(20, "0.001"), before, day * DAY).held
    assert before is not None
    assert before.times == 10


def test_a_shrunken_answer_with_strange_prices_is_not_believed() -> None:
    """The surviving rows have to be unchanged."""
    before = None
    for day in range(10):
        before = answered(state(20), rows(7, "0.001"), before, day * DAY).held
    assert before is not None


def test_a_rejected_answer_stays_rejected() -> None:
    """Equal answers after a rejection are refused, however many."""
    held = answered(state(20), rows(7), None, 0.0).held
    assert held is not None

    before: HeldAnswer | None = msgspec.structs.replace(held, rejected=True)
    for day in range(1, 8):
        before = answered(state(20), rows(7), before, day * DAY).held
    assert before is not None
    assert before.rejected


def test_who_insists_takes_everything() -> None:
    """With force nothing is held back and no row is doubted."""
    judge = Judge(
        thresholds=Thresholds(), agrees=lambda *_: False, now=0.0, today=TODAY, force=True
    )
    verdict = judge.answer("acme", state(20), rows(1, "0.001"), None, complete=True)
    assert verdict.held is None
    assert verdict.rows[0].listing == rows(1, "0.001")[0]


@pytest.mark.parametrize(("retire_after", "missing"), [(3, 3), (5, 5)])
def test_an_accepted_answer_counts_missing_models_as_far_as_is_set(
    retire_after: int, missing: int
) -> None:
    """With five answers until a model is retired, the fifth that lacks it counts too."""
    held = answered(state(20), rows(7), None, 0.0).held
    assert held is not None
    before = tuple(msgspec.structs.replace(one, missing=4) for one in state(20))
    limits = Thresholds(retire_after=retire_after)
    found = accepted(before, held, limits, 0.0, TODAY)
    assert {one.missing for one in found[7:]} == {missing}


@pytest.mark.parametrize("count", [7, 20])
def test_an_accepted_answer_is_taken_whole(count: int) -> None:
    """What an operator accepts is held from then on; what it lacks is missing."""
    held = answered(state(20), rows(count, "0.001"), None, 0.0).held
    assert held is not None
    found = accepted(state(20), held, Thresholds(), 0.0, TODAY)
    assert [one.listing for one in found[:count]] == list(rows(count, "0.001"))
    assert [one.missing for one in found[count:]] == [1] * (20 - count)
