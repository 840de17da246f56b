"""From several listings of one thing to one, field by field."""

from collections.abc import Sequence
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.merge.precedence import BOOK, OWN, PRECEDENCE

_UNSET: tuple[Any, ...] = (None, (), {})


def fold(own: Sequence[Listing], books: Sequence[Listing]) -> Listing:
    """Return one listing that says, for each field, what the first in precedence says.

    Args:
        own: what the provider's own lists say, the strongest first.
        books: what books say, the strongest first.
    """
    first = own[0] if own else books[0]
    if len(own) + len(books) == 1:
        return first
    kinds = {OWN: own, BOOK: books}
    changes: dict[str, Any] = {}
    for field, order in PRECEDENCE.items():
        said = [getattr(one, field) for kind in order for one in kinds[kind]]
        found = _first(said) if said else getattr(first, field)
        if found != getattr(first, field):
            changes[field] = found
    return msgspec.structs.replace(first, **changes) if changes else first


def of_model(offers: Sequence[Listing]) -> Listing:
    """Return what is known of a model from what is known of its offers, the strongest first.

    A capability is true when any offer has it, false when none has and one says so.
    """
    first = fold(offers, ())
    capabilities: dict[str, bool] = {}
    for one in offers:
        for name, has in one.capabilities.items():
            capabilities[name] = capabilities.get(name, False) or has
    statuses = {one.status for one in offers}
    return msgspec.structs.replace(
        first,
        capabilities=dict(sorted(capabilities.items())),
        status=first.status if len(statuses) == 1 else None,
        via=None,
    )


def _first(said: list[Any]) -> Any:
    if any(isinstance(one, dict) for one in said):
        merged: dict[str, Any] = {}
        for one in reversed(said):
            merged.update(one)
        return dict(sorted(merged.items()))
    return next((one for one in said if one not in _UNSET), said[0])
