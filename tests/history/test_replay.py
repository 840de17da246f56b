"""Past answers taken into what is known of a source."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.listing import Kept, Listing
from modeldex.errors import HistoryError
from modeldex.history.past import Answer, Past
from modeldex.history.replay import Replayed, replay
from modeldex.pricing.effective import date_problems
from support import worlds
from support.ledgers import DAY, SOURCE, Live, kept, listing, overlapping, rate, told

UNDATED = st.builds(
    lambda native, price, size: listing(native, *price, context_length=size),
    st.sampled_from(["m", "n"]),
    st.sampled_from([(), ("1",), ("2",)]),
    st.sampled_from([None, 8]),
)
DATES = st.none() | st.sampled_from(["1970-01-02", "1970-01-04", "1970-01-06", "1970-01-09"])
DATED = st.builds(
    lambda native, begins, ends: listing(native, rate("1", None, ends), rate("2", begins)),
    st.sampled_from(["m", "n"]),
    DATES,
    DATES,
).filter(lambda one: not any(date_problems(one.rates)))
NOW = 100 * DAY


def answers(listings: st.SearchStrategy[Listing]) -> st.SearchStrategy[list[list[Listing]]]:
    """Return complete answers of some days."""
    said = st.lists(listings, max_size=2, unique_by=lambda one: one.provider_model_id)
    return st.lists(said, min_size=1, max_size=6)


class Archive(Live):
    """A source that is observed live and whose past is imported."""

    def take_in(self, seen: Iterable[tuple[int, list[Listing]]], now: int = NOW) -> Replayed:
        """Import complete answers."""
        return self.replay([Answer(observed_at=at, listings=said) for at, said in seen], now)

    def replay(self, past: list[Answer], now: int = NOW) -> Replayed:
        """Import answers."""
        found = replay(
            Past(
                source=SOURCE,
                answers=past,
                known=self.book.observations,
                held=self.rows,
                recorded_at=now,
            ),
            self.book.believed,
        )
        self.book.take(found.recorded, now)
        self.rows = found.rows
        return found


def standing(rows: Iterable[Kept]) -> list[tuple[Listing, int]]:
    """Return the rows without their dates."""
    return sorted(
        ((one.listing, one.missing) for one in rows), key=lambda one: one[0].provider_model_id
    )


def by_name(rows: Iterable[Kept]) -> list[Kept]:
    """Return rows by the names of their listings."""
    return sorted(rows, key=lambda one: one.listing.provider_model_id)


@worlds.LAW
@given(answers(UNDATED | DATED))
def test_days_imported_at_once_are_days_lived_through(days: list[list[Listing]]) -> None:
    """The same facts, events and rows, learned later."""
    live, archive = Live(), Archive()
    for day, said in enumerate(days):
        live.see(day * DAY, *said)
    archive.take_in([(day * DAY, said) for day, said in enumerate(days)])

    assert archive.book.content() == live.book.content()
    assert sorted(told(archive.book.events)) == sorted(told(live.book.events))
    assert standing(archive.rows) == standing(live.rows)
    assert not overlapping(archive.book.facts)


@worlds.LAW
@given(answers(UNDATED), st.sets(st.integers(0, 5)), st.booleans())
def test_prices_without_dates_do_not_depend_on_the_order_of_imports(
    days: list[list[Listing]],
    later: set[int],
    live: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whichever days came first, live or imported, the same is believed in the end."""
    seen = [(day * DAY, said) for day, said in enumerate(days)]
    whole, parts = Archive(), Archive()
    whole.take_in(seen)
    first = [one for day, one in enumerate(seen) if day not in later]
    if live:
        for at, said in first:
            parts.see(at, *said)
    else:
        parts.take_in(first, NOW - 1)
    parts.take_in([one for day, one in enumerate(seen) if day in later])

    assert parts.book.content() == whole.book.content()
    assert not overlapping(parts.book.facts)


@worlds.LAW
@given(answers(UNDATED), st.integers(0, 5))
def test_days_imported_one_part_after_the_other_are_days_imported_at_once(
    days: list[list[Listing]], first: int
) -> None:
    """The same facts, events and rows with all their dates, wherever the cut is."""
    seen = [(day * DAY, said) for day, said in enumerate(days)]
    whole, parts = Archive(), Archive()
    whole.take_in(seen)
    parts.take_in(seen[: first + 1], NOW - 1)
    parts.take_in(seen[first:])

    assert parts.book.content() == whole.book.content()
    assert sorted(told(parts.book.events)) == sorted(told(whole.book.events))
    assert by_name(parts.rows) == by_name(whole.rows)


@worlds.LAW
@given(answers(UNDATED | DATED), st.sets(st.integers(0, 5)))
def test_importing_again_changes_nothing(days: list[list[Listing]], first: set[int]) -> None:
    """Neither facts nor events, observations or rows."""
    seen = [(day * DAY, said) for day, said in enumerate(days)]
    archive = Archive()
    archive.take_in([one for day, one in enumerate(seen) if day in first], NOW - 1)
    archive.take_in(seen)
    rows = archive.rows
    again = archive.take_in(seen, NOW + 1)

    assert again == Replayed(recorded=type(again.recorded)(), rows=rows, skipped=len(seen))


def test_days_before_the_baseline_lead_over_to_it() -> None:
    """The step from the last imported day to the known one is told, with its true moment."""
    archive = Archive()
    archive.see(10, listing("m", "2"), listing("new", "5"))
    archive.take_in([(1, [listing("m", "1"), listing("old", "9")]), (5, [listing("m", "1")])])

    assert archive.book.periods("m") == [("1", 1, 10), ("2", 10, None)]
    assert archive.book.periods("old") == [("9", 1, 5)]
    assert archive.book.periods("new") == [("5", 10, None)]
    assert [one.split(" [")[0] for one in told(archive.book.events)] == [
        "old offer.removed @5",
        "m price.changed",
        "new offer.added @10",
    ]
    assert archive.book.periods("m", known_at=NOW - 1) == [("2", 10, None)]


def test_a_day_between_known_ones_tells_only_what_was_not_told() -> None:
    """There and back within two known days is two events; a known change is not told twice."""
    archive = Archive()
    archive.see(1, listing("m", "1"), listing("n", "1"))
    archive.see(9, listing("m", "1"), listing("n", "2"))
    archive.take_in([(5, [listing("m", "7"), listing("n", "1")])])

    assert archive.book.periods("m") == [("1", 1, 5), ("7", 5, 9), ("1", 9, None)]
    assert [
        (one.provider_model_id, one.happened_at) for one in archive.book.events
    ] == [("n", 9), ("m", 5), ("m", 9)]  # fmt: skip


def test_what_is_only_in_the_past_is_a_row_that_has_gone() -> None:
    """With the days on which it was seen, and as many answers missing as there were."""
    archive = Archive()
    archive.see(10 * DAY, listing("m", "1"))
    archive.take_in([
        (1 * DAY, [listing("m", "1"), listing("old", "9")]),
        (2 * DAY, [listing("m", "1"), listing("old", "8")]),
        (3 * DAY, [listing("m", "1")]),
        (4 * DAY, [listing("m", "1")]),
    ])  # fmt: skip
    held, old = archive.rows

    assert (held.listing, held.first_seen, held.missing) == (
        listing("m", "1"), "1970-01-02", 0,
    )  # fmt: skip
    assert (old.listing, old.missing) == (listing("old", "8"), 3)
    assert (old.first_seen, old.last_changed) == ("1970-01-02", "1970-01-03")
    assert told(archive.book.events)[-1] == f'old status.changed "missing">"retired" @{10 * DAY}'


def test_a_newer_day_decides_what_is_there_now() -> None:
    """An import may be later than all that was seen: its rows are the last good ones."""
    archive = Archive()
    archive.see(1, listing("m", "1"), listing("n", "1"))
    archive.take_in([(2, [listing("m", "2")])])

    assert standing(archive.rows) == [(listing("m", "2"), 0), (listing("n", "1"), 1)]
    assert not archive.see(3, listing("m", "2")).facts


def test_an_incomplete_answer_ends_nothing() -> None:
    """It says what is there, not what is not."""
    archive = Archive()
    whole = Answer(observed_at=1, listings=[listing("m", "1"), listing("n", "1")])
    part = Answer(observed_at=2, listings=[listing("m", "2")], complete=False)
    archive.replay([part, whole])

    assert archive.book.periods("n") == [("1", 1, None)]
    assert archive.book.periods("m") == [("1", 1, 2), ("2", 2, None)]
    assert standing(archive.rows)[1] == (listing("n", "1"), 0)


def test_an_older_answer_outranks_what_dates_said_of_its_day() -> None:
    """It was seen; and who was not seen was not listed, whatever a later date says."""
    archive = Archive()
    archive.see(
        10 * DAY,
        listing("m", rate("1"), rate("2", "1970-01-04")),
        listing("n", rate("1", "1970-01-02")),
    )
    archive.take_in([(5 * DAY, [listing("m", "3")])])

    assert archive.book.periods("m") == [
        ("1", None, 3 * DAY), ("2", 3 * DAY, 5 * DAY),
        ("3", 5 * DAY, 10 * DAY), ("2", 10 * DAY, None),
    ]  # fmt: skip
    assert archive.book.periods("n") == [("1", DAY, 5 * DAY), ("1", 10 * DAY, None)]


@pytest.mark.parametrize(
    ("past", "problem"),
    [
        ([(NOW + 1, [])], "T00:00:01Z is from the future: it is now 1970-04-11T00:00:00Z"),
        ([(10, [listing("m", "2")])], "two different answers at 1970-01-01T00:00:10Z"),
        ([(5, [listing("m", "2")]), (5, [listing("m", "3")])],
         "two different answers at 1970-01-01T00:00:05Z"),
        ([(5, [listing("m", rate("1", "1970-01-09", "1970-01-02"))])],
         "contradicts itself in 'm': a rate for input ends on 1970-01-02"),
        ([(5, [listing("m", rate("1", None, "1970-01-09"), rate("2", "1970-01-02"))])],
         "contradicts itself in 'm': two rates for input hold on 1970-01-02"),
    ],
)  # fmt: skip
def test_a_past_that_cannot_be_is_a_sentence(
    past: list[tuple[int, list[Listing]]], problem: str
) -> None:
    """And nothing of the import is taken, though its first day is sound."""
    archive = Archive()
    archive.see(10, listing("m", "1"))
    with pytest.raises(HistoryError, match=problem):
        archive.take_in([(1, [listing("m", "1")]), *past])

    assert archive.book.periods("m") == [("1", 10, None)]


def test_rows_of_unknown_days_want_a_refresh_first() -> None:
    """Nobody could say what an import is newer than."""
    archive = Archive()
    archive.rows = (kept(listing("m", "1")),)
    with pytest.raises(HistoryError, match="modeldex refresh --source acme"):
        archive.take_in([(1, [])])


def test_who_was_seen_to_go_retires_as_its_rows_say() -> None:
    """An import that knows of an earlier answer without it does not retire it a second time."""
    archive = Archive()
    archive.see(1, listing("m", "1"))
    for moment in (9, 10, 11):
        archive.see(moment)
    archive.take_in([(5, [])])

    assert told(archive.book.events) == [
        "m offer.removed @9",
        'm status.changed "missing">"retired" @11',
        "m offer.removed @5",
    ]
    assert standing(archive.rows) == [(listing("m", "1"), 3)]


def test_an_absence_that_goes_on_in_an_import_ends_in_retirement() -> None:
    """Who was seen to go once, and is in no later answer that is imported, retires once."""
    archive = Archive()
    archive.see(1, listing("m", "1"), listing("n", "1"))
    archive.see(5, listing("n", "1"))
    archive.take_in([(6, [listing("n", "1")])])
    archive.take_in([(7, [listing("n", "1")]), (8, [listing("n", "1")])])

    assert told(archive.book.events) == [
        "m offer.removed @5",
        'm status.changed "missing">"retired" @7',
    ]
    assert standing(archive.rows) == [(listing("m", "1"), 3), (listing("n", "1"), 0)]


def test_an_absence_that_began_earlier_than_was_known_may_be_long_enough() -> None:
    """The answer that saw it go was the third without it: events say so, as rows do."""
    archive = Archive()
    archive.see(1, listing("m", "1"))
    archive.see(9)
    archive.take_in([(5, []), (6, [])])

    assert told(archive.book.events)[-1] == 'm status.changed "missing">"retired" @9'
    assert standing(archive.rows) == [(listing("m", "1"), 3)]
    archive.see(10)
    assert sum("retired" in one for one in told(archive.book.events)) == 1


def test_who_was_back_in_between_does_not_retire() -> None:
    """Neither absence was long enough."""
    archive = Archive()
    archive.see(1, listing("m", "1"))
    archive.see(5)
    archive.take_in([(6, [listing("m", "1")]), (7, []), (8, [])])

    assert [one for one in told(archive.book.events) if "retired" in one] == []
    assert standing(archive.rows) == [(listing("m", "1"), 2)]


def test_a_row_changed_when_it_was_seen_to() -> None:
    """Older equal answers move that back, later others forward, also where they change back."""
    archive = Archive()
    archive.take_in([(5 * DAY, [listing("m", "1")])])
    archive.take_in([(2 * DAY, [listing("m", "2")]), (3 * DAY, [listing("m", "1")])])
    assert [one.last_changed for one in archive.rows] == ["1970-01-04"]
    archive.take_in([(8 * DAY, [listing("m", "2")]), (9 * DAY, [listing("m", "1")])])
    assert [one.last_changed for one in archive.rows] == ["1970-01-10"]
    archive.take_in([(7 * DAY, [listing("m", "1")])])
    assert [one.last_changed for one in archive.rows] == ["1970-01-10"]


def test_what_was_held_last_stays_what_was_last_seen() -> None:
    """Older and newer days around it change when it was there, not what it was."""
    archive = Archive()
    archive.see(10, listing("m", "2"))
    archive.take_in([(1, [listing("m", "1")]), (20, [])])

    assert standing(archive.rows) == [(listing("m", "2"), 1)]
    assert archive.book.periods("m") == [("1", 1, 10), ("2", 10, 20)]
