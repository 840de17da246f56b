"""What one answer changed."""

import msgspec
import pytest

from modeldex.domain.listing import Kept, Listing
from modeldex.history import diff
from support.catalogs import kept, listing

BEFORE = "2026-01-01"


def held(*listings: Listing) -> tuple[Kept, ...]:
    """Return listings held since some time."""
    return tuple(kept(one, BEFORE) for one in listings)


def one(native: str, name: str = "M", provider: str = "acme") -> Listing:
    """Return a listing."""
    return listing(provider, native, name=name)


def missing(native: str, times: int = 1) -> Kept:
    """Return a row that so many answers did not have."""
    return msgspec.structs.replace(kept(one(native), BEFORE), missing=times)


def test_equal_rows_are_no_step() -> None:
    """Whatever the order of the rows."""
    step = diff.between(held(one("a"), one("b")), held(one("b"), one("a")))
    assert step.is_empty


def test_a_new_row_is_told() -> None:
    """It is added, and nothing else happened."""
    assert diff.between(held(one("a")), held(one("a"), one("b"))) == diff.Step(added=("b",))


def test_a_changed_row_is_told() -> None:
    """Whatever of it changed."""
    assert diff.between(held(one("a")), held(one("a", name="N"))) == diff.Step(changed=("a",))


def test_a_row_that_is_gone_is_told() -> None:
    """A row that is not held any more is removed."""
    assert diff.between(held(one("a"), one("b")), held(one("b"))) == diff.Step(removed=("a",))


def test_a_row_is_removed_once() -> None:
    """With the first answer that does not have it; that it stays away is no news."""
    assert diff.between(held(one("a")), [missing("a")]) == diff.Step(removed=("a",))
    assert diff.between([missing("a")], [missing("a", 2)]).is_empty


def test_a_row_that_is_back_is_told() -> None:
    """It is returned, and not added."""
    assert diff.between([missing("a", 3)], held(one("a"))) == diff.Step(returned=("a",))


def test_a_pending_state_is_no_change() -> None:
    """What is held of a row changes only when it is settled."""
    (before,) = held(one("a"))
    after = msgspec.structs.replace(before, last_changed="2026-02-02")
    assert diff.between([before], [after]).is_empty


@pytest.mark.finding("X13")
def test_a_renamed_row_is_a_removal_and_an_addition() -> None:
    """Nothing of the old id lingers."""
    step = diff.between(held(one("old")), [*held(one("new")), missing("old")])
    assert step == diff.Step(added=("new",), removed=("old",))


def test_equal_ids_of_two_providers_are_two_rows() -> None:
    """A book's rows are told apart by their providers."""
    step = diff.between(held(one("m"), one("m", provider="bolt")), held(one("m")))
    assert step == diff.Step(removed=("m",))


@pytest.mark.parametrize("field", ["added", "changed", "removed", "returned"])
def test_any_change_makes_a_step(field: str) -> None:
    """A step is empty only if nothing was added, changed, removed or returned."""
    assert diff.Step().is_empty
    assert not msgspec.structs.replace(diff.Step(), **{field: ("x",)}).is_empty
