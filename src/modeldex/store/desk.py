"""The operator's side of the store as everybody sees it, and what each kind of it refuses."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from modeldex.domain.desk import KEY, KINDS, TENANT, Edit, Entry, Line
from modeldex.errors import AlreadyThere, Changed, DeskError, InUse, NotThere

MOST_LINES = 500  # of the log in one reading


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of the log are wanted, the newest first.

    Attributes:
        before: only those with smaller numbers.
        most: how many at most.
        kind, target, who: only those with this value.
    """

    before: int | None = None
    most: int = 100
    kind: str | None = None
    target: str | None = None
    who: str | None = None


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from all keys, read in one transaction.

    Attributes:
        entries: all that an operator keeps here.
        hashes: of their tokens, by the ids of the keys; without those that were revoked.
    """

    entries: tuple[Entry, ...]
    hashes: Mapping[str, str]


class Desk(Protocol):
    """Keeps what an operator states. Every method is one transaction.

    All methods raise :class:`modeldex.errors.StoreError` with what to do.
    """

    async def entries(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind, sorted by name."""

    async def entry(self, kind: str, name: str) -> Entry | None:
        """Return one entry, ``None`` where there is none."""

    async def keys(self) -> Keys:
        """Return what the file of keys is made of."""

    async def hidden(self) -> tuple[str, ...]:
        """Return the ids of hidden offers, sorted."""

    async def edit(self, edit: Edit) -> Entry | None:
        """Change one entry and note it in the log; return it as it is now.

        Hiding an offer leaves no entry: ``body`` is anything to hide it, ``None`` to show it.

        Raises:
            DeskError: what stands there is not what the edit wants to find.
        """

    async def note(self, line: Line) -> int:
        """Append a line that changes nothing here to the log; return the number it was given."""

    async def lines(self, asked: Asked) -> tuple[Line, ...]:
        """Return lines of the log, the newest first."""


def check(edit: Edit, found: Entry | None, *, has_tenant: bool, users: Sequence[Entry]) -> None:
    """Do nothing where *edit* is possible.

    Args:
        has_tenant: whether the tenant that the edit names exists.
        users: entries of the tenant that the edit removes.

    Raises:
        DeskError: it is not.
    """
    if found is None and (edit.body is None or edit.found):
        raise NotThere(edit.kind, edit.name)
    if found is not None and edit.found is not None and found.version != edit.found:
        raise (Changed if edit.found else AlreadyThere)(edit.kind, edit.name)
    if edit.kind not in KINDS:
        raise DeskError(f"There is no kind {edit.kind!r}.")
    if edit.body is not None and edit.tenant is not None and not has_tenant:
        raise NotThere(TENANT, edit.tenant)
    if edit.kind == TENANT and edit.body is None and (left := _counted(users)):
        raise InUse(edit.name, left)


def made(edit: Edit, found: Entry | None, number: int) -> Entry | None:
    """Return what stands there after *edit*, which has this *number*."""
    if edit.body is None:
        return None
    return Entry(
        kind=edit.kind,
        name=edit.name,
        tenant=edit.tenant,
        version=number,
        body=edit.body,
        created_at=edit.at if found is None else found.created_at,
        changed_at=edit.at,
    )


def line(edit: Edit, found: Entry | None, number: int) -> Line:
    """Return what the log says of *edit*."""
    return Line(
        number=number,
        at=edit.at,
        who=edit.who,
        action=edit.action,
        kind=edit.kind,
        target=edit.name,
        before=None if found is None else found.body,
        after=edit.body,
    )


def _counted(users: Sequence[Entry]) -> list[str]:
    """Return how many entries of each kind there are, as in ``2 models``."""
    kinds = sorted(one.kind for one in users if one.kind != KEY or not _is_revoked(one))
    return [f"{kinds.count(one)} of its {one}s" for one in sorted(set(kinds))]


def _is_revoked(one: Entry) -> bool:
    return msgspec.json.decode(one.body).get("revoked_at") is not None
