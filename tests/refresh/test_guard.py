"""Whether an answer may replace the last good one."""

import pytest

from modeldex.errors import SourceError
from modeldex.refresh import guard
from modeldex.sources.decode import Decoded
from support.catalogs import kept, listing

HELD = [kept(listing("acme", "a")), kept(listing("acme", "b"))]
NEW = (listing("acme", "c"),)


@pytest.mark.parametrize("held", [[], HELD], ids=["nothing", "something"])
def test_an_answer_with_models_may_replace_what_is_held(held: list[object]) -> None:
    """Models that can be listed are taken, with bad rows among them too."""
    guard.judge(HELD if held else [], Decoded(listings=NEW, dropped=5))


def test_an_empty_first_answer_is_taken() -> None:
    """A source may list nothing where nothing is held."""
    guard.judge([], Decoded(listings=(), skipped=3))


def test_an_empty_answer_never_replaces_what_is_held() -> None:
    """No failure is remembered as an empty list."""
    with pytest.raises(SourceError, match="an empty list where 2 listings are held") as caught:
        guard.judge(HELD, Decoded(listings=()))
    assert caught.value.kind == "guard"


@pytest.mark.parametrize("held", [[], HELD], ids=["nothing", "something"])
def test_an_answer_of_bad_rows_alone_is_no_answer(held: list[object]) -> None:
    """Rows without any usable id are another shape, not an empty list."""
    with pytest.raises(SourceError, match="4 rows without a usable id"):
        guard.judge(HELD if held else [], Decoded(listings=(), dropped=4))
