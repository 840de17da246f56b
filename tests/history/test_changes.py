"""The difference between two states of the world."""

from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain.history import State
from modeldex.history.diff import Difference, apply, changes
from modeldex.history.events import Scene, events
from support import worlds
from support.ledgers import rate, told

Key = tuple[str, str]
STATES = st.builds(
    State,
    rates=worlds.RATES,
    context_length=st.none() | st.integers(1, 3),
    capabilities=st.dictionaries(st.sampled_from(["tools", "vision"]), st.booleans()),
    status=st.sampled_from([None, "deprecated"]),
)
KEYS = st.tuples(st.sampled_from(["acme", "bolt"]), st.sampled_from(["m", "n", "o"]))
ALL = st.dictionaries(KEYS, STATES, max_size=4)


@worlds.LAW
@given(ALL, ALL)
def test_changes_lead_from_one_state_to_the_other(
    before: dict[Key, State], after: dict[Key, State]
) -> None:
    """Applied, they make the new state of the old one; each key is there once."""
    found = changes(before, after)

    assert apply(found, before) == after
    assert len({one.key for one in found}) == len(found)


@worlds.LAW
@given(ALL)
def test_nothing_changed_is_no_change(state: dict[Key, State]) -> None:
    """Of a state to itself there is no difference."""
    assert changes(state, state) == ()


@worlds.LAW
@given(ALL, ALL)
def test_every_change_is_told(before: dict[Key, State], after: dict[Key, State]) -> None:
    """A listing that differs has at least one event, any other has none."""
    found = changes(before, after)
    told_of = [
        (one.provider, one.provider_model_id) for one in events(found, set(), Scene("s", 1, 2))
    ]

    assert set(told_of) == {one.key for one in found}
    assert told_of == sorted(told_of)


def test_changes_hold_both_states_whole() -> None:
    """What comes has no old one, what goes no new one."""
    one, other = State(rates=(rate("1"),)), State(status="deprecated")
    found = changes({("p", "a"): one, ("p", "b"): one}, {("p", "b"): other, ("p", "c"): other})

    assert found == (
        Difference(("p", "a"), one, None),
        Difference(("p", "b"), one, other),
        Difference(("p", "c"), None, other),
    )


def test_who_was_there_before_returns() -> None:
    """Any other listing is added."""
    found = changes({}, {("p", "a"): State(), ("p", "b"): State()})

    assert told(events(found, {("p", "b")}, Scene("s", 5, 6, {("p", "b"): 4}))) == [
        "a offer.added @5",
        "b offer.returned @4",
    ]
