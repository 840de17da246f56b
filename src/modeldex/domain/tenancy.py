"""Whose catalog differs from the public one, and in what."""

import hashlib
from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.domain.rules import Override, Stated

_NAME_LENGTH = 16  # characters of a view's name


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may see; everything where nothing is said.

    Attributes:
        providers: slugs; others are not shown. ``None`` means all.
        models: patterns with ``*`` and ``?``; what matches none by the id of the offer or of its
            model is not shown; case counts. ``None`` means all.
        private: whether its tenant's own models are shown.
    """

    providers: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    private: bool = True

    @property
    def is_open(self) -> bool:
        """Whether it restricts nothing."""
        return self == OPEN


OPEN = Restriction()


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One way to see the catalog, shared by all keys that see the same.

    Attributes:
        name: follows from all else, so that it is the same on every host.
        tenant: whose models, prices and rules it has; ``None`` for those of everybody.
        limits: restrictions, all of which hold: the tenant's, and the key's.
        key: id of the key that has prices of its own; ``None`` where none has.
    """

    name: str
    tenant: str | None = None
    limits: tuple[Restriction, ...] = ()
    key: str | None = None

    @property
    def has_private(self) -> bool:
        """Whether it shows its tenant's own models."""
        return self.tenant is not None and all(one.private for one in self.limits)

    def shows(self, provider: str, offer: str, model: str) -> bool:
        """Return whether an offer is in it, by its provider's slug, its id and its model's."""
        return all(
            (one.providers is None or provider in one.providers)
            and (one.models is None or _matches(one.models, offer, model))
            for one in self.limits
        )


class TenantBasis(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant's catalog is built from, beside what the public one is.

    Attributes:
        sources: its private listings; none of them is its provider's whole list.
        stated: rules and prices that hold for it alone, or for one of its keys.
    """

    tenant: str
    name: str
    sources: tuple[SourceRows, ...] = ()
    stated: Stated = Stated()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All that an operator has put into the store, as a build reads it.

    Attributes:
        stated: rules and prices for everybody, and prices for single keys.
        disabled: ids of sources that are neither asked nor shown.
        pinned: id of the snapshot that stays current; ``None`` where the newest is.
        tenants: sorted by slug.
        views: those of the keys that count, sorted by name.
        number: of the last edit; 0 where there was none.
    """

    stated: Stated = Stated()
    disabled: frozenset[str] = frozenset()
    pinned: str | None = None
    tenants: tuple[TenantBasis, ...] = ()
    views: tuple[View, ...] = ()
    number: int = 0


def view_of(tenant: str | None, limits: Iterable[Restriction], key: str | None) -> View | None:
    """Return the view of a key, ``None`` where it sees what everybody sees.

    Args:
        key: its id where it has prices of its own.
    """
    narrow = tuple(one for one in limits if not one.is_open)
    if tenant is None and not narrow and key is None:
        return None
    said = msgspec.json.encode([tenant, narrow, key])
    name = hashlib.sha256(said).hexdigest()[:_NAME_LENGTH]
    return View(name=name, tenant=tenant, limits=narrow, key=key)


def addressed(
    overrides: Iterable[Override], tenant: str | None, key: str | None = None
) -> tuple[Override, ...]:
    """Return what holds for a tenant or a key as if it were for everybody.

    Those for the key come first, then the tenant's, then those for everybody.
    """
    found = [(_closeness(one), one) for one in overrides if _is_for(one, tenant, key)]
    found.sort(key=lambda one: one[0])
    return tuple(msgspec.structs.replace(one, tenant=None, key=None) for _, one in found)


def _is_for(one: Override, tenant: str | None, key: str | None) -> bool:
    return one.tenant in {None, tenant} and one.key in {None, key}


def _closeness(one: Override) -> tuple[bool, bool]:
    return one.key is None, one.tenant is None


def _matches(patterns: Iterable[str], offer: str, model: str) -> bool:
    return any(fnmatchcase(name, one) for one in patterns for name in (offer, model))
