"""Whether an answer may replace the last good one, row by row and as a whole."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from modeldex.domain.listing import Kept, Listing, Pending
from modeldex.refresh import guard
from modeldex.refresh.suspicion import Thresholds
from support.catalogs import kept, listing, priced

LATER = "2026-11-24"
NOW = 1_795_521_600.0  # then, at noon
PRICES = frozenset({"rates"})


def offers(count: int, factor: str = "1") -> list[Listing]:
    """Return *count* listings whose prices are all scaled by *factor* (0.000001 or 0.001)."""
    prompt = {"1": "0.000001", "1000": "0.001"}[factor]
    return [priced("acme", f"m{number}", prompt, prompt) for number in range(count)]


def asked(held: Sequence[Kept], new: Sequence[Listing], **changes: Any) -> guard.Question:
    """Return an answer to be judged."""
    given = {
        "complete": True,
        "today": LATER,
        "now": NOW,
        "thresholds": Thresholds(),
        "agrees": lambda *_: False,
        **changes,
    }
    return guard.Question(held=held, new=new, **given)


def held(listings: Sequence[Listing]) -> list[Kept]:
    """Return what is held after a first good answer."""
    return [kept(one) for one in listings]


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (20, 20, None),
        (20, 10, None),
        (20, 9, "shrunk"),
        (20, 0, "empty"),
        (9, 1, None),
        (9, 0, "empty"),
        (0, 0, None),
    ],
)
def test_an_answer_with_too_few_rows_is_held_back(before: int, now: int, kind: str | None) -> None:
    """Under half of the rows is too few, but for small sources; none is at any size."""
    found = guard.refusal(asked(held(offers(before)), offers(now)))
    assert (found.kind if found else None) == kind


def test_a_refusal_names_its_numbers() -> None:
    """What was held, what came, and how many rows are suspicious can be shown."""
    found = guard.refusal(asked(held(offers(20)), offers(20, "1000")))
    assert found is not None
    assert (found.kind, found.before, found.now, found.suspicious) == ("changed", 20, 20, 20)
    assert found.reason == "20 of 20 rows changed suspiciously"


@pytest.mark.parametrize(
    ("rows", "scaled", "refused"), [(20, 2, False), (20, 3, True), (8, 1, False), (8, 5, True),
                                    (3, 2, True), (1, 1, False), (8, 4, False)]
)  # fmt: skip
def test_too_many_suspicious_rows_hold_the_whole(rows: int, scaled: int, *, refused: bool) -> None:
    """Over a tenth; under ten rows, two or more that are over half."""
    new = [*offers(scaled, "1000"), *offers(rows)[scaled:]]
    assert (guard.refusal(asked(held(offers(rows)), new)) is not None) is refused


def test_one_suspicious_row_keeps_its_old_price_until_the_third_equal_answer() -> None:
    """Two answers leave the old price with a doubt; the third settles it."""
    state, new = held(offers(20)), [*offers(1, "1000"), *offers(20)[1:]]
    seen = []
    for _ in range(3):
        question = asked(state, new)
        assert guard.refusal(question) is None
        state = list(guard.rows(question))
        seen.append((str(state[0].listing.rates[0].usd), bool(state[0].listing.doubts)))

    assert seen == [("0.000001", True), ("0.000001", True), ("0.001", False)]
    assert state[0].last_changed == LATER


def test_a_row_that_goes_back_was_never_changed() -> None:
    """An old price that returns clears the doubt, and the count begins anew."""
    first = held(offers(20))
    strange = [*offers(1, "1000"), *offers(20)[1:]]
    doubted = guard.rows(asked(first, strange))
    assert guard.rows(asked(doubted, offers(20)))[0].pending is None


def test_an_unchanged_answer_counts_as_one_more_equal_one() -> None:
    """After one strange answer, two that say that nothing changed settle it."""
    strange = [*offers(1, "1000"), *offers(20)[1:]]
    state = guard.rows(asked(held(offers(20)), strange))
    for _ in range(2):
        state = guard.repeated(state, asked(state, ()))
    assert str(state[0].listing.rates[0].usd) == "0.001"


def test_an_independent_source_that_agrees_settles_a_row_at_once() -> None:
    """A book that states the new price for the same provider and model is enough."""
    new = offers(1, "1000")[0]
    book = priced("acme", "M0", "0.001", "0.001", source="book")
    agrees = guard.witnesses({("acme", "m0"): [book]})
    assert guard.rows(asked(held(offers(1)), [new], agrees=agrees))[0].listing == new


def test_a_witness_of_prices_is_none_of_limits() -> None:
    """A book settles a limit that moved only where it states that limit too."""
    old = priced("acme", "m0", "0.000001", "0.000001", context_length=8192)
    new = priced("acme", "m0", "0.000001", "0.000001", context_length=8_192_000)
    judged = []
    for stated in (None, 8192, 8_192_000):
        book = priced("acme", "m0", "0.000001", "0.000001", source="book", context_length=stated)
        agrees = guard.witnesses({("acme", "m0"): [book]})
        (row,) = guard.rows(asked(held([old]), [new], agrees=agrees))
        judged.append(row.listing.context_length)
    assert judged == [8192, 8192, 8_192_000]


def test_limits_that_scaled_hold_the_whole_of_a_source_without_prices() -> None:
    """A thousand times the context on every row is no source to believe; back again it is."""
    good = [listing("acme", f"m{number}", context_length=8192) for number in range(20)]
    scaled = [msgspec.structs.replace(one, context_length=8_192_000) for one in good]
    found = guard.refusal(asked(held(good), scaled))
    assert found is not None
    assert (found.kind, found.suspicious) == ("changed", 20)
    assert guard.refusal(asked(held(good), good)) is None


def test_a_pending_row_knows_since_when_its_source_says_so() -> None:
    """The first of equal answers dates it; another strange answer begins anew."""
    state, since = held(offers(20)), []
    for moment, prompt in enumerate(("0.001", "0.001", "0.1", "0.1")):
        strange = [priced("acme", "m0", prompt, prompt), *offers(20)[1:]]
        state = list(guard.rows(asked(state, strange, now=NOW + moment)))
        since.append(state[0].pending.since if state[0].pending else None)
    assert since == [NOW, NOW, NOW + 2, NOW + 2]


def test_a_row_that_was_pending_before_it_was_dated_is_dated_from_now() -> None:
    """What an older modeldex remembered has no date; 1970 would be a wrong one."""
    strange = offers(1, "1000")[0]
    (before,) = held(offers(1))
    pending = Pending(listing=strange, times=1)
    (after,) = guard.rows(asked([msgspec.structs.replace(before, pending=pending)], [strange]))
    assert after.pending == Pending(listing=strange, times=2, since=NOW)


def test_a_source_is_no_witness_of_itself() -> None:
    """The same source's other entries settle nothing."""
    new = offers(1, "1000")[0]
    assert not guard.witnesses({("acme", "m0"): [new]})(new, PRICES)


def test_a_vanished_model_is_missing_and_then_retired() -> None:
    """Each complete answer without it counts, up to three."""
    state = held(offers(20))
    counts = []
    for _ in range(4):
        state = list(guard.rows(asked(state, offers(19))))
        counts.append(state[-1].missing)
    assert counts == [1, 2, 3, 3]


def test_an_incomplete_answer_retires_nothing() -> None:
    """Rows that a damaged answer does not have stay as they were."""
    state = guard.rows(asked(held(offers(20)), offers(19), complete=False))
    assert [one.missing for one in state] == [0] * 20


def test_a_returning_model_keeps_its_history() -> None:
    """It is no new model: the day on which it was first seen stays."""
    gone = guard.rows(asked(held(offers(20)), offers(19)))
    back = guard.rows(asked(gone, offers(20)))
    assert back == tuple(held(offers(20)))


def test_missing_rows_do_not_count_as_held() -> None:
    """A source that lost half its rows for good is measured by those that it still has."""
    state = list(guard.rows(asked(held(offers(20)), offers(10))))
    assert guard.refusal(asked(state, offers(6))) is None


def test_equal_answers_have_equal_digests_in_any_order() -> None:
    """The order of rows says nothing; any changed row does."""
    rows = offers(3)
    assert guard.digest(rows) == guard.digest(rows[::-1])
    assert guard.digest(rows) != guard.digest([*rows[:2], listing("acme", "m2")])
