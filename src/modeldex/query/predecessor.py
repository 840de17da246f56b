"""Answers in the shapes of the catalog that came before, with the meaning they should have had."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from modeldex.errors import UnknownParameter
from modeldex.query import answer, parameters
from modeldex.query.parameters import Parameter
from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot

Pairs = Sequence[tuple[str, str]]
_OTHERS = {"cursor", "snapshot", "facets", "fields", "shape"}  # they would change the shape
_PAGING = {"limit", "offset", "sort", "sort_by", "order", "include_huggingface"}
_SYNONYMS = {"sort_by": "sort", "search": "q", "unique_models": "unique"}
SEARCHED = {"limit": "20"}
UNIQUE = {"unique": "true", "limit": "100", "sort": "provider_count", "order": "desc"}
_OLD_SORTS = {"cheapest_price": "price"}


def _taken(without: set[str], usual: Mapping[str, str]) -> tuple[Parameter, ...]:
    return tuple(
        _with_default(one, usual) for one in parameters.PARAMETERS if one.name not in without
    )


def _with_default(one: Parameter, usual: Mapping[str, str]) -> Parameter:
    value = usual.get(one.name)
    if value is None:
        return one
    default = int(value) if one.schema.get("type") == "integer" else value
    about = one.about.replace("; leave it out for everything", "")
    return replace(one, about=about, schema={**one.schema, "default": default})


SEARCH_PARAMETERS = _taken(_OTHERS, SEARCHED)
UNIQUE_PARAMETERS = _taken({*_OTHERS, "unique", "unique_models"}, UNIQUE)


class _Page(msgspec.Struct, frozen=True):
    """What a page of the native list tells."""

    data: list[msgspec.Raw]
    total: int
    returned: int
    offset: int
    limit: int | None
    has_more: bool
    snapshot: str
    timestamp: str


class SearchMeta(msgspec.Struct, frozen=True):
    """What stands around the rows of a search.

    Attributes:
        filters_applied: the parameters that were given, as they were given.
    """

    total: int
    limit: int
    offset: int
    returned: int
    filters_applied: dict[str, str | list[str]]


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The offers that a search finds, or with `unique=true` the models."""

    success: bool = True
    data: list[msgspec.Raw]
    meta: SearchMeta
    snapshot: str
    timestamp: str


class Order(msgspec.Struct, frozen=True):
    """How models are sorted."""

    by: str
    order: str


class UniqueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Models with their offers."""

    models: list[msgspec.Raw]
    total: int
    returned: int
    limit: int
    offset: int
    has_more: bool
    filters: dict[str, Any]
    sort: Order
    snapshot: str
    timestamp: str


def searched(given: Pairs) -> Pairs:
    """Return the list's parameters that the parameters of a search mean.

    Raises:
        UnknownParameter: naming the allowed ones.
    """
    return _meant(given, SEARCH_PARAMETERS, SEARCHED)


def unique(given: Pairs) -> Pairs:
    """Return the list's parameters that those of the list of models mean.

    Raises:
        UnknownParameter: naming the allowed ones.
    """
    sorts = {"sort", "sort_by"}
    renamed = [(k, _OLD_SORTS.get(v.lower(), v) if k in sorts else v) for k, v in given]
    return _meant(renamed, UNIQUE_PARAMETERS, UNIQUE)


def search_answer(snapshot: Snapshot, question: Question, given: Pairs) -> bytes:
    """Return the answer to a search."""
    page = _page(snapshot, question)
    meta = SearchMeta(page.total, page.limit or 0, page.offset, page.returned, _applied(given))
    return msgspec.json.encode(
        SearchAnswer(data=page.data, meta=meta, snapshot=page.snapshot, timestamp=page.timestamp)
    )


def unique_answer(snapshot: Snapshot, question: Question, given: Pairs) -> bytes:
    """Return a page of models."""
    page = _page(snapshot, question)
    always = {
        "min_providers": question.min_providers,
        "include_inactive": question.include_inactive,
    }
    return msgspec.json.encode(
        UniqueAnswer(
            models=page.data,
            total=page.total,
            returned=page.returned,
            limit=page.limit or 0,
            offset=page.offset,
            has_more=page.has_more,
            filters=_applied(given) | always,
            sort=Order(question.sort, question.order),
            snapshot=page.snapshot,
            timestamp=page.timestamp,
        )
    )


def _meant(given: Pairs, known: Iterable[Parameter], usual: Mapping[str, str]) -> Pairs:
    allowed = {one.name for one in known}
    for name, _ in given:
        if name not in allowed:
            raise UnknownParameter(name, allowed)
    said = {_SYNONYMS.get(name, name) for name, _ in given}
    return [*given, *((name, value) for name, value in usual.items() if name not in said)]


def _page(snapshot: Snapshot, question: Question) -> _Page:
    return msgspec.json.decode(answer.page(snapshot, question), type=_Page)


def _applied(given: Pairs) -> dict[str, str | list[str]]:
    """Return what filters, as it was given; what may be repeated as a list."""
    found: dict[str, str | list[str]] = {}
    repeatable = {one.name for one in parameters.PARAMETERS if one.repeatable}
    for name, value in given:
        if name in repeatable:
            found[name] = [*found.get(name, []), value]
        elif name not in _PAGING:
            found[name] = value
    return found
