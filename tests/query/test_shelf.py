"""The shelf keeps finished bytes of one snapshot within its bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.query import answer
from modeldex.query.question import Question
from modeldex.query.shelf import OVERHEAD, Shelf, Shelved
from modeldex.snapshot.reader import Snapshot

BOUND = 1_000_000


def shelf(most: int = BOUND, largest: int = BOUND) -> Shelf:
    """Return a shelf for the snapshot ``s1``."""
    found = Shelf(most, largest)
    found.reset("s1")
    return found


def shelved(body: bytes = b"x", snapshot: str = "s1") -> Shelved:
    """Return a finished answer."""
    return Shelved(snapshot, "root", b"date", body)


def test_what_is_put_is_got() -> None:
    """An answer comes back as the same object under its key, and under no other."""
    found, one = shelf(), shelved()
    found.put("a", one)

    assert found.get("a") is one
    assert found.get("b") is None


@pytest.mark.finding("X43")
def test_a_thousand_pages_leave_the_shelf_within_its_bound(large: Snapshot) -> None:
    """A thousand different offsets are answered, and kept as far as there is room."""
    found = Shelf(BOUND, BOUND)
    found.reset(large.id)
    sizes = []
    for offset in range(1000):
        question = Question(limit=10, offset=offset)
        found.put(question, shelved(answer.page(large, question), large.id))
        sizes.append(found.size)

    assert BOUND // 2 <= max(sizes) <= BOUND
    assert 10 < len(found) < 200
    assert found.get(Question(limit=10, offset=999)) is not None
    assert found.get(Question(limit=10, offset=0)) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("put", "get", "grow")), st.integers(0, 30), st.integers(0, 40_000)
        ),
        max_size=200,
    )
)
def test_nothing_makes_it_larger_than_its_bound(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is put, asked for again and encoded anew, the bytes held stay within the bound."""
    found = shelf(100_000, 50_000)
    for what, key, size in steps:
        if what == "put":
            found.put(key, shelved(b"x" * size))
        elif (one := found.get(key)) is not None and what == "grow" and "br" not in one.bodies:
            one.bodies["br"] = b"x" * (size // 2)
            found.grown(size // 2)
        assert held(found) <= found.size <= 100_000


def held(found: Shelf) -> int:
    """Return the bytes of all bodies that are on the shelf."""
    entries = {**found._old, **found._young}
    return sum(len(body) for one in entries.values() for body in one.bodies.values())


def test_long_questions_count_too() -> None:
    """A question of many kilobytes on the wire takes the room that it takes."""
    found = shelf()
    for number in range(100):
        found.put((b"/v1/models", b"gateway=acme&" * 3000 + b"%d" % number), shelved())

    assert len(found) <= BOUND // (13 * 3000)
    assert found.size <= BOUND


def test_what_is_asked_for_outlives_what_is_not() -> None:
    """Of two answers of the same age the one that is asked for again stays."""
    found = shelf()
    found.put("wanted", shelved())
    found.put("forgotten", shelved())
    for number in range(5000):
        found.put(number, shelved())
        assert found.get("wanted") is not None

    assert found.get("forgotten") is None


def test_an_answer_goes_after_two_generations() -> None:
    """What is not asked for stays for one generation and goes with the next."""
    found, size = shelf(), BOUND // 2 - 2 * OVERHEAD
    for key in ("first", "second", "third"):
        found.put(key, shelved(b"x" * size))

    assert found.get("first") is None
    assert len(found) == 2


@pytest.mark.parametrize("size", [BOUND // 4, BOUND])
def test_a_large_answer_is_not_kept(size: int) -> None:
    """An answer above the largest size, or half the shelf, is not kept, and drives nothing out."""
    found = shelf(BOUND, BOUND // 4)
    found.put("small", shelved())
    found.put("large", shelved(b"x" * size))

    assert found.get("large") is None
    assert found.get("small") is not None


def test_a_shelf_without_room_keeps_nothing() -> None:
    """A bound of zero is a shelf that is always empty."""
    found = shelf(0)
    found.put("a", shelved())

    assert (len(found), found.size) == (0, 0)


def test_an_answer_of_another_snapshot_is_refused() -> None:
    """What was made from the old snapshot and comes late is not kept."""
    found = shelf()
    found.reset("s2")
    found.put("a", shelved(snapshot="s1"))
    found.put("b", shelved(snapshot="s2"))

    assert found.get("a") is None
    assert found.get("b") is not None


def test_a_new_snapshot_empties_the_shelf() -> None:
    """A reset forgets both generations and their bytes."""
    found = shelf()
    for number in range(1500):
        found.put(number, shelved())
    found.reset("s2")

    assert (len(found), found.size, found.snapshot) == (0, 0, "s2")
    assert found.get(1499) is None


@pytest.mark.finding("X42")
def test_what_is_kept_cannot_be_altered_by_who_got_it() -> None:
    """The bytes that one asker got and copied into a buffer of its own are the next one's too."""
    found = shelf()
    found.put("a", shelved(b'{"data":[]}'))
    first = found.get("a")
    assert first is not None
    mine = bytearray(first.bodies["identity"])
    mine[:] = b"spoilt"
    again = found.get("a")

    assert again is not None
    assert again.bodies == {"identity": b'{"data":[]}'}


def test_a_key_is_put_once() -> None:
    """The first answer under a key stays; a second one costs no room."""
    found, first = shelf(), shelved()
    found.put("a", first)
    size = found.size
    found.put("a", shelved(b"y"))

    assert found.get("a") is first
    assert found.size == size
