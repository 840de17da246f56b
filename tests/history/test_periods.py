"""Facts over time: what claims do to what is believed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.history import State
from modeldex.domain.listing import Listing
from modeldex.history.periods import EVER, NEVER, Claim, Span, Strength, laid_over
from modeldex.history.recording import Taken, record
from support import worlds
from support.ledgers import DAY, SOURCE, Book, Live, kept, listing, overlapping, rate

A, B = State(context_length=1), State(context_length=2)
DATES = st.none() | st.sampled_from(["1970-01-02", "1970-01-04", "1970-01-06", "1970-01-09"])
RATES = st.lists(
    st.builds(
        rate,
        st.sampled_from(["1", "2"]),
        DATES,
        DATES,
        service_tier=st.sampled_from([None, "batch"]),
    ),
    max_size=3,
)
LISTINGS = st.builds(
    lambda native, rates, size: listing(native, *rates, context_length=size),
    st.sampled_from(["m", "n"]),
    RATES,
    st.sampled_from([None, 8]),
)
ANSWERS = st.lists(LISTINGS, max_size=2, unique_by=lambda one: one.provider_model_id)
MOMENTS = st.integers(0, 10).map(lambda one: one * DAY)


@pytest.mark.parametrize(
    ("believed", "claim", "after"),
    [
        ([], Claim(1, 2, A), [Span(1, 2, A)]),
        ([], Claim(1, 2, None), []),
        ([Span(1, 9, A)], Claim(3, 5, B), [Span(1, 3, A), Span(3, 5, B), Span(5, 9, A)]),
        ([Span(1, 9, A)], Claim(3, 5, A), [Span(1, 9, A)]),
        ([Span(1, 9, A)], Claim(3, 5, None), [Span(1, 3, A), Span(5, 9, A)]),
        ([Span(1, 3, A), Span(5, 9, A)], Claim(3, 5, A), [Span(1, 9, A)]),
        ([Span(1, 3, A), Span(5, 9, B)], Claim(2, 6, B), [Span(1, 2, A), Span(2, 9, B)]),
        ([Span(EVER, NEVER, A)], Claim(3, NEVER, B), [Span(EVER, 3, A), Span(3, NEVER, B)]),
        ([Span(3, 4, A)], Claim(1, 6, B, Strength.LIKELY),
         [Span(1, 3, State()), Span(3, 4, A), Span(4, 6, State())]),
        ([Span(1, 9, A)], Claim(5, 5, B), [Span(1, 9, A)]),
    ],
)  # fmt: skip
def test_a_claim_lies_over_what_is_believed(
    believed: Sequence[Span], claim: Claim, after: list[Span]
) -> None:
    """What sticks out stays, equal neighbours become one, and a weak claim fills gaps only."""
    assert laid_over(believed, claim) == after


def test_a_dated_price_replaces_only_the_rates() -> None:
    """Nothing is said of the limits of that time."""
    (span,) = laid_over(
        [Span(1, 9, A)], Claim(1, 9, State(rates=(rate("2"),), context_length=7), Strength.DATED)
    )

    assert span.state == State(rates=(rate("2"),), context_length=1)


class Archive:
    """Observations that come in any order, each recorded with the next one that is known."""

    def __init__(self) -> None:
        self.book, self.now = Book(), 1000 * DAY

    def see(self, moment: int, listings: Sequence[Listing]) -> None:
        """Record a complete answer of *moment*; each is learned a second after the last."""
        self.now += 1
        later = [one.observed_at for one in self.book.observations if one.observed_at > moment]
        names = {"m", "n"} - {one.provider_model_id for one in listings}
        taken = Taken(
            source=SOURCE,
            before=tuple(kept(listing(one)) for one in sorted(names)),
            after=tuple(map(kept, listings)),
            observed_at=moment,
            recorded_at=self.now,
            next_at=min(later, default=None),
        )
        self.book.take(record(taken, self.book.believed), self.now)


HISTORIES = st.lists(st.tuples(MOMENTS, ANSWERS), max_size=6, unique_by=lambda one: one[0])


@worlds.LAW
@given(HISTORIES)
def test_facts_of_one_listing_never_overlap(seen: list[tuple[int, list[Listing]]]) -> None:
    """Not in the time in which they hold and are believed at once; and none is empty."""
    archive = Archive()
    for moment, listings in seen:
        archive.see(moment, listings)

    assert not overlapping(archive.book.facts)
    for one in archive.book.facts:
        if one.valid_from is not None and one.valid_until is not None:
            assert one.valid_from < one.valid_until


@worlds.LAW
@given(HISTORIES)
def test_what_was_believed_stays_known(seen: list[tuple[int, list[Listing]]]) -> None:
    """No later observation changes what was believed at a moment."""
    archive = Archive()
    believed = {}
    for moment, listings in seen:
        archive.see(moment, listings)
        believed[archive.now] = archive.book.content()

    assert {known_at: archive.book.content(known_at) for known_at in believed} == believed


@worlds.LAW
@given(HISTORIES)
def test_recording_again_changes_nothing(seen: list[tuple[int, list[Listing]]]) -> None:
    """An observation that was the last to be recorded adds no fact and supersedes none."""
    archive = Archive()
    for moment, listings in seen:
        archive.see(moment, listings)
        facts = list(archive.book.facts)
        archive.see(moment, listings)

        assert archive.book.facts == facts


@worlds.LAW
@given(HISTORIES)
def test_what_was_seen_is_what_is_believed_of_its_moment(
    seen: list[tuple[int, list[Listing]]],
) -> None:
    """Of the last observation that was recorded, in whatever order the others came."""
    archive = Archive()
    for moment, listings in seen:
        archive.see(moment, listings)
        held = [
            one for one in archive.book.believed if _holds(one.valid_from, one.valid_until, moment)
        ]

        assert sorted(one.provider_model_id for one in held) == sorted(
            one.provider_model_id for one in listings
        )


@worlds.LAW
@given(st.lists(ANSWERS, min_size=1, max_size=5))
def test_a_live_history_never_overlaps_and_stays_known(answers: list[list[Listing]]) -> None:
    """The same laws where a source is observed day by day, with the guard's rows."""
    live, believed = Live(), {}
    for day, listings in enumerate(answers):
        live.see(day * DAY, *listings)
        believed[day * DAY] = live.book.content()

    assert not overlapping(live.book.facts)
    assert {known_at: live.book.content(known_at) for known_at in believed} == believed


def _holds(begins: int | None, ends: int | None, moment: int) -> bool:
    return (begins is None or begins <= moment) and (ends is None or moment < ends)
