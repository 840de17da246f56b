"""The step from a source's last good listings to its new ones."""

from collections.abc import Iterable, Sequence

import msgspec

from modeldex.domain.listing import Kept, Listing


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer changed.

    Attributes:
        rows: the new listings with their dates.
        added, changed, removed: ids.
    """

    rows: tuple[Kept, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.changed or self.removed)


def step(held: Sequence[Kept], new: Iterable[Listing], today: str) -> Step:
    """Return the step from *held* to *new*.

    Args:
        today: the UTC date that new and changed listings get, ``YYYY-MM-DD``.
    """
    before = {_key(one.listing): one for one in held}
    rows, added, changed = [], list[str](), list[str]()
    for listing in new:
        known = before.pop(_key(listing), None)
        if known is None:
            added.append(listing.provider_model_id)
            known = Kept(listing=listing, first_seen=today, last_changed=today)
        elif known.listing != listing:
            changed.append(listing.provider_model_id)
            known = Kept(listing=listing, first_seen=known.first_seen, last_changed=today)
        rows.append(known)
    return Step(
        rows=tuple(rows),
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(one.listing.provider_model_id for one in before.values()),
    )


def _key(one: Listing) -> tuple[str, str]:
    return one.provider, one.provider_model_id
