"""What a catalog is built from: the listings of usable sources, and an operator's rules."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import fingerprint


def usable(
    rows: Iterable[SourceRows],
    declared: Mapping[str, Declaration],
    may_use: Callable[[Declaration], bool],
) -> list[SourceRows]:
    """Return what is held of the sources that are still declared and may be used."""
    return [
        msgspec.structs.replace(
            one,
            is_book=source.book,
            derives_from=source.derives_from,
            copies=frozenset(source.copies),
        )
        for one in rows
        if (source := declared.get(one.source)) is not None and may_use(source)
    ]


def digest(declared: Iterable[Declaration], *others: object) -> str:
    """Return a digest of all that a catalog depends on besides listings."""
    said = msgspec.json.encode(
        [[fingerprint(one) for one in declared], *others], order="deterministic"
    )
    return hashlib.sha256(said).hexdigest()
