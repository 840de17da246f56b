"""What one answer changed."""

import msgspec
import pytest

from modeldex.domain.listing import Kept, Listing
from modeldex.history import diff
from support.catalogs import TODAY, kept, listing

BEFORE = "2026-01-01"


def held(*listings: Listing) -> tuple[Kept, ...]:
    """Return listings held since some time."""
    return tuple(kept(one, BEFORE) for one in listings)


def one(native: str, name: str = "M", provider: str = "acme") -> Listing:
    """Return a listing."""
    return listing(provider, native, name=name)


def test_an_equal_answer_changes_nothing() -> None:
    """Neither rows nor dates, whatever the order of the rows."""
    before = held(one("a"), one("b"))
    step = diff.step(before, [one("b"), one("a")], TODAY)

    assert step.is_empty
    assert step.rows == (before[1], before[0])


def test_a_new_row_is_seen_today() -> None:
    """It is told as added, and dated."""
    step = diff.step(held(one("a")), [one("a"), one("b")], TODAY)

    assert (step.added, step.changed, step.removed) == (("b",), (), ())
    assert (step.rows[1].first_seen, step.rows[1].last_changed) == (TODAY, TODAY)


def test_a_changed_row_keeps_the_day_it_was_first_seen() -> None:
    """Only the day of its last change moves."""
    step = diff.step(held(one("a")), [one("a", name="N")], TODAY)

    assert (step.added, step.changed, step.removed) == ((), ("a",), ())
    assert step.rows == (Kept(listing=one("a", name="N"), first_seen=BEFORE, last_changed=TODAY),)


def test_a_row_that_is_gone_is_told() -> None:
    """It is among the removed, and not among the rows."""
    step = diff.step(held(one("a"), one("b")), [one("b")], TODAY)

    assert (step.added, step.changed, step.removed) == ((), (), ("a",))
    assert [row.listing.provider_model_id for row in step.rows] == ["b"]


@pytest.mark.finding("X13")
def test_a_renamed_row_is_a_removal_and_an_addition() -> None:
    """Nothing of the old id lingers."""
    step = diff.step(held(one("old")), [one("new")], TODAY)

    assert (step.added, step.changed, step.removed) == (("new",), (), ("old",))


def test_equal_ids_of_two_providers_are_two_rows() -> None:
    """A book's rows are told apart by their providers."""
    step = diff.step(held(one("m"), one("m", provider="bolt")), [one("m")], TODAY)

    assert step.removed == ("m",)
    assert [row.listing.provider for row in step.rows] == ["acme"]


@pytest.mark.parametrize("field", ["added", "changed", "removed"])
def test_any_change_makes_a_step(field: str) -> None:
    """A step is empty only if nothing was added, changed or removed."""
    empty = diff.Step(rows=(), added=(), changed=(), removed=())

    assert empty.is_empty
    assert not msgspec.structs.replace(empty, **{field: ("x",)}).is_empty
