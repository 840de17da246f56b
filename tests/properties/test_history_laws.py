"""Steps and what the guard keeps: nothing changed means nothing; all that changed is told once."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.history import diff
from modeldex.normalize.listings import normalized
from modeldex.refresh import guard
from modeldex.refresh.suspicion import Thresholds
from support import worlds

BEFORE = worlds.held("acme", "acme", "bolt", is_book=False)
AFTER = st.lists(worlds.told("acme", ("acme", "bolt")), max_size=4).map(
    lambda answer: normalized(answer, 20)
)
NEXT = "2026-12-24"


def taken(held: Sequence[Kept], new: Sequence[Listing], today: str = NEXT) -> tuple[Kept, ...]:
    """Return what is held after a complete answer that an independent source confirms."""
    question = guard.Question(
        held=held,
        new=new,
        complete=True,
        today=today,
        thresholds=Thresholds(),
        now=0.0,
        agrees=guard.anything,
    )
    return guard.rows(question)


def present(rows: Sequence[Kept]) -> list[Kept]:
    """Return the rows that the last answer had."""
    return [row for row in rows if not row.missing]


@worlds.LAW
@given(BEFORE)
def test_an_equal_answer_changes_nothing(before: SourceRows) -> None:
    """Neither rows nor dates."""
    after = taken(before.rows, [row.listing for row in before.rows])

    assert after == before.rows
    assert diff.between(before.rows, after).is_empty


@worlds.LAW
@given(BEFORE, AFTER)
def test_an_answer_leads_to_its_listings(before: SourceRows, after: tuple[Listing, ...]) -> None:
    """The rows that are not missing are the new listings; the same again changes no more."""
    found = taken(before.rows, after)

    assert tuple(row.listing for row in present(found)) == after
    assert diff.between(found, taken(found, after, "2027-01-01")).is_empty


@worlds.LAW
@given(BEFORE, AFTER)
def test_a_step_tells_every_change_once(before: SourceRows, after: tuple[Listing, ...]) -> None:
    """Old rows without the removed, with the added, are the new ones; dates move with changes."""
    found = taken(before.rows, after)
    step = diff.between(before.rows, found)
    dates = [row.last_changed == NEXT for row in found]

    assert len(before.rows) - len(step.removed) + len(step.added) == len(after)
    assert sum(dates) == len(step.added) + len(step.changed)
    assert sum(row.first_seen == NEXT for row in found) == len(step.added)


@worlds.LAW
@given(BEFORE, AFTER)
def test_the_way_back_returns_what_was_removed(
    before: SourceRows, after: tuple[Listing, ...]
) -> None:
    """With the old answer again, each removed row is returned, and first seen when it was."""
    away = taken(before.rows, after)
    back = taken(away, [row.listing for row in before.rows])
    removed, returned = (
        diff.between(before.rows, away).removed,
        diff.between(away, back).returned,
    )

    assert sorted(removed) == sorted(returned)
    assert [row.first_seen for row in present(back)] == [row.first_seen for row in before.rows]
