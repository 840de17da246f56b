"""Steps: nothing changed means nothing; applied, they lead where they say."""

from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.listing import Listing, SourceRows
from modeldex.history import diff
from modeldex.normalize.listings import normalized
from support import worlds

BEFORE = worlds.held("acme", "acme", "bolt", is_book=False)
AFTER = st.lists(worlds.told("acme", ("acme", "bolt")), max_size=4).map(
    lambda answer: normalized(answer, 20)
)
NEXT = "2026-12-24"


@worlds.LAW
@given(BEFORE)
def test_a_step_to_the_same_is_empty(before: SourceRows) -> None:
    """Neither ids nor dates change."""
    step = diff.step(before.rows, [row.listing for row in before.rows], NEXT)

    assert step.is_empty
    assert step.rows == before.rows


@worlds.LAW
@given(BEFORE, AFTER)
def test_a_step_leads_to_the_new_listings(before: SourceRows, after: tuple[Listing, ...]) -> None:
    """Its rows are the new listings; taking the step again changes nothing more."""
    step = diff.step(before.rows, after, NEXT)

    assert tuple(row.listing for row in step.rows) == after
    assert diff.step(step.rows, after, "2027-01-01").is_empty


@worlds.LAW
@given(BEFORE, AFTER)
def test_a_step_tells_every_change_once(before: SourceRows, after: tuple[Listing, ...]) -> None:
    """Old rows without the removed, with the added, are the new ones; dates move with changes."""
    step = diff.step(before.rows, after, NEXT)
    dates = [row.last_changed == NEXT for row in step.rows]

    assert len(before.rows) - len(step.removed) + len(step.added) == len(after)
    assert sum(dates) == len(step.added) + len(step.changed)
    assert sum(row.first_seen == NEXT for row in step.rows) == len(step.added)
