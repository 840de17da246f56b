"""Who serves models and who makes them: the providers and the authors of the offers shown."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from modeldex.domain.ids import slug
from modeldex.domain.provider import Provider
from modeldex.errors import BadValue
from modeldex.query import parameters
from modeldex.query.parameters import ALL, MOST_ROWS, Parameter
from modeldex.snapshot.reader import Snapshot

_AUTHORS = (
    "select a.slug, count(distinct o.model), count(*) from offers o "
    "join authors a on a.number = o.author where o.active = 1 group by o.author order by a.slug"
)
_PROVIDERS = (
    "select provider, count(*), count(distinct model) from offers where active = 1 "
    "group by provider"
)
_PAGE = (
    Parameter("limit", "Rows of a page; leave it out for everything.",
              {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    Parameter("offset", "Rows to pass over.", {"type": "integer", "minimum": 0, "default": 0}),
)  # fmt: skip
AUTHOR_PARAMETERS = _PAGE
PROVIDER_PARAMETERS = (
    Parameter("gateway", "Only this one: a slug, an alias, or `all`.",
              {"type": "array", "items": {"type": "string"}, "default": [ALL]}, repeatable=True),
    *_PAGE,
    Parameter("moderated_only", "Accepted for older clients where it is false: no source says "
              "which providers moderate.", {"type": "boolean", "enum": [False], "default": False}),
)  # fmt: skip
_OF_AUTHORS = {one.name: one for one in AUTHOR_PARAMETERS}
_OF_PROVIDERS = {one.name: one for one in PROVIDER_PARAMETERS}


class Page(NamedTuple):
    """Which rows of a list are asked for; no gateways are all of them."""

    limit: int | None = None
    offset: int = 0
    gateways: tuple[str, ...] = ()


class AuthorRow(msgspec.Struct, frozen=True):
    """Who made models.

    Attributes:
        name: that of the provider of the same slug, if there is one.
        model_count: models that somebody offers.
        offer_count: offers of these: the rows of `/v1/models?author=`.
    """

    slug: str
    name: str | None
    model_count: int
    offer_count: int


class ProviderRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who serves models. What no source states is null.

    Attributes:
        model_count: offers: the rows of `/v1/models?gateway=`.
        unique_model_count: different models among them.
        book_only: no list of its own is asked; only a published catalog speaks of it.
    """

    slug: str
    name: str
    site_url: str | None
    logo_url: str
    aliases: tuple[str, ...]
    book_only: bool
    moderated_by_openrouter: bool | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None
    status_page_url: str | None = None
    source_gateway: str
    source_gateways: tuple[str, ...]
    model_count: int
    unique_model_count: int


class _List(msgspec.Struct, frozen=True, kw_only=True):
    object: str = "list"
    total: int
    returned: int
    offset: int
    limit: int | None
    snapshot: str
    timestamp: str


class Authors(_List, frozen=True, kw_only=True):
    """Every author of a model that somebody offers, by slug."""

    data: tuple[AuthorRow, ...]


class Providers(_List, frozen=True, kw_only=True):
    """Every provider of an offer that is shown, by slug."""

    data: tuple[ProviderRow, ...]
    gateway: str


def of_authors(given: Iterable[tuple[str, str]]) -> Page:
    """Return the page of authors that query parameters ask for.

    Raises:
        QuestionError: naming what is allowed.
    """
    return _page(parameters.collected(given, _OF_AUTHORS))


def of_providers(given: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Page:
    """Return the page of providers that query parameters ask for.

    Args:
        known: every accepted name of a provider to its slug.

    Raises:
        QuestionError: naming what is allowed.
    """
    values = parameters.collected(given, _OF_PROVIDERS)
    moderated = values.get("moderated_only", ["false"])[0]
    if moderated.lower() not in ("false", "0"):
        raise BadValue("moderated_only", moderated, "false: nobody says which providers moderate")
    return _page(values)._replace(gateways=gateways("gateway", values.get("gateway", ()), known))


def gateways(name: str, given: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the slugs of gateways by any of their names, sorted; ``()`` is all of them.

    Args:
        name: the parameter's.
        known: every accepted name to its slug.

    Raises:
        BadValue: naming the allowed values.
    """
    wanted = {slug(one) for one in given}
    for one in wanted:
        if one != ALL and one not in known:
            raise parameters.unknown_provider(name, one, {ALL, *known.values()})
    return () if ALL in wanted else tuple(sorted({known[one] for one in wanted}))


def authors(snapshot: Snapshot, asked: Page) -> bytes:
    """Return the authors as JSON."""
    names = {one.slug: one.name for one in snapshot.providers}
    found = [
        AuthorRow(author, names.get(author), models, offers)
        for author, models, offers in snapshot.rows(_AUTHORS)
    ]
    data = found[_cut(asked)]
    return msgspec.json.encode(
        Authors(
            data=tuple(data),
            total=len(found),
            returned=len(data),
            offset=asked.offset,
            limit=asked.limit,
            snapshot=snapshot.id,
            timestamp=snapshot.timestamp,
        )
    )


def providers(snapshot: Snapshot, asked: Page, logo: Callable[[Provider], str]) -> bytes:
    """Return the providers as JSON.

    Args:
        logo: the address of a provider's logo.
    """
    counts = {number: pair for number, *pair in snapshot.rows(_PROVIDERS)}
    found = [
        _row(one, logo(one), *counts[number])
        for number, one in enumerate(snapshot.providers)
        if number in counts and (not asked.gateways or one.slug in asked.gateways)
    ]
    found.sort(key=lambda one: one.slug)
    data = found[_cut(asked)]
    return msgspec.json.encode(
        Providers(
            data=tuple(data),
            total=len(found),
            returned=len(data),
            offset=asked.offset,
            limit=asked.limit,
            gateway=",".join(asked.gateways) or ALL,
            snapshot=snapshot.id,
            timestamp=snapshot.timestamp,
        )
    )


def _page(values: Mapping[str, list[str]]) -> Page:
    limit = parameters.whole(dict(values), "limit", 1, MOST_ROWS)
    return Page(limit, parameters.whole(dict(values), "offset", 0, 10**9) or 0)


def _cut(asked: Page) -> slice:
    return slice(asked.offset, None if asked.limit is None else asked.offset + asked.limit)


def _row(one: Provider, logo: str, offers: int, models: int) -> ProviderRow:
    return ProviderRow(
        slug=one.slug,
        name=one.name,
        site_url=one.site,
        logo_url=logo,
        aliases=one.aliases,
        book_only=one.book_only,
        source_gateway=one.slug,
        source_gateways=(one.slug,),
        model_count=offers,
        unique_model_count=models,
    )
