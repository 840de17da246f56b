"""Whether what a catalog remembers holds together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from modeldex.domain.history import Change, OfferFact
from modeldex.domain.model import Catalog
from modeldex.snapshot.schema import ALWAYS, NEVER

_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_800  # the years 1 to 9999


def problems(catalog: Catalog) -> Iterator[str]:
    """Yield a sentence for each contradiction in a catalog's history."""
    yield from _references(catalog)
    for fact in catalog.history.facts:
        yield from _bad_times(fact)
    yield from _overlaps(catalog.history.facts)
    yield from _disorder(catalog.history.changes)


def _references(catalog: Catalog) -> Iterator[str]:
    offers = {one.id for one in catalog.offers}
    for fact in catalog.history.facts:
        if fact.offer not in offers:
            yield f"a fact is about the unknown offer {fact.offer!r}"
        if fact.rate_id is not None and fact.rate_id not in catalog.history.rate_sets:
            yield f"a fact about {fact.offer!r} names the unknown rate set {fact.rate_id!r}"


def _bad_times(fact: OfferFact) -> Iterator[str]:
    given = (fact.valid_from, fact.valid_until, fact.recorded_at, fact.superseded_at)
    if any(one is not None and not _EARLIEST <= one < _LATEST for one in given):
        yield f"a fact about {fact.offer!r} has a time that is in no calendar"
    if _from(fact) >= _until(fact) or fact.recorded_at > _superseded(fact):
        yield f"a fact about {fact.offer!r} ends before it begins"


def _overlaps(facts: Iterable[OfferFact]) -> Iterator[str]:
    """Compare facts of one listing: those of one source that weigh the same for an offer."""
    grouped: dict[tuple[str, str, int], list[OfferFact]] = defaultdict(list)
    for fact in facts:
        grouped[fact.offer, fact.source, fact.weight].append(fact)
    for (offer, source, _), ones in grouped.items():
        if len(ones) > 1 and _overlap(sorted(ones, key=_from)):
            yield f"two facts of {source!r} about {offer!r} hold at once"


def _overlap(facts: list[OfferFact]) -> bool:
    """Return whether two of *facts*, sorted by beginning, overlap in both times."""
    open_: list[OfferFact] = []
    for fact in facts:
        open_ = [one for one in open_ if _until(one) > _from(fact)]
        if any(_believed_together(one, fact) for one in open_):
            return True
        open_.append(fact)
    return False


def _believed_together(one: OfferFact, other: OfferFact) -> bool:
    first, last = max(one.recorded_at, other.recorded_at), min(map(_superseded, (one, other)))
    return first < last


def _disorder(changes: tuple[Change, ...]) -> Iterator[str]:
    for left, right in pairwise(changes):
        if (left.number, left.part) >= (right.number, right.part):
            yield f"change {right.number}.{right.part} stands after {left.number}.{left.part}"


def _from(fact: OfferFact) -> int:
    return ALWAYS if fact.valid_from is None else fact.valid_from


def _until(fact: OfferFact) -> int:
    return NEVER if fact.valid_until is None else fact.valid_until


def _superseded(fact: OfferFact) -> int:
    return NEVER if fact.superseded_at is None else fact.superseded_at
