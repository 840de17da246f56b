"""From several listings of one thing to one, field by field."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.merge.precedence import BOOK, OWN, PRECEDENCE, SUBJECTS, ranked

_UNSET: tuple[Any, ...] = (None, (), {})
_SILENT = Listing(source="", provider="", provider_model_id="")
_OF_OFFERS = {
    field: getattr(_SILENT, field) for field, voice in PRECEDENCE.items() if not voice.of_model
}


def fold(own: Sequence[Listing], books: Sequence[Listing]) -> Listing:
    """Return one listing that says, for each field, what the first in precedence says.

    Args:
        own: what the provider's own lists say, the strongest first.
        books: what books say; which is the strongest depends on the field.
    """
    first = own[0] if own else books[0]
    if len(own) + len(books) == 1:
        return first
    by_subject = orders(books)
    changes: dict[str, Any] = {}
    for field, voice in PRECEDENCE.items():
        kinds = {OWN: own, BOOK: by_subject[voice.subject]}
        said = [getattr(one, field) for kind in voice.kinds for one in kinds[kind]]
        found = _first(said) if said else getattr(first, field)
        if found != getattr(first, field):
            changes[field] = found
    return msgspec.structs.replace(first, **changes) if changes else first


def orders(books: Sequence[Any], name: Any = attrgetter("source")) -> dict[str, Sequence[Any]]:
    """Return the books of one offer in the order of each subject."""
    if not books[1:]:
        return dict.fromkeys(SUBJECTS, books)
    return {subject: ranked(books, subject, name) for subject in SUBJECTS}


def of_model(offers: Sequence[Listing]) -> Listing:
    """Return what is known of a model from what is known of its offers, the strongest first.

    A capability is true when any offer has it, false when none has and one says so. What holds
    for one provider only (a shutdown, an alias) is not said of the model.
    """
    first = fold(offers, ())
    capabilities: dict[str, bool] = {}
    for one in offers:
        for name, has in one.capabilities.items():
            capabilities[name] = capabilities.get(name, False) or has
    statuses = {one.status for one in offers}
    return msgspec.structs.replace(
        first,
        **_OF_OFFERS,
        capabilities=dict(sorted(capabilities.items())),
        status=first.status if len(statuses) == 1 else None,
    )


def common(offers: Sequence[Listing]) -> dict[str, bool]:
    """Return the capabilities that all offers have, and those that one says it has not."""
    names = sorted({name for one in offers for name in one.capabilities})
    said = ((name, _all(one.capabilities.get(name) for one in offers)) for name in names)
    return {name: has for name, has in said if has is not None}


def _all(said: Iterable[bool | None]) -> bool | None:
    """Return ``False`` where one says so, ``True`` where all do, else unknown."""
    answers = set(said)
    return False if False in answers else None if None in answers else True


def _first(said: list[Any]) -> Any:
    if any(isinstance(one, dict) for one in said):
        merged: dict[str, Any] = {}
        for one in reversed(said):
            merged.update(one)
        return dict(sorted(merged.items()))
    return next((one for one in said if one not in _UNSET), said[0])
