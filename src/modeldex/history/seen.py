"""Which rows a source has once its past was imported, so that what is gone stays resolvable."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from modeldex.domain.listing import Kept, Listing
from modeldex.history.states import Name, name_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seen(NamedTuple):
    """A listing as past answers had it last, and when it came, changed and was last there."""

    listing: Listing
    first: int
    changed: int
    last: int

    def then(self, listing: Listing, moment: int) -> "Seen":
        """Return what is seen after a later answer had *listing*."""
        changed = self.changed if listing == self.listing else moment
        return Seen(listing, self.first, changed, moment)


def rows(
    held: Sequence[Kept],
    seen: Mapping[Name, Seen],
    missing: Callable[[Name], int],
    newest_known: int | None,
    *,
    is_newest: bool,
) -> tuple[Kept, ...]:
    """Return the rows after an import: those that were held first, in their order.

    Args:
        missing: how many complete answers in a row have not had a listing any more.
        newest_known: the last observation before the import.
        is_newest: the import has a later one, so that it decides what is there now.
    """
    names = [name_of(one.listing) for one in held]
    found = [
        _corrected(one, seen.get(name), newest_known)
        for name, one in zip(names, held, strict=True)
    ]
    found = [
        _counted(one, missing(name), is_newest=is_newest)
        for name, one in zip(names, found, strict=True)
    ]
    known = set(names)
    new = [(name, one) for name, one in sorted(seen.items()) if name not in known]
    return (*found, *(_row(one, missing(name)) for name, one in new))


def _corrected(held: Kept, seen: Seen | None, newest_known: int | None) -> Kept:
    if seen is None:
        return held
    first, changed = min(held.first_seen, _day(seen.first)), held.last_changed
    newest = 0 if newest_known is None else newest_known
    listing = seen.listing if seen.last > newest else held.listing
    if listing != held.listing or seen.changed > seen.first > newest:
        changed = _day(seen.changed)
    elif listing == seen.listing and changed == held.first_seen:  # it was so when it first came
        changed = min(changed, _day(seen.changed))
    return msgspec.structs.replace(held, listing=listing, first_seen=first, last_changed=changed)


def _counted(held: Kept, missing: int, *, is_newest: bool) -> Kept:
    """Older answers may show that what has gone was gone for longer, never that it is there."""
    if is_newest:
        return msgspec.structs.replace(held, missing=missing, pending=None)
    if not 0 < held.missing < missing:
        return held
    return msgspec.structs.replace(held, missing=missing)


def _row(seen: Seen, missing: int) -> Kept:
    return Kept(
        listing=seen.listing,
        first_seen=_day(seen.first),
        last_changed=_day(seen.changed),
        missing=missing,
    )


def _day(moment: int) -> str:
    return (_EPOCH + timedelta(seconds=moment)).date().isoformat()
