"""What every store remembers over time; each kind of store passes the same tests."""

from decimal import Decimal

import msgspec
import pytest

from modeldex.domain.history import (
    ADDED,
    CAPABILITY,
    LIMIT,
    PRICE,
    REMOVED,
    RETURNED,
    STATUS,
    State,
)
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.errors import StoreError
from modeldex.store.base import Changes, Compacted, Health, Store
from support.scale import scaled
from support.stored import FULL_STATE, changed, fact, observed, plain, raw

SIZES = (999, 1_000, 1_001, scaled(2_500, 100_000))


async def test_a_fact_is_given_back_exactly(store: Store) -> None:
    """Every field, every digit of its rates and every condition; it has a number now."""
    when = Conditions(
        min_input_tokens=200_001, utc_start="16:30", utc_end="00:30", service_tier="batch",
        region="eu",
    )  # fmt: skip
    rates = (*FULL_STATE.rates, Rate(meter=Meter.HOUR, usd=Decimal("1E-7"), when=when))
    state = msgspec.structs.replace(FULL_STATE, rates=rates)
    saved = fact(
        state=state, rate_id="rate_0", valid_from=-1, valid_until=2**40, at=2**33,
        superseded_at=2**34,
    )  # fmt: skip
    await store.save(Changes(facts=[saved], recorded_at=2**33))
    (found,) = (await store.basis(1)).ledger.facts
    assert found == msgspec.structs.replace(saved, number=1)
    assert [str(one.usd) for one in found.state.rates] == [str(one.usd) for one in rates]


async def test_an_event_is_given_back_exactly(store: Store) -> None:
    """What was and what is, as JSON, character for character; unknown is not null."""
    saved = [
        changed(old=raw('[{"usd": "0.10"}]'), new=raw("null"), happened_at=5, at=2**33),
        changed(kind=LIMIT, field="context_length", old=raw("1"), new=raw("2")),
        changed("A/\N{GRINNING FACE}", kind=ADDED),
    ]
    await store.save(Changes(events=saved))
    found = (await store.basis(1)).ledger.events
    numbered = [msgspec.structs.replace(one, number=number) for number, one in enumerate(saved, 1)]
    assert list(found) == numbered


async def test_facts_are_numbered_in_the_order_of_learning(store: Store) -> None:
    """Numbers ascend over all commits, and so do those of events."""
    await store.save(Changes(facts=[fact(native="b"), fact(native="a")], events=[changed("b")]))
    await store.save(Changes(facts=[fact(native="c")], events=[changed("a"), changed("c")]))
    ledger = (await store.basis(2)).ledger
    assert [(f.number, f.provider_model_id) for f in ledger.facts] == [
        (1, "b"),
        (2, "a"),
        (3, "c"),
    ]
    assert [(e.number, e.provider_model_id) for e in ledger.events] == [
        (1, "b"),
        (2, "a"),
        (3, "c"),
    ]


async def test_commits_are_counted(store: Store) -> None:
    """Each save is one more, whatever it says, and its moment is remembered."""
    assert [await store.save(Changes(recorded_at=at)) for at in (7, 7, 9)] == [1, 2, 3]
    known = await store.known()
    assert (known.commit, known.recorded_at) == (3, 9)
    assert (await store.basis(3)).commit == 3


async def test_a_commit_that_is_not_there_is_one_clear_error(store: Store) -> None:
    """Nothing is built from a state that was restored behind one's back."""
    await store.save(Changes(recorded_at=7))
    with pytest.raises(StoreError, match="at commit 1 where 2 was written"):
        await store.basis(2)


async def test_only_what_is_believed_of_the_sources_asked_for(store: Store) -> None:
    """Superseded facts and those of others are not given; order and doubles do not matter."""
    facts = [fact("bolt"), fact("acme"), fact("acme", "b"), fact("zeta")]
    await store.save(Changes(facts=facts, recorded_at=10))
    await store.save(Changes(superseded=[2, 2], recorded_at=20))
    found = await store.believed(["bolt", "acme", "bolt", "nobody"])
    assert [(one.number, one.source) for one in found] == [(1, "bolt"), (3, "acme")]
    assert await store.believed([]) == ()


async def test_superseding_sets_the_end_of_a_belief_and_nothing_else(store: Store) -> None:
    """What was believed before can still be asked for."""
    before = fact(state=FULL_STATE, valid_from=3, valid_until=8)
    await store.save(Changes(facts=[before, fact(native="b")], recorded_at=10))
    await store.save(Changes(superseded=[1], facts=[fact(at=20)], recorded_at=20))
    facts = (await store.basis(2)).ledger.facts
    assert facts[0] == msgspec.structs.replace(before, number=1, superseded_at=20)
    assert [one.superseded_at for one in facts] == [20, None, None]


@pytest.mark.parametrize("number", [1, 3])
async def test_what_is_not_believed_cannot_be_superseded(store: Store, number: int) -> None:
    """Whoever tries has read an old state: nothing of that refresh is kept."""
    await store.save(Changes(facts=[fact(), fact(native="b")], recorded_at=10))
    await store.save(Changes(superseded=[1], recorded_at=20))
    wrong = Changes(superseded=[2, number], facts=[fact()], hidden=["acme/a"], recorded_at=30)
    with pytest.raises(StoreError, match="one refresher for each store"):
        await store.save(wrong)
    found = await store.basis(2)
    assert [one.superseded_at for one in found.ledger.facts] == [20, None]
    assert (found.hidden, found.commit) == (frozenset(), 2)


async def test_a_fact_of_the_first_second_is_superseded_once(store: Store) -> None:
    """Zero is a moment like any other."""
    await store.save(Changes(facts=[fact(at=0)]))
    await store.save(Changes(superseded=[1]))
    with pytest.raises(StoreError, match="0 are believed"):
        await store.save(Changes(superseded=[1]))


async def test_a_clock_that_jumps_back_is_refused(store: Store) -> None:
    """It is said what was found and what to do; nothing is kept; the same moment is fine."""
    await store.save(Changes(recorded_at=1_795_435_200))
    with pytest.raises(StoreError, match=r"2026-11-23T12:00:00Z.*11:59:59Z.*Set the clock"):
        await store.save(Changes(hidden=["acme/a"], recorded_at=1_795_435_199))
    assert await store.save(Changes(recorded_at=1_795_435_200)) == 2
    assert (await store.known()).hidden == frozenset()


async def test_observations_come_in_the_order_of_their_moments(store: Store) -> None:
    """Also where an import brings an earlier one later; equal moments as they were learned."""
    first = [observed(20), observed(30, "bolt"), observed(10, digest="x")]
    await store.save(Changes(observations=first, recorded_at=10))
    await store.save(Changes(observations=[observed(10, digest="a")], recorded_at=30))
    assert [(one.observed_at, one.digest) for one in await store.observations("acme")] == [
        (10, "x"),
        (10, "a"),
        (20, "d"),
    ]
    assert await store.observations("bolt") == (observed(30, "bolt"),)


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_is_cut_at_any_size(store: Store, size: int) -> None:
    """Facts, events, observations, listings and hidden offers come back whole, in order."""
    names = [f"m{number:06d}" for number in range(size)]
    await store.save(
        Changes(
            health=[Health(source="acme")],
            answers=[plain("acme", *names)],
            hidden=names,
            facts=[fact(native=name) for name in names],
            events=[changed(name) for name in names],
            observations=[observed(number) for number in range(size)],
        )
    )
    basis = await store.basis(1)
    listed = [one.listing.provider_model_id for one in basis.listings[0].rows]
    believed = await store.believed(["acme"])
    assert [one.provider_model_id for one in basis.ledger.facts] == names
    assert [one.provider_model_id for one in basis.ledger.events] == names
    assert [one.provider_model_id for one in believed] == names
    assert (listed, basis.hidden) == (names, frozenset(names))
    assert len(await store.observations("acme")) == size


async def test_more_facts_than_a_batch_are_superseded_at_once(store: Store) -> None:
    """All of them or none."""
    await store.save(Changes(facts=[fact(native=str(number)) for number in range(1_001)]))
    await store.save(Changes(superseded=range(1, 1_002), recorded_at=5))
    assert await store.believed(["acme"]) == ()
    assert {one.superseded_at for one in (await store.basis(2)).ledger.facts} == {5}


async def test_compaction_forgets_what_nobody_may_ask_for(store: Store) -> None:
    """Beliefs and times that ended before the horizon; what ended at it is kept."""
    facts = [
        fact(native="believed and in force", valid_from=1),
        fact(native="ended before", valid_from=1, valid_until=99),
        fact(native="ended then", valid_from=1, valid_until=100),
        fact(native="superseded before"),
        fact(native="superseded then"),
        fact(native="the future", valid_from=200, valid_until=300),
    ]
    await store.save(Changes(facts=facts, recorded_at=10))
    await store.save(Changes(superseded=[4], recorded_at=99))
    await store.save(Changes(superseded=[5], recorded_at=100))
    assert await store.compact(100) == Compacted(facts=2, events=0)
    assert [one.provider_model_id for one in (await store.basis(4)).ledger.facts] == [
        "believed and in force", "ended then", "superseded then", "the future",
    ]  # fmt: skip


async def test_compaction_keeps_comings_and_goings(store: Store) -> None:
    """Of what was learned before the horizon only changes of price, limit and capability go."""
    kinds = (ADDED, REMOVED, RETURNED, STATUS, PRICE, LIMIT, CAPABILITY)
    events = [changed(kind, at, kind) for at in (99, 100) for kind in kinds]
    await store.save(Changes(events=events, recorded_at=100))
    assert await store.compact(100) == Compacted(facts=0, events=3)
    left = (await store.basis(2)).ledger.events
    assert [(one.kind, one.recorded_at) for one in left] == [
        *((kind, 99) for kind in kinds[:4]),
        *((kind, 100) for kind in kinds),
    ]


async def test_compaction_again_removes_nothing_more(store: Store) -> None:
    """It may be run as often as one likes."""
    await store.save(Changes(facts=[fact(valid_until=5)], events=[changed()], recorded_at=10))
    assert await store.compact(50) == Compacted(facts=1, events=1)
    assert await store.compact(50) == Compacted(facts=0, events=0)


async def test_numbers_are_never_given_twice(store: Store) -> None:
    """A reader that stopped at a number misses nothing after a compaction."""
    await store.save(Changes(facts=[fact(valid_until=5)], events=[changed()], recorded_at=10))
    await store.compact(50)
    await store.save(Changes(facts=[fact()], events=[changed()], recorded_at=60))
    ledger = (await store.basis(3)).ledger
    assert (ledger.facts[0].number, ledger.events[0].number) == (2, 2)


async def test_a_compaction_does_not_move_the_clock(store: Store) -> None:
    """It is a commit, at the moment of the one before it."""
    await store.save(Changes(recorded_at=10))
    await store.compact(1_000)
    known = await store.known()
    assert (known.commit, known.recorded_at) == (2, 10)


async def test_what_may_be_forgotten_is_said_with_what_is_left(store: Store) -> None:
    """The horizon of the furthest compaction, whatever is saved afterwards; 0 before any."""
    await store.save(Changes(facts=[fact()], recorded_at=10))
    assert ((await store.known()).horizon, (await store.basis(1)).ledger.horizon) == (0, 0)
    for horizon, furthest in ((50, 50), (20, 50), (60, 60)):
        await store.compact(horizon)
        await store.save(Changes(facts=[fact(at=70)], recorded_at=70))
        ledger = (await store.basis(0)).ledger
        assert ((await store.known()).horizon, ledger.horizon) == (furthest, furthest)


async def test_which_sources_were_ever_observed_is_known(store: Store) -> None:
    """However often, and whatever is forgotten; one without health is nobody's source."""
    health = [Health(source=one) for one in ("acme", "bolt", "cove")]
    await store.save(Changes(health=health, answers=[plain("bolt", "a")]))
    assert (await store.known()).observed == frozenset()
    seen = [observed(10), observed(20), observed(10, "cove"), observed(10, "nobody")]
    await store.save(Changes(observations=seen, recorded_at=20))
    await store.compact(1_000)
    assert (await store.known()).observed == {"acme", "cove"}


async def test_equal_states_are_read_as_equal(store: Store) -> None:
    """However often they occur."""
    states = [FULL_STATE, State(), FULL_STATE]
    await store.save(
        Changes(facts=[fact(native=str(n), state=one) for n, one in enumerate(states)])
    )
    assert [one.state for one in await store.believed(["acme"])] == states
