"""What may have been meant: the likest ids, found in a bounded look."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from modeldex.query.nearest import LONGEST, MOST, nearest
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.reader import Snapshot
from support import catalogs
from support.worlds import LAW


class Counted(Snapshot):
    """A snapshot that counts what is read from it."""

    statements = read = 0

    @override
    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Count, and read."""
        found = super().rows(statement, values)
        self.statements, self.read = self.statements + 1, self.read + len(found)
        return found


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """Twelve hundred offers."""
    directory = tmp_path_factory.mktemp("near")
    catalogs.publish(directory, catalogs.sized(1200))
    current = read_pointer(directory).current
    assert current is not None
    return Counted(directory / current.file)


@pytest.mark.parametrize(
    "wrong", ["labs/m000700-v70", "labs/m00700-v700", "acme/labs/m000701v701"]
)
def test_a_slip_finds_what_was_meant(held: Snapshot, wrong: str) -> None:
    """A letter too few or another one, with and without the gateway."""
    number = "700" if "700" in wrong else "701"

    assert any(number in one for one in nearest(held, wrong))


@pytest.mark.parametrize("name", ["", "/", "zzzz/qqqq", "\x00", "\"'*()", "NEAR(a b)", "🦙"])
def test_what_is_like_nothing_finds_nothing(held: Snapshot, name: str) -> None:
    """No id is suggested for the sake of one."""
    assert nearest(held, name) == []


@LAW
@given(st.text(max_size=3 * LONGEST) | st.text("labs/m0-v *\"'", min_size=200, max_size=2000))
def test_any_name_is_looked_for_in_a_bounded_look(held: Counted, name: str) -> None:
    """However long or odd it is, few statements read few rows, and few ids come back."""
    statements, read = held.statements, held.read
    found = nearest(held, name)

    assert held.statements - statements <= 5
    assert held.read - read <= 200
    assert len(found) == len(set(found)) <= MOST
