"""All offers of a catalog before one bench: what each costs, and what is to be doubted."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from modeldex.domain.listing import SourceRows
from modeldex.domain.provider import Provider
from modeldex.domain.rules import Rules
from modeldex.merge.offers import Testimony
from modeldex.merge.precedence import PRECEDENCE, ranked
from modeldex.pricing.doubt import SOUND, Judgement, Limit, judge
from modeldex.pricing.resolve import Resolution, Resolver
from modeldex.pricing.witness import Witnesses


class Bench:
    """Judges the offers of one catalog, each by index.

    Args:
        said: what is said about every offer.
        rules: what an operator decided.
        today: UTC date for which standard prices are chosen.
    """

    def __init__(
        self,
        sources: Sequence[SourceRows],
        said: Sequence[Testimony],
        providers: Mapping[str, Provider],
        rules: Rules,
        today: str,
    ) -> None:
        self._witnesses = Witnesses(sources)
        self._resolver = Resolver(said, providers, rules, today)

    def judge(self, said: Testimony) -> tuple[Resolution, Judgement]:
        """Return what one offer costs, and what is to be doubted about it."""
        resolution = self._resolver.resolve(said)
        rows = (*said.own, *said.entries)
        noted = sorted({doubt for row in rows for doubt in row.listing.doubts})
        if not (resolution.claims or noted or rows[1:]):
            return resolution, SOUND
        origin = partial(self._witnesses.origin, provider=said.provider)
        return resolution, judge(resolution, list(_limits(said)), origin, noted)


def _limits(said: Testimony) -> Iterable[Limit]:
    """Yield the context lengths that are stated, the one that holds first."""
    books = said.entries
    if books[1:]:
        subject = PRECEDENCE["context_length"].subject
        books = tuple(ranked(books, subject, lambda row: row.listing.source))
    for row in (*said.own, *books):
        if row.listing.context_length is not None:
            yield row.listing.source, row.listing.context_length
