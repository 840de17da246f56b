"""What a catalog is built from: the listings of usable sources, and an operator's rules."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.refresh.asking import Known
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import fingerprint


def usable(
    known: Mapping[str, Known],
    declared: Mapping[str, Declaration],
    may_use: Callable[[Declaration], bool],
) -> list[SourceRows]:
    """Return what is held of the sources that are still declared and may be used."""
    return [
        SourceRows(
            source=name,
            is_book=source.book,
            rows=one.rows,
            derives_from=source.derives_from,
            copies=frozenset(source.copies),
        )
        for name, one in known.items()
        if (source := declared.get(name)) is not None and may_use(source)
    ]


def digest(declared: Iterable[Declaration], *others: object) -> str:
    """Return a digest of all that a catalog depends on besides listings."""
    said = msgspec.json.encode([[fingerprint(one) for one in declared], *others])
    return hashlib.sha256(said).hexdigest()
