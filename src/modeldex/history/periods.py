"""Facts of one listing over time: what an observation claims, and what is believed after it.

A claim lays itself over what is believed. What says the same stays as it is; what says otherwise
is superseded, and what sticks out on either side is believed anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from modeldex.domain.history import Fact, State
from modeldex.pricing.effective import Piece, in_order, pieces, rate_id

EVER, NEVER = -(2**62), 2**62  # open ends, as numbers that can be compared


class Strength(Enum):
    """What a claim does to what is believed of its time."""

    SEEN = "seen"  # the source was seen to say so: replaces all
    DATED = "dated"  # the source dates its prices: replaces the rates, and them only
    LIKELY = "likely"  # nobody said otherwise: only where nothing is believed


class Span(NamedTuple):
    """A time in one state. Its ends may be ``EVER`` and ``NEVER``."""

    begins: int
    ends: int
    state: State


class Claim(NamedTuple):
    """What one observation says of a time; a state of ``None`` is that it was not listed."""

    begins: int
    ends: int
    state: State | None
    strength: Strength = Strength.SEEN

    def over(self, old: State | None) -> State | None:
        """Return what is believed once the claim is laid over *old*."""
        if self.strength is Strength.SEEN or self.state is None:
            return self.state
        if old is None:
            return State(rates=self.state.rates)
        if self.strength is Strength.LIKELY:
            return old
        return msgspec.structs.replace(old, rates=self.state.rates)


def claims(said: State | None, at: int, until: int | None) -> list[Claim]:
    """Return what an observation claims.

    Args:
        said: with effective dates; ``None`` where a complete answer did not have the listing.
        at: when it was observed.
        until: when its source was next observed; ``None`` where it is the last observation.
    """
    end = NEVER if until is None else until
    if said is None:
        return [Claim(at, end, None)]
    found = pieces(said.rates)
    return [*_seen(said, found, at, end), *_past(said, found, at, is_last=until is None)]


def record(
    facts: Sequence[Fact], asserted: Iterable[Claim], like: Fact
) -> tuple[list[int], list[Fact]]:
    """Return the numbers of *facts* that are superseded, and the facts that are new.

    Args:
        facts: what is believed of one listing.
        like: whose listing and ``recorded_at`` new facts have.
    """
    believed = spans(facts)
    for claim in asserted:
        believed = laid_over(believed, claim)
    return settled(facts, believed, like)


def spans(facts: Iterable[Fact]) -> list[Span]:
    """Return the facts of one listing that nothing has superseded, as spans in order."""
    found = [
        Span(begin_of(one), NEVER if one.valid_until is None else one.valid_until, one.state)
        for one in facts
        if one.superseded_at is None
    ]
    return sorted(found, key=lambda one: one.begins)


def laid_over(believed: Sequence[Span], claim: Claim) -> list[Span]:
    """Return ordered spans after *claim*; equal neighbours become one."""
    if claim.begins >= claim.ends:
        return list(believed)
    return list(_joined(_cut(believed, claim)))


def settled(
    facts: Sequence[Fact], believed: Iterable[Span], like: Fact
) -> tuple[list[int], list[Fact]]:
    """Return what takes the store from *facts* to *believed*: numbers to supersede, new facts."""
    known = {(begin_of(one), one.valid_until): one for one in facts if one.superseded_at is None}
    new: list[Fact] = []
    for span in believed:
        same = known.get((span.begins, _open(span.ends)))
        if same is not None and same.state == span.state:
            del known[span.begins, same.valid_until]
        else:
            new.append(_fact(span, like))
    return sorted(one.number for one in known.values()), new


def begin_of(fact: Fact) -> int:
    """Return from when on a fact holds."""
    return EVER if fact.valid_from is None else fact.valid_from


def state_at(believed: Iterable[Span], moment: int) -> State | None:
    """Return the state at *moment*, ``None`` where it was not listed."""
    return next((one.state for one in believed if one.begins <= moment < one.ends), None)


def _seen(said: State, found: Sequence[Piece], at: int, end: int) -> Iterator[Claim]:
    for piece in found:
        begins, ends = _ends(piece)
        if max(begins, at) < min(ends, end):
            yield Claim(max(begins, at), min(ends, end), _with(said, piece))


def _past(said: State, found: Sequence[Piece], at: int, *, is_last: bool) -> Iterator[Claim]:
    """Yield what dates say of the time before; rates without dates say nothing of it."""
    for piece in found:
        begins, ends = _ends(piece)
        stated = begins != EVER or ends <= at
        if stated and begins < at and piece.rates:
            strength = Strength.DATED if piece.dated and is_last else Strength.LIKELY
            yield Claim(begins, min(ends, at), _with(said, piece), strength)


def _ends(piece: Piece) -> tuple[int, int]:
    begins = EVER if piece.valid_from is None else piece.valid_from
    return begins, NEVER if piece.valid_until is None else piece.valid_until


def _with(said: State, piece: Piece) -> State:
    return msgspec.structs.replace(said, rates=in_order(piece.rates))


def _cut(believed: Sequence[Span], claim: Claim) -> Iterator[Span]:
    """Yield the spans outside of the claim, and what it makes of spans and gaps inside."""
    done = claim.begins
    after: list[Span] = []
    for span in believed:
        if span.begins < claim.begins:
            yield span._replace(ends=min(span.ends, claim.begins))
        begins, ends = max(span.begins, claim.begins), min(span.ends, claim.ends)
        if begins < ends:
            yield from _made(done, begins, claim.over(None))
            yield from _made(begins, ends, claim.over(span.state))
            done = ends
        if span.ends > claim.ends:
            after.append(span._replace(begins=max(span.begins, claim.ends)))
    yield from _made(done, claim.ends, claim.over(None))
    yield from after


def _made(begins: int, ends: int, state: State | None) -> Iterator[Span]:
    if begins < ends and state is not None:
        yield Span(begins, ends, state)


def _joined(found: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in found:
        if last is not None and last.ends == span.begins and last.state == span.state:
            last = last._replace(ends=span.ends)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _fact(span: Span, like: Fact) -> Fact:
    return msgspec.structs.replace(
        like,
        state=span.state,
        rate_id=rate_id(span.state.rates),
        valid_from=None if span.begins == EVER else span.begins,
        valid_until=_open(span.ends),
    )


def _open(ends: int) -> int | None:
    return None if ends == NEVER else ends
