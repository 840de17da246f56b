"""The step from a source's last good listings to its new ones."""

from collections.abc import Iterable, Sequence

import msgspec

from modeldex.domain.listing import Kept


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer changed, as ids.

    Attributes:
        returned: had been missing.
        removed: are missing from now on.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.changed or self.removed or self.returned)


def between(before: Sequence[Kept], after: Sequence[Kept]) -> Step:
    """Return the step from what was held to what is held now."""
    was = {_key(one): one for one in before}
    now = {_key(one): one for one in after}
    common = [(was[key], one) for key, one in now.items() if key in was]
    return Step(
        added=_ids(one for key, one in now.items() if key not in was),
        changed=_ids(new for old, new in common if old.listing != new.listing),
        removed=(
            *_ids(new for old, new in common if new.missing and not old.missing),
            *_ids(one for key, one in was.items() if key not in now),
        ),
        returned=_ids(new for old, new in common if old.missing and not new.missing),
    )


def _key(one: Kept) -> tuple[str, str]:
    return one.listing.provider, one.listing.provider_model_id


def _ids(rows: Iterable[Kept]) -> tuple[str, ...]:
    return tuple(one.listing.provider_model_id for one in rows)
