"""What differs: between a source's last good listings and its new ones, and between two states."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from modeldex.domain.history import State
from modeldex.domain.listing import Kept

K = TypeVar("K", bound=tuple[str, ...])


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


class Difference(msgspec.Struct, Generic[K], frozen=True):
    """That something was in one state and is in another, both whole; ``None`` is not listed."""

    key: K
    old: State | None
    new: State | None


def changes(before: Mapping[K, State], after: Mapping[K, State]) -> tuple[Difference[K], ...]:
    """Return what differs between two states of the world, sorted by key."""
    differing = (key for key in {**before, **after} if before.get(key) != after.get(key))
    return tuple(Difference(key, before.get(key), after.get(key)) for key in sorted(differing))


def apply(found: Iterable[Difference[K]], before: Mapping[K, State]) -> dict[K, State]:
    """Return the state after changes: ``apply(changes(a, b), a) == b``."""
    after = dict(before)
    for one in found:
        if one.new is None:
            del after[one.key]
        else:
            after[one.key] = one.new
    return after


def _key(one: Kept) -> tuple[str, str]:
    return one.listing.provider, one.listing.provider_model_id


def _ids(rows: Iterable[Kept]) -> tuple[str, ...]:
    return tuple(one.listing.provider_model_id for one in rows)
