"""The bodies of an operator's entries: JSON documents, each read as its kind demands. Pure."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain import desk
from modeldex.domain.ids import slug
from modeldex.domain.listing import Listing
from modeldex.domain.views import Restriction
from modeldex.merge.identity import entries
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.pricing import overrides
from modeldex.pricing.overrides import Tier

PRIVATE = "private"  # the source of tenants' own models
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_LIMIT = re.compile(r"off|[1-9][0-9]{0,8}/(second|minute|hour|day)")
_SCOPES = frozenset({"read", "observe", "admin"})
_LISTED = (
    "name", "description", "author", "hugging_face_id", "canonical_slug", "context_length",
    "max_output_tokens", "input_modalities", "output_modalities", "supported_parameters",
    "capabilities", "status", "is_private", "open_weights", "release_date", "knowledge_cutoff",
    "deprecation_date", "expiration_date", "successor",
)  # fmt: skip
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every document may say, whatever its kind."""

    reason: str | None = None


class Seen(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What somebody may see; as in :class:`modeldex.domain.views.Restriction`."""

    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @property
    def restriction(self) -> Restriction:
        """What that restricts."""
        slugs, models = set(map(slug, self.providers)), set(self.models)
        return Restriction(providers=tuple(sorted(slugs)), models=tuple(sorted(models)))


class Tenant(Seen, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tenant.

    Attributes:
        tenant: its slug.
        name: for people.
    """

    tenant: str
    name: str | None = None


class Key(Seen, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An API key, but for its token.

    Attributes:
        networks: addresses and networks from which it counts; ``()`` means everywhere.
        limit: such as ``600/minute``, or ``off``; ``None`` is the setting's.
        private: whether it sees its tenant's own models.
        expires_at, revoked_at: unix seconds.
    """

    name: str = ""
    tenant: str | None = None
    scopes: tuple[str, ...] = ("read",)
    networks: tuple[str, ...] = ()
    limit: str | None = None
    private: bool = True
    expires_at: int | None = None
    revoked_at: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no guard could read."""
        if not self.scopes or not _SCOPES.issuperset(self.scopes):
            raise ValueError(f"scopes must be some of {', '.join(sorted(_SCOPES))}")
        if self.limit is not None and not _LIMIT.fullmatch(self.limit):
            raise ValueError(
                "limit must be such as 600/minute (second, minute, hour or day), or off"
            )
        for one in self.networks:
            ipaddress.ip_network(one)


class Private(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tenant's own model: what a source's listing says, with rates as overrides state them.

    Attributes:
        model: what the provider's inference call takes.
    """

    tenant: str
    provider: str
    model: str
    rates: dict[str, Tier | list[Tier]] = {}
    name: str | None = None
    description: str | None = None
    author: str | None = None
    hugging_face_id: str | None = None
    canonical_slug: str | None = None
    context_length: int | None = None
    max_output_tokens: int | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    supported_parameters: tuple[str, ...] | None = None
    capabilities: dict[str, bool] = {}
    status: str | None = None
    is_private: bool | None = None
    open_weights: bool | None = None
    release_date: str | None = None
    knowledge_cutoff: str | None = None
    deprecation_date: str | None = None
    expiration_date: str | None = None
    successor: str | None = None

    @property
    def listing(self) -> Listing:
        """The listing that it is, in our spelling."""
        facts = {name: getattr(self, name) for name in _LISTED}
        one = Listing(
            source=PRIVATE,
            provider=slug(self.provider),
            provider_model_id=self.model,
            rates=tuple(overrides.rates(self.rates)),
            **facts,
        )
        return normalized([one], DESCRIPTION_LENGTH)[0]


class Alias(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One more name of the model that *means* is, by the id of a model or of an offer."""

    name: str
    means: str


class Switch(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether a source is used."""

    source: str
    enabled: bool


class Pin(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The snapshot that stays current."""

    snapshot: str


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A document that can be used.

    Attributes:
        name: what its entry is called; ``None`` where it has no name of its own.
        value: what it says.
    """

    name: str | None
    value: Any
    tenant: str | None = None


def read(kind: str, body: str) -> Read:
    """Return what an entry's body says.

    Raises:
        ValueError: it is no such document; the sentence says why.
    """
    stated = _DECODER.decode(body)
    found = _READERS[kind](stated)
    if found.tenant is not None:
        _checked("tenant", found.tenant)
    return found


def _tenant(stated: Mapping[str, Any]) -> Read:
    found = msgspec.convert(stated, Tenant)
    return Read(name=_checked("tenant", found.tenant), value=found)


def _key(stated: Mapping[str, Any]) -> Read:
    found = msgspec.convert(stated, Key)
    return Read(name=None, value=found, tenant=found.tenant)


def _private(stated: Mapping[str, Any]) -> Read:
    found = msgspec.convert(stated, Private)
    _checked("provider", slug(found.provider))
    if not found.model.strip():
        raise ValueError("model is empty; it must be what the provider's call takes")
    listing = found.listing
    name = f"{listing.provider}/{listing.provider_model_id}"
    return Read(name=desk.scoped(found.tenant, name), value=found, tenant=found.tenant)


def _override(stated: Mapping[str, Any]) -> Read:
    found = overrides.override("override", stated)
    return Read(name=None, value=found, tenant=found.tenant)


def _rule(
    make: Callable[[Mapping[str, Any]], Any], named: Callable[[Any], str]
) -> Callable[[Mapping[str, Any]], Read]:
    """Return the reader of a rule that may be a tenant's."""

    def reader(stated: Mapping[str, Any]) -> Read:
        tenant = stated.get("tenant")
        if tenant is not None and not isinstance(tenant, str):
            raise ValueError("tenant must be a slug")
        found = make({name: value for name, value in stated.items() if name != "tenant"})
        return Read(name=desk.scoped(tenant, named(found)), value=found, tenant=tenant)

    return reader


def _alias(stated: Mapping[str, Any]) -> tuple[str, str]:
    found = msgspec.convert(stated, Alias)
    return entries.join({"name": found.name, "into": found.means}, ())


def _checked(what: str, name: str) -> str:
    if not _SLUG.fullmatch(name):
        raise ValueError(f"{what} is {name[:80]!r}; it must be a slug: a to z, 0 to 9, . _ -")
    return name


_READERS: dict[str, Callable[[Mapping[str, Any]], Read]] = {
    desk.TENANT: _tenant,
    desk.KEY: _key,
    desk.MODEL: _private,
    desk.OVERRIDE: _override,
    desk.JOIN: _rule(lambda stated: entries.join(stated, ()), lambda pair: pair[0]),
    desk.PART: _rule(entries.part, lambda name: name),
    desk.ALIAS: _rule(_alias, lambda pair: pair[0]),
    desk.SWITCH: lambda one: Read(name=one.get("source"), value=msgspec.convert(one, Switch)),
    desk.PIN: lambda one: Read(name="snapshot", value=msgspec.convert(one, Pin)),
}
