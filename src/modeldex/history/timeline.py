"""What an offer cost and whether it was listed over time, and the lives of models."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from modeldex.domain.history import (
    ADDED,
    MODEL_ADDED,
    MODEL_RETIRED,
    MODEL_RETURNED,
    RETURNED,
    STATUS,
    Change,
    OfferFact,
)
from modeldex.domain.offer import RETIRED
from modeldex.history.periods import EVER, NEVER

Speaker = tuple[str, str]  # a source, and the id of the offer that it lists
_RETIRED = msgspec.json.encode(RETIRED)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which an offer's price did not change, ready to plot. Times: unix seconds.

    Attributes:
        valid_from, valid_until: ``None`` is open.
        rate_id: of the rates in force; ``None`` where no price is known.
        source: whose statement counted.
        listed: the offer could be called, as far as is known.
    """

    valid_from: int | None
    valid_until: int | None
    rate_id: str | None
    source: str
    listed: bool


def timeline(
    facts: Iterable[OfferFact], known_at: int | None = None, own_since: int | None = None
) -> tuple[Period, ...]:
    """Return the periods of one offer as they were believed at *known_at*; by default, now.

    Of the facts in force at a time, the one with the lowest weight counts, of equal ones that of
    the first source by name. A book's fact lists an offer only before *own_since*, the moment from
    which on the provider's own list is known; without it, before the first own fact given here.
    A book's price without a beginning lists nothing. There is no period where
    nothing is believed.
    """
    believed = [one for one in facts if _is_believed(one, known_at)]
    if own_since is None:
        own_since = min((_begins(one) for one in believed if one.own), default=NEVER)
    return tuple(_joined(_periods(believed, own_since)))


def lives(
    changes: Iterable[Change], listings: Mapping[str, Iterable[Speaker]]
) -> tuple[Change, ...]:
    """Return when models came, retired and returned, by the place of what caused it.

    A model lives while one of its listings does; a listing lives until it is retired, not only
    missing. One whose first change is not that it was added, and one that never changed, was
    there from the beginning. What caused a change of a model gives it its number and its times.

    Args:
        listings: of each model, those that count: of its providers' own lists, and of books
            where no own list is known.
    """
    ordered = sorted(changes, key=lambda one: (one.happened_at, one.number, one.part))
    by_model: dict[str, list[Change]] = {name: [] for name in listings}
    for one in ordered:
        if one.model in by_model and one.offer is not None:
            by_model[one.model].append(one)
    found = [one for name, ones in by_model.items() for one in _life(set(listings[name]), ones)]
    return tuple(_placed(found, ordered))


def _is_believed(fact: OfferFact, known_at: int | None) -> bool:
    if known_at is None:
        return fact.superseded_at is None
    until = NEVER if fact.superseded_at is None else fact.superseded_at
    return fact.recorded_at <= known_at < until


def _periods(facts: Sequence[OfferFact], own_since: int) -> Iterator[Period]:
    coming = sorted(facts, key=_begins, reverse=True)
    edges = {own_since, *map(_begins, facts), *map(_ends, facts)}
    active: list[OfferFact] = []
    for begins, ends in pairwise(sorted(edges)):
        while coming and _begins(coming[-1]) <= begins:
            active.append(coming.pop())
        active = [one for one in active if _ends(one) > begins]
        if active:
            yield _period(active, begins, ends, own_since)


def _period(active: Sequence[OfferFact], begins: int, ends: int, own_since: int) -> Period:
    counts = min(active, key=lambda one: (one.weight, one.source))
    return Period(
        valid_from=None if begins == EVER else begins,
        valid_until=None if ends == NEVER else ends,
        rate_id=counts.rate_id,
        source=counts.source,
        listed=any(one.own for one in active)
        or (begins < own_since and any(one.valid_from is not None for one in active)),
    )


def _joined(found: Iterable[Period]) -> Iterator[Period]:
    last: Period | None = None
    for one in found:
        if last is not None and _continues(last, one):
            last = msgspec.structs.replace(last, valid_until=one.valid_until)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _continues(last: Period, one: Period) -> bool:
    said = (last.rate_id, last.source, last.listed) == (one.rate_id, one.source, one.listed)
    return said and last.valid_until is not None and last.valid_until == one.valid_from


def _begins(fact: OfferFact) -> int:
    return EVER if fact.valid_from is None else fact.valid_from


def _ends(fact: OfferFact) -> int:
    return NEVER if fact.valid_until is None else fact.valid_until


def _life(listings: set[Speaker], changes: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes of one model whose listings' *changes* stand in order of time."""
    ones = [one for one in changes if _speaker(one) in listings]
    firsts = {_speaker(one): one.kind for one in reversed(ones)}
    alive = {speaker for speaker in listings if firsts.get(speaker) != ADDED}
    has_lived = bool(alive)
    for one in ones:
        lived = bool(alive)
        _let_live(alive, one)
        if alive and not lived:
            yield _of_model(one, MODEL_RETURNED if has_lived else MODEL_ADDED)
            has_lived = True
        elif lived and not alive:
            yield _of_model(one, MODEL_RETIRED)


def _let_live(alive: set[Speaker], change: Change) -> None:
    if change.kind in {ADDED, RETURNED}:
        alive.add(_speaker(change))
    elif change.kind == STATUS:
        is_retired = change.new is not None and bytes(change.new) == _RETIRED
        (alive.discard if is_retired else alive.add)(_speaker(change))


def _speaker(change: Change) -> Speaker:
    return change.source, change.offer or ""


def _of_model(cause: Change, kind: str) -> Change:
    return msgspec.structs.replace(cause, kind=kind, offer=None, field=None, old=None, new=None)


def _placed(found: Sequence[Change], causes: Iterable[Change]) -> Iterator[Change]:
    """Yield changes of models, each in a part behind all others of its number."""
    parts: dict[int, int] = {}
    for one in causes:
        parts[one.number] = max(one.part, parts.get(one.number, 0))
    for one in sorted(found, key=lambda one: (one.number, one.part, one.model)):
        parts[one.number] += 1
        yield msgspec.structs.replace(one, part=parts[one.number])
