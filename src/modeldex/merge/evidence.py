"""Who settled each field of an offer, since when, and who was not believed."""

from collections.abc import Iterable, Sequence
from typing import Any

from modeldex.domain.listing import Kept
from modeldex.domain.provenance import Evidence
from modeldex.merge.fold import orders
from modeldex.merge.precedence import BOOK, OWN, PRECEDENCE

_UNSET: tuple[Any, ...] = (None, (), {})
_LONGEST = 120  # characters of a text that lost
Said = tuple[Kept, Any]  # a listing and what it says of a field


def evidence(own: Sequence[Kept], books: Sequence[Kept]) -> tuple[Evidence, ...]:
    """Return the evidence for each field that any source states, but for prices.

    Where one source alone speaks of an offer there is nothing to settle, and no evidence.
    """
    if len(own) + len(books) == 1:
        return ()
    by_subject = orders(books, lambda one: one.listing.source)
    found: list[Evidence] = []
    for field, voice in PRECEDENCE.items():
        kinds: dict[str, Sequence[Kept]] = {OWN: own, BOOK: by_subject[voice.subject]}
        rows = [row for kind in voice.kinds for row in kinds[kind]]
        said = [(row, getattr(row.listing, field)) for row in rows]
        found += _abilities(said) if field == "capabilities" else _settled(field, said)
    return tuple(found)


def _settled(field: str, said: Iterable[Said]) -> list[Evidence]:
    stated = [one for one in said if one[1] not in _UNSET]
    if not stated:
        return []
    winner, value = stated[0]
    lost = tuple((row.listing.source, _shown(other)) for row, other in stated if other != value)
    source = winner.listing.source
    return [Evidence(field=field, source=source, since=winner.last_changed, lost=lost)]


def _abilities(said: Sequence[Said]) -> list[Evidence]:
    names = sorted({name for _, abilities in said for name in abilities})
    return [
        one
        for name in names
        for one in _settled(
            f"capabilities.{name}", [(row, abilities.get(name)) for row, abilities in said]
        )
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return value
