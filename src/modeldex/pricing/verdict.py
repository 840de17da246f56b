"""All offers of a catalog before one bench: what each costs, and what is to be doubted."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.domain.provenance import Doubt
from modeldex.domain.provider import Provider
from modeldex.domain.rules import Override
from modeldex.merge.offers import Testimony
from modeldex.merge.precedence import PRECEDENCE, ranked
from modeldex.pricing.doubt import Limit, judge
from modeldex.pricing.resolve import Resolution, Resolver
from modeldex.pricing.witness import Witnesses


class Verdict(msgspec.Struct, frozen=True):
    """What an offer costs, and what is to be doubted about it.

    Attributes:
        witnesses: independent sources that state what text tokens cost.
        agreed: whether all that state it state the same.
    """

    resolution: Resolution
    doubts: tuple[Doubt, ...]
    witnesses: int
    agreed: bool


class Bench:
    """Judges the offers of one catalog, each by index.

    Args:
        said: what is said about every offer.
        overrides: what an operator states.
        today: UTC date for which standard prices are chosen.
    """

    def __init__(
        self,
        sources: Sequence[SourceRows],
        said: Sequence[Testimony],
        providers: Mapping[str, Provider],
        overrides: Iterable[Override],
        today: str,
    ) -> None:
        self._witnesses = Witnesses(sources)
        self._resolver = Resolver(said, providers, overrides, today)

    def judge(self, said: Testimony) -> Verdict:
        """Return the verdict on one offer."""
        resolution = self._resolver.resolve(said)
        found = judge(
            resolution,
            list(_limits(said)),
            partial(self._witnesses.origin, provider=said.provider),
            sorted({doubt for row in (*said.own, *said.books) for doubt in row.listing.doubts}),
        )
        return Verdict(resolution, found.doubts, found.witnesses, found.agreed)


def _limits(said: Testimony) -> Iterable[Limit]:
    """Yield the context lengths that are stated, the one that holds first."""
    books = said.books
    if books[1:]:
        subject = PRECEDENCE["context_length"].subject
        books = tuple(ranked(books, subject, lambda row: row.listing.source))
    for row in (*said.own, *books):
        if row.listing.context_length is not None:
            yield row.listing.source, row.listing.context_length
