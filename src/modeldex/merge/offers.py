"""Which listings speak of one offer: a provider's own, and the books' for the same id."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter

import msgspec

from modeldex.domain.listing import Kept, Listing, SourceRows

Name = tuple[str, str]  # a provider's slug and the id that it takes
_EXACT, _ANY_CASE, _ALSO = range(3)  # how closely an entry of a book means an offer


class Testimony(msgspec.Struct, frozen=True):
    """All that is said about one offer.

    Attributes:
        own: the provider's own listings, the strongest first.
        books: the books' entries for exactly this provider and id, the strongest first.
        listed: the provider's own list is known, whether or not this offer is on it.
        former: entries that have gone from their books; no evidence of today.
    """

    provider: str
    provider_model_id: str
    own: tuple[Kept, ...]
    books: tuple[Kept, ...]
    listed: bool
    former: tuple[Kept, ...] = ()

    @property
    def entries(self) -> tuple[Kept, ...]:
        """What books say of it: today, or what they said last where nobody speaks any more."""
        return self.books or (() if self.own else self.former)

    @property
    def speaking(self) -> tuple[Kept, ...]:
        """Who says that there is such an offer: its provider, else books, else none any more."""
        return self.own or self.entries


def gather(sources: Sequence[SourceRows]) -> list[Testimony]:
    """Return what is said about each offer, sorted by provider and id.

    A book's entry means an offer when the provider is the same and the ids are equal but for
    their case (books match so); never by prefix, pattern or display name.
    """
    own, listed = _own(sources)
    entries = _entries(sources)
    said, unknown = _by_books([row for row in entries if not row.missing], own)
    names = [*own, *map(_name, unknown.values())]
    gone, vanished = _by_books([row for row in entries if row.missing], names)
    found = [
        Testimony(
            *key,
            tuple(rows),
            tuple(said.get(key, ())),
            listed=True,
            former=tuple(gone.get(key, ())),
        )
        for key, rows in own.items()
    ]
    for rows in unknown.values():
        key = _name(rows)
        is_listed, former = key[0] in listed, tuple(gone.get(key, ()))
        found.append(Testimony(*key, (), tuple(rows), listed=is_listed, former=former))
    for rows in vanished.values():
        key = _name(rows)
        found.append(Testimony(*key, (), (), listed=key[0] in listed, former=tuple(rows)))
    return sorted(found, key=lambda one: (one.provider, one.provider_model_id))


def _own(sources: Sequence[SourceRows]) -> tuple[dict[Name, list[Kept]], set[str]]:
    found: dict[Name, list[Kept]] = defaultdict(list)
    listed: set[str] = set()
    for source in sorted(sources, key=_strength):
        for row in source.rows if not source.is_book else ():
            found[row.listing.provider, row.listing.provider_model_id].append(row)
            if not source.partial:
                listed.add(row.listing.provider)
    return found, listed


def _by_books(
    rows: Iterable[Kept], names: Iterable[Name]
) -> tuple[dict[Name, list[Kept]], dict[Name, list[Kept]]]:
    """Return what entries say of the offers that have *names*, and those that mean none."""
    by_name: dict[Name, list[Name]] = defaultdict(list)
    for provider, native in names:
        by_name[provider, native.lower()].append((provider, native))
    said: dict[Name, list[tuple[str, int, Kept]]] = defaultdict(list)
    unknown: dict[Name, list[Kept]] = defaultdict(list)
    for row in rows:
        one = row.listing
        named = by_name.get((one.provider, one.provider_model_id.lower()), [])
        also = {key for name in one.also for key in by_name.get((one.provider, name.lower()), [])}
        for key in named:
            closeness = _EXACT if key[1] == one.provider_model_id else _ANY_CASE
            said[key].append((one.source, closeness, row))
        for key in also.difference(named):
            said[key].append((one.source, _ALSO, _priced_alike(row)))
        if not named and not also:
            unknown[one.provider, one.provider_model_id.lower()].append(row)
    closest = {key: sorted(found, key=itemgetter(0, 1)) for key, found in said.items()}
    return {key: [row for _, _, row in found] for key, found in closest.items()}, unknown


def _entries(sources: Sequence[SourceRows]) -> list[Kept]:
    rows = (row for source in sources if source.is_book for row in source.rows)
    return sorted(rows, key=lambda row: (row.listing.source, row.listing.provider_model_id))


def _name(rows: Sequence[Kept]) -> Name:
    return rows[0].listing.provider, rows[0].listing.provider_model_id


def _priced_alike(row: Kept) -> Kept:
    """Return what an entry says of the further ids that it prices: its rates, not its name."""
    one = row.listing
    said = Listing(
        source=one.source,
        provider=one.provider,
        provider_model_id=one.provider_model_id,
        rates=one.rates,
        context_length=one.context_length,
    )
    return msgspec.structs.replace(row, listing=said)


def _strength(source: SourceRows) -> tuple[bool, str]:
    """Order a provider's own sources: the one that bears its name first."""
    provider = source.rows[0].listing.provider if source.rows else source.source
    return provider != source.source, source.source
