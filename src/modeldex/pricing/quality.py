"""How good what is known of each provider is: coverage, agreement and doubts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from modeldex.domain.offer import HIDDEN, RETIRED, Offer
from modeldex.domain.provenance import KINDS

_TWO = 2
_DECIDED = frozenset({HIDDEN, RETIRED})


class Doubted(msgspec.Struct, frozen=True):
    """An offer and a sentence that says what is to be doubted about it."""

    id: str
    sentence: str


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the offers of one provider.

    Counted are those that are shown. Doubted are those that only books list any more, too: their
    prices are still read; not those that are hidden or retired.

    Attributes:
        offers: how many are shown.
        confirmed: how many are on its own list.
        priced, limited, described: how many have a price, a context length, their modalities.
        compared: how many are priced by two independent witnesses or more.
        agreed: how many of those all witnesses price alike.
        doubted: how many offers there is a doubt about.
        changed: UTC date of the last change.
        doubts: by kind, the worst first; each of them by id.
    """

    provider: str
    offers: int
    confirmed: int = 0
    priced: int = 0
    limited: int = 0
    described: int = 0
    compared: int = 0
    agreed: int = 0
    doubted: int = 0
    changed: str | None = None
    doubts: dict[str, tuple[Doubted, ...]] = {}


def report(offers: Iterable[Offer]) -> tuple[Quality, ...]:
    """Return the quality of each provider's offers, by slug."""
    grouped: dict[str, list[Offer]] = defaultdict(list)
    for one in offers:
        if one.status not in _DECIDED:
            grouped[one.facts.provider].append(one)
    return tuple(_quality(slug, grouped[slug]) for slug in sorted(grouped))


def counts(found: Iterable[Quality]) -> dict[str, int]:
    """Return how many doubts of each kind there are, those of which there is none included."""
    counted = dict.fromkeys(KINDS, 0)
    for one in found:
        for kind, doubted in one.doubts.items():
            counted[kind] += len(doubted)
    return counted


def _quality(slug: str, offers: Sequence[Offer]) -> Quality:
    shown = [one for one in offers if one.is_active]
    compared = [one for one in shown if one.witnesses >= _TWO]
    return Quality(
        provider=slug,
        offers=len(shown),
        confirmed=sum(one.confirmed for one in shown),
        priced=sum(bool(one.prices) for one in shown),
        limited=sum(one.facts.context_length is not None for one in shown),
        described=sum(one.facts.input_modalities is not None for one in shown),
        compared=len(compared),
        agreed=sum(one.agreed for one in compared),
        doubted=sum(bool(one.doubts) for one in offers),
        changed=max((one.last_changed for one in shown), default=None),
        doubts=_doubts(offers),
    )


def _doubts(offers: Iterable[Offer]) -> dict[str, tuple[Doubted, ...]]:
    found: dict[str, list[Doubted]] = defaultdict(list)
    for one in offers:
        for doubt in one.doubts:
            found[doubt.kind].append(Doubted(one.id, doubt.sentence))
    return {kind: tuple(found[kind]) for kind in KINDS if kind in found}
