"""What an operator's entries add up to, as a build reads them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from modeldex.domain import desk
from modeldex.domain.desk import Entry
from modeldex.domain.listing import Kept, SourceRows
from modeldex.domain.rules import Audience, Override, Stated
from modeldex.domain.tenancy import Standing, TenantBasis, View, view_of
from modeldex.domain.views import Restriction
from modeldex.store.documents import PRIVATE, Key, Private, Read, read


class Readable(msgspec.Struct, frozen=True):
    """An entry that could be read, and what it says."""

    entry: Entry
    read: Read


def standing(entries: Iterable[Entry], number: int) -> Standing:
    """Return all of it; an entry that cannot be read is a problem, and costs that entry only.

    Args:
        number: of the last edit.
    """
    found, problems = _readable(entries)
    switches = [one.read.value for one in found[desk.SWITCH]]
    pins = [one.read.value.snapshot for one in found[desk.PIN]]
    return Standing(
        stated=_stated(found, None, problems),
        disabled=frozenset(one.source for one in switches if not one.enabled),
        pinned=pins[0] if pins else None,
        tenants=tuple(_tenant(found, one) for one in found[desk.TENANT]),
        views=_views(found),
        number=number,
    )


def views_of(entries: Iterable[Entry]) -> dict[str, View | None]:
    """Return the view of each key that counts, by the key's id."""
    return _views_by_key(_readable(entries)[0])


def _readable(entries: Iterable[Entry]) -> tuple[dict[str, list[Readable]], list[str]]:
    found: dict[str, list[Readable]] = defaultdict(list)
    problems: list[str] = []
    for one in sorted(entries, key=lambda one: (one.kind, one.name)):
        try:
            found[one.kind].append(Readable(one, read(one.kind, one.body)))
        except (ValueError, msgspec.DecodeError) as error:
            problems.append(f"the store's {one.kind} {one.name!r}: {error}")
    return found, problems


def _stated(
    found: dict[str, list[Readable]], tenant: str | None, problems: Sequence[str] = ()
) -> Stated:
    def values(kind: str) -> list[Readable]:
        return [one for one in found[kind] if one.read.tenant == tenant]

    return Stated(
        overrides=tuple(map(_override, values(desk.OVERRIDE))),
        joined=tuple(one.read.value for one in values(desk.JOIN)),
        parted=frozenset(one.read.value for one in values(desk.PART)),
        aliases=tuple(one.read.value for one in values(desk.ALIAS)),
        problems=tuple(problems),
    )


def _override(one: Readable) -> Override:
    found: Override = msgspec.structs.replace(one.read.value, name=one.entry.name)
    return found


def _tenant(found: dict[str, list[Readable]], one: Readable) -> TenantBasis:
    slug = one.entry.name
    rows = tuple(_kept(own) for own in found[desk.MODEL] if own.read.tenant == slug)
    return TenantBasis(
        tenant=slug,
        name=one.read.value.name or slug,
        sources=(SourceRows(source=PRIVATE, is_book=False, rows=rows, partial=True),)
        if rows
        else (),
        stated=_stated(found, slug),
    )


def _kept(one: Readable) -> Kept:
    private: Private = one.read.value
    return Kept(
        listing=private.listing,
        first_seen=_date(one.entry.created_at),
        last_changed=_date(one.entry.changed_at),
    )


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _views(found: dict[str, list[Readable]]) -> tuple[View, ...]:
    by_name = {one.name: one for one in _views_by_key(found).values() if one is not None}
    return tuple(by_name[name] for name in sorted(by_name))


def _views_by_key(found: dict[str, list[Readable]]) -> dict[str, View | None]:
    limits = {one.entry.name: one.read.value.restriction for one in found[desk.TENANT]}
    priced = {one.read.value.key for one in found[desk.OVERRIDE]}
    return {
        one.entry.name: _view(one.entry.name, one.read.value, limits, priced)
        for one in found[desk.KEY]
        if one.read.value.revoked_at is None
    }


def _view(
    name: str, key: Key, limits: dict[str, Restriction], priced: set[str | None]
) -> View | None:
    both = [limits[key.tenant]] if key.tenant in limits else []
    audience = Audience(key.tenant, name if name in priced else None)
    return view_of(audience, [*both, key.restriction], private=key.private)
