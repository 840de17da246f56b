"""Spots of offers: one bit for each, so that sets of offers are numbers that are counted at once.

Authors stand in the order of their numbers, models within them, and the offers of a model side by
side. The spot after each model stays empty: when a one is added at every other spot, a carry
reaches it from any offer of the model, and so models are counted as fast as offers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from modeldex.snapshot import schema

Row = tuple[str, str, bytes]  # kind, value, and the set of spots as little-endian bytes


class Spots(msgspec.Struct, frozen=True):
    """Where offers stand.

    Attributes:
        offers: spots by rank.
        ends: the empty spot after each model, rising.
        authors: the spot where each begins, by number; those without an offer are left out.
    """

    offers: Sequence[int]
    ends: Sequence[int]
    authors: Mapping[int, int]

    def split(self, rank: int) -> tuple[int, int]:
        """Return the number of an offer's word, and its bit there."""
        word, bit = divmod(self.offers[rank], schema.SPOTS)
        return word, 1 << bit


def of(placed: Sequence[tuple[int, int]]) -> Spots:
    """Return the spots of offers.

    Args:
        placed: by rank, the numbers of their authors and models.
    """
    offers, ends = [0] * len(placed), list[int]()
    authors: dict[int, int] = {}
    spot, last = 0, None
    for rank in sorted(range(len(placed)), key=placed.__getitem__):
        if last not in (None, placed[rank]):
            ends.append(spot)
            spot += 1
        last = placed[rank]
        authors.setdefault(last[0], spot)
        offers[rank] = spot
        spot += 1
    ends += [spot] if placed else []
    return Spots(offers, ends, authors)


def rows(facets: Iterable[Iterable[tuple[str, str]]], spots: Spots) -> Iterator[Row]:
    """Yield a set of offers for each of their facets, and one of all ends.

    Args:
        facets: by rank, the kinds and values of each offer.
    """
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for spot, pairs in zip(spots.offers, facets, strict=True):
        for pair in pairs:
            places[pair].append(spot)
    yield schema.ENDS, "", _packed(spots.ends)
    for (kind, value), found in places.items():
        yield kind, value, _packed(found)


def _packed(places: Sequence[int]) -> bytes:
    found = bytearray(max(places, default=-1) // 8 + 1)
    for place in places:
        found[place >> 3] |= 1 << (place & 7)
    return bytes(found)
