"""Whose catalog differs from the public one, and in what."""

import hashlib
from collections.abc import Iterable

import msgspec

from modeldex.domain.listing import SourceRows
from modeldex.domain.offer import Offer
from modeldex.domain.rules import EVERYBODY, Audience, Stated
from modeldex.domain.views import Restriction

_NAME_LENGTH = 32  # characters of a view's name


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One way to see the catalog, shared by all keys that see the same.

    Attributes:
        name: follows from all else, so that it is the same on every host.
        audience: whose models, prices and rules it has; a key is named only where it has prices
            of its own.
        limits: restrictions, all of which hold: the tenant's, and the key's.
        private: whether it has the tenant's own models.
    """

    name: str
    audience: Audience = EVERYBODY
    limits: tuple[Restriction, ...] = ()
    private: bool = False

    def allows(self, one: Offer) -> bool:
        """Return whether the offer may be seen."""
        return all(limit.allows(one) for limit in self.limits)


class TenantBasis(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant's catalog is built from, beside what the public one is.

    Attributes:
        tenant: slug.
        name: for people.
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
        stated: rules and prices for everybody, and prices for keys without a tenant.
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


NO_STANDING = Standing()


def view_of(audience: Audience, limits: Iterable[Restriction], *, private: bool) -> View | None:
    """Return the view of a key, ``None`` where it sees what everybody sees.

    Args:
        audience: its tenant; and itself, where it has prices of its own.
        limits: on what it sees: its tenant's, and its own.
        private: whether it may see its tenant's own models.
    """
    narrow = tuple(one for one in limits if one != Restriction())
    if audience == EVERYBODY and not narrow:
        return None
    has_private = private and audience.tenant is not None
    said = msgspec.json.encode([audience, narrow, has_private])
    name = hashlib.sha256(said).hexdigest()[:_NAME_LENGTH]
    return View(name=name, audience=audience, limits=narrow, private=has_private)
