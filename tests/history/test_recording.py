"""One observation of one source: which facts and events follow from it."""

from decimal import Decimal

import pytest

from modeldex.domain.rate import Rate
from modeldex.errors import HistoryError
from modeldex.history.recording import Taken, record
from modeldex.pricing.effective import rate_id
from support.ledgers import DAY, SOURCE, Live, kept, listing, rate, told

PRICE_1 = '[{"meter":"input","unit":"token","usd":"1"}]'
PRICE_2 = '[{"meter":"input","unit":"token","usd":"2"}]'


def test_the_first_observation_makes_facts_but_no_events() -> None:
    """An undated price says nothing about the time before."""
    live = Live()
    live.see(100, listing("m", "1", context_length=8))
    (fact,) = live.book.facts

    assert (fact.valid_from, fact.valid_until, fact.recorded_at) == (100, None, 100)
    assert fact.rate_id == rate_id((rate("1"),))
    assert (fact.state.context_length, fact.key) == (8, (SOURCE, SOURCE, "m"))
    assert not live.book.events
    assert [(one.observed_at, one.rows) for one in live.book.observations] == [(100, 1)]


def test_what_is_the_same_adds_only_that_it_was_seen() -> None:
    """No fact and no event, and the digest is that of the answer before, whatever the order."""
    live = Live()
    first = live.see(100, listing("m", "1"), listing("n", "2"))
    again = live.see(200, listing("n", "2", name="New name"), listing("m", "1"))

    assert (again.facts, again.superseded, again.events) == ((), (), ())
    assert again.observations[0].digest == first.observations[0].digest


def test_a_new_price_ends_the_old_one() -> None:
    """The old fact is superseded, not changed; what was believed before stays known."""
    live = Live()
    live.see(100, listing("m", "1"))
    live.see(200, listing("m", "2"))

    assert live.book.periods("m") == [("1", 100, 200), ("2", 200, None)]
    assert live.book.periods("m", known_at=199) == [("1", 100, None)]
    assert told(live.book.events) == [f"m price.changed {PRICE_1}>{PRICE_2} @200"]


def test_each_change_is_an_event_with_old_and_new() -> None:
    """One for each limit and capability; what is unknown is nothing."""
    live = Live()
    live.see(1, listing("m", context_length=8, capabilities={"a": True, "b": False}))
    live.see(
        2,
        listing("m", "1", context_length=9, max_output_tokens=4, status="deprecated",
                capabilities={"b": True, "c": True}),
    )  # fmt: skip

    assert told(live.book.events) == [
        f"m price.changed >{PRICE_1} @2",
        "m limit.changed context_length 8>9 @2",
        "m limit.changed max_output_tokens >4 @2",
        "m capability.changed a true> @2",
        "m capability.changed b false>true @2",
        "m capability.changed c >true @2",
        'm status.changed >"deprecated" @2',
    ]


def test_a_moving_name_that_means_another_model_is_an_event() -> None:
    """What it means is what its source says beside it; of a name that does not move it is none."""
    live = Live()
    for moment, slug in enumerate(("labs/one-1", "labs/one-1", "labs/one-2"), start=1):
        live.see(
            moment,
            listing("labs/one-latest", canonical_slug=slug),
            listing("labs/one", canonical_slug=slug),
        )

    assert told(live.book.events) == [
        'labs/one-latest alias.moved "labs/one-1">"labs/one-2" @3',
    ]


def test_gone_and_back() -> None:
    """Gone by the first answer without it, retired by the third, listed when it is back."""
    live = Live()
    live.see(1, listing("m", "1"))
    for moment in (2, 3, 4, 5):
        live.see(moment)
    live.see(6, listing("m", "1"))

    assert live.book.periods("m") == [("1", 1, 2), ("1", 6, None)]
    assert told(live.book.events) == [
        "m offer.removed @2",
        'm status.changed "missing">"retired" @4',
        "m offer.returned @6",
    ]


def test_who_comes_is_added() -> None:
    """From when it was seen on."""
    live = Live()
    live.see(1)
    live.see(2, listing("m"))

    assert live.book.periods("m") == [("none", 2, None)]
    assert told(live.book.events) == ["m offer.added @2"]


def test_a_dated_past_and_future_are_believed_at_once() -> None:
    """A book with periods: the past is claimed as it is dated, the future as it is announced."""
    live = Live()
    rates = (
        rate("3", None, "1970-01-03"),
        rate("2", "1970-01-03", "1970-01-21"),
        rate("1", "1970-01-21"),
    )
    live.see(10 * DAY, listing("m", *rates, context_length=8))

    assert live.book.periods("m") == [
        ("3", None, 2 * DAY),
        ("2", 2 * DAY, 10 * DAY),
        ("2", 10 * DAY, 20 * DAY),
        ("1", 20 * DAY, None),
    ]
    assert [one.state.context_length for one in live.book.facts] == [None, None, 8, 8]
    assert not live.see(25 * DAY, listing("m", *rates, context_length=8)).facts


def test_an_announced_price_is_an_event_when_it_is_announced() -> None:
    """The new rates say when; there is no event when the day has come."""
    live = Live()
    live.see(DAY, listing("m", "2"))
    live.see(2 * DAY, listing("m", "2", rate("1", "1970-01-11")))
    live.see(12 * DAY, listing("m", "2", rate("1", "1970-01-11")))
    (event,) = live.book.events

    assert event.happened_at == 2 * DAY
    assert b'"usd":"1","when":{"valid_from":"1970-01-11"}' in bytes(event.new or b"")
    assert live.book.periods("m") == [("2", DAY, 10 * DAY), ("1", 10 * DAY, None)]


def test_a_dropped_announcement_is_believed_no_more() -> None:
    """From the moment on in which the source says so; what was announced stays known."""
    live = Live()
    live.see(DAY, listing("m", "2", rate("1", "1970-01-11")))
    live.see(3 * DAY, listing("m", "2"))

    assert live.book.periods("m") == [("2", DAY, None)]
    assert live.book.periods("m", known_at=2 * DAY) == [
        ("2", DAY, 10 * DAY),
        ("1", 10 * DAY, None),
    ]


def test_dates_correct_the_price_of_the_past_and_nothing_else() -> None:
    """What was seen of limits stays; the price is what the source now says that it was."""
    live = Live()
    live.see(10 * DAY, listing("m", "5", context_length=4))
    live.see(20 * DAY, listing("m", "5", context_length=8))
    live.see(
        30 * DAY,
        listing("m", rate("5", None, "1970-01-16"), rate("6", "1970-01-16"), context_length=8),
    )
    found = [(one.state.context_length, one.valid_from) for one in live.book.believed]

    assert live.book.periods("m") == [
        ("5", None, 10 * DAY),
        ("5", 10 * DAY, 15 * DAY),
        ("6", 15 * DAY, 20 * DAY),
        ("6", 20 * DAY, None),
    ]
    assert sorted(found, key=lambda one: one[1] or 0) == [
        (None, None), (4, 10 * DAY), (4, 15 * DAY), (8, 20 * DAY),
    ]  # fmt: skip
    assert live.book.periods("m", known_at=29 * DAY) == [
        ("5", 10 * DAY, 20 * DAY),
        ("5", 20 * DAY, None),
    ]


def test_undated_prices_beside_dated_ones_do_not_rewrite_what_was_seen() -> None:
    """A batch price since January is no evidence of what the standard price was in February."""
    live = Live()
    batch = rate("3", "1970-01-02", service_tier="batch")
    live.see(10 * DAY, listing("m", "7"))
    live.see(20 * DAY, listing("m", "5", batch))

    assert live.book.periods("m") == [
        ("5", None, DAY), ("3 5", DAY, 10 * DAY),
        ("7", 10 * DAY, 20 * DAY), ("3 5", 20 * DAY, None),
    ]  # fmt: skip


def test_a_time_before_all_dates_is_unknown_not_unpriced() -> None:
    """A first start date does not say that the model was listed before it without a price."""
    live = Live()
    live.see(10 * DAY, listing("m", rate("1", "1970-01-02")))

    assert live.book.periods("m") == [("1", DAY, None)]


@pytest.mark.parametrize(("since", "begins"), [(150, 150), (50, 100), (999, 200)])
def test_what_was_held_back_is_dated_from_when_it_was_first_said(since: int, begins: int) -> None:
    """Never before the last change that is known, nor after the answer that settled it."""
    live = Live()
    live.see(100, listing("m", "1"))
    live.see(200, listing("m", "100"), since={(SOURCE, "m"): since})

    assert live.book.periods("m")[-1] == ("100", begins, None)
    assert live.book.events[0].happened_at == begins


def test_rates_in_another_order_are_the_same() -> None:
    """Neither a fact nor an event."""
    live = Live()
    one, other = rate("1"), rate("2", service_tier="batch")
    live.see(1, listing("m", one, other))
    again = live.see(2, listing("m", other, one))

    assert (again.facts, again.events) == ((), ())


def test_the_same_price_written_otherwise_is_the_same() -> None:
    """``1.0`` is ``1``: no fact, no event."""
    live = Live()
    live.see(1, listing("m", "1"))
    again = live.see(2, listing("m", Rate(meter=rate("1").meter, usd=Decimal("1.0"))))

    assert (again.facts, again.events) == ((), ())


def test_an_answer_between_two_known_ones_speaks_until_the_next() -> None:
    """What was seen later stays as it is; dates fill only what nobody knows."""
    live = Live()
    live.see(100 * DAY, listing("m", "1"))
    dated = listing("m", rate("8", None, "1970-01-11"), rate("9", "1970-01-11"))
    taken = Taken(
        source=SOURCE, before=(), after=(kept(dated),), observed_at=50 * DAY,
        recorded_at=200 * DAY, next_at=100 * DAY,
    )  # fmt: skip
    live.book.take(record(taken, live.book.believed), 200 * DAY)

    assert live.book.periods("m") == [
        ("8", None, 10 * DAY),
        ("9", 10 * DAY, 100 * DAY),
        ("1", 100 * DAY, None),
    ]


@pytest.mark.parametrize(
    ("recorded_at", "next_at", "problem"),
    [
        (8, None, "is from the future: it is now 1970-01-01T00:00:08Z"),
        (9, 9, "not before the next one at 1970-01-01T00:00:09Z"),
    ],
)
def test_times_that_cannot_be_are_sentences(
    recorded_at: int, next_at: int | None, problem: str
) -> None:
    """An answer of tomorrow, or one after its own successor."""
    taken = Taken(
        source=SOURCE,
        before=(),
        after=(),
        observed_at=9,
        recorded_at=recorded_at,
        next_at=next_at,
    )
    with pytest.raises(HistoryError, match=problem):
        record(taken, ())
