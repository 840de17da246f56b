"""Cursors: opaque, of one list in one snapshot, and worth nothing once altered."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modeldex.errors import BadValue, QuestionError
from modeldex.query import cursor, names, parameters
from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from query.test_oracle import QUESTIONS
from support.scale import scaled
from support.snapshots import ask, ids

PAIRS = [("sort", "price"), ("min_context", "1"), ("limit", "5")]
URL_SAFE = {*string.ascii_letters, *string.digits, "-", "_"}


def asked(snapshot: Snapshot, *given: tuple[str, str], day: int = 20_780) -> Question:
    """Return the question that these parameters ask of a snapshot."""
    return parameters.question(given, names.of(snapshot), day)


def first(snapshot: Snapshot, *given: tuple[str, str]) -> str:
    """Return the cursor behind the first page."""
    found = ask(snapshot, asked(snapshot, *given))["next_cursor"]
    assert isinstance(found, str)
    return found


@pytest.mark.finding("X44")
@settings(max_examples=scaled(60, 2000), deadline=None)
@given(question=QUESTIONS, sizes=st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_pages_by_cursor_are_the_whole_list(
    snapshot: Snapshot, question: Question, sizes: list[int]
) -> None:
    """Pages of any sizes, one behind the other, are the list: in order, none twice, none lost."""
    found: list[str] = []
    following = replace(question, limit=sizes[0], offset=0)
    page = ask(snapshot, following)
    for turn in range(1, 200):
        assert page["offset"] == len(found)
        found += [row["id"] for row in page["data"]]
        if page["next_cursor"] is None:
            break
        read = cursor.read(page["next_cursor"])
        size = sizes[turn % len(sizes)]
        following = replace(following, limit=size, place=read.place, offset=read.passed)
        page = ask(snapshot, following)

    assert not page["has_more"]
    assert found == ids(snapshot, question, limit=None, offset=0)


def test_a_cursor_stands_in_an_address_as_it_is(snapshot: Snapshot) -> None:
    """It is short and has no letter that an address would change."""
    found = first(snapshot, *PAIRS)

    assert {*found} <= URL_SAFE
    assert len(found) < 100


@pytest.mark.parametrize(
    "other",
    [
        [("sort", "name"), ("min_context", "1")],
        [("sort", "price"), ("min_context", "2")],
        [("sort", "price"), ("min_context", "1"), ("order", "desc")],
        [("sort", "price"), ("min_context", "1"), ("unique", "true")],
        [("sort", "price"), ("min_context", "1"), ("max_age_days", "9000")],
        [],
    ],
)
def test_a_cursor_is_of_one_list(snapshot: Snapshot, other: list[tuple[str, str]]) -> None:
    """With other filters or another order it is refused, not guessed at."""
    with pytest.raises(BadValue, match="the next_cursor of an earlier answer, with the same"):
        asked(snapshot, *other, ("cursor", first(snapshot, *PAIRS)))


def test_a_cursor_does_not_fix_how_much_of_a_row_is_shown(snapshot: Snapshot) -> None:
    """Another size of page, fields or facets are the same list."""
    more = (*PAIRS[:2], ("limit", "9"), ("fields", "name"), ("facets", "true"))
    question = asked(snapshot, *more, ("cursor", first(snapshot, *PAIRS)))

    assert ids(snapshot, question) == ids(snapshot, asked(snapshot, *PAIRS[:2]))[5:14]


@settings(max_examples=scaled(200, 5000))
@given(place=st.integers(0, 200), letter=st.sampled_from(sorted(URL_SAFE)) | st.characters())
def test_an_altered_cursor_is_refused(snapshot: Snapshot, place: int, letter: str) -> None:
    """Whichever letter is another one: 400, never another page."""
    whole = first(snapshot, *PAIRS)
    altered = whole[:place] + letter + whole[place + 1 :]
    try:
        question = asked(snapshot, *PAIRS, ("cursor", altered))
    except QuestionError:
        assert altered != whole
    else:
        assert question == asked(snapshot, *PAIRS, ("cursor", whole))


@pytest.mark.parametrize("text", ["", "x", "a" * 5000, "é", "%00", "AAAA", "lA==", "\x00"])
def test_what_is_no_cursor_is_refused(snapshot: Snapshot, text: str) -> None:
    """Anything may come; the answer is a sentence of bounded length."""
    with pytest.raises(BadValue, match="next_cursor") as caught:
        asked(snapshot, ("cursor", text))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("more", "parameter"),
    [(("offset", "5"), "cursor"), (("snapshot", "0" * 32), "snapshot")],
)
def test_a_cursor_beside_another_place_is_refused(
    snapshot: Snapshot, more: tuple[str, str], parameter: str
) -> None:
    """A cursor says where and of what to go on; nothing else may."""
    with pytest.raises(QuestionError) as caught:
        asked(snapshot, *PAIRS, more, ("cursor", first(snapshot, *PAIRS)))
    assert caught.value.parameter == parameter


def test_ages_count_from_the_day_on_which_the_list_began(snapshot: Snapshot) -> None:
    """Paging over midnight goes on with the list of the day before."""
    pairs = (("max_age_days", "1105"), ("limit", "2"))
    page = ask(snapshot, asked(snapshot, *pairs, day=20_780))
    following = asked(snapshot, *pairs, ("cursor", page["next_cursor"]), day=20_781)

    assert following.day == 20_780
    whole = ids(snapshot, asked(snapshot, *pairs[:1], day=20_780))
    assert ids(snapshot, following) == whole[2:4]
    assert len(ids(snapshot, asked(snapshot, *pairs[:1], day=20_781))) < len(whole)
