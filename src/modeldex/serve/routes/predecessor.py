"""The paths and shapes of the catalog that came before. docs/predecessor.md maps all of them."""

from collections.abc import Hashable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.query import detail as details
from modeldex.query import predecessor
from modeldex.query.question import Question
from modeldex.serve import openapi, problems
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import ERRORS_OF_ONE, Catalog, gateways


class Predecessor:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def search(self, request: Request) -> Response:
        """What matches, twenty rows at a time, with what was asked beside it."""
        return await self.catalog.answered(
            request, lambda encoding: self._searched(request, encoding)
        )

    async def unique(self, request: Request) -> Response:
        """Models with their offers, those that most providers serve first."""
        return await self.catalog.answered(
            request, lambda encoding: self._unique(request, encoding)
        )

    async def detail(self, request: Request) -> Response:
        """One offer or model by its whole id or its parts, with those who serve it."""
        return await self.catalog.answered(
            request,
            lambda encoding: self._detail(request, encoding),
            lambda: self._absent(self._one(request)),
        )

    async def _absent(self, asked: details.One) -> Response:
        """Tell a name that means nothing from a gateway that does not serve what it means."""
        if asked.gateway is None or not await self.catalog.means(asked.name):
            return await self.catalog.unknown(asked.name, "modelId")
        detail = f"{asked.gateway} does not serve {asked.name[:200]!r}. Leave out gateway."
        return problems.problem(404, "model_not_found", detail, parameter="gateway")

    async def _searched(self, request: Request, encoding: str) -> Representation | None:
        given = request.query_params.multi_items()
        question = self.catalog.question(predecessor.searched(given))
        return await self.answers.made(
            ("search", question, tuple(given)),
            _key(request, question),
            encoding,
            lambda held: predecessor.search_answer(held, question, given),
        )

    async def _unique(self, request: Request, encoding: str) -> Representation | None:
        given = request.query_params.multi_items()
        question = self.catalog.question(predecessor.unique(given))
        return await self.answers.made(
            ("unique", question, tuple(given)),
            _key(request, question),
            encoding,
            lambda held: predecessor.unique_answer(held, question, given),
        )

    async def _detail(self, request: Request, encoding: str) -> Representation | None:
        asked = self._one(request)
        return await self.answers.made(
            ("detail", asked),
            shelf_key(request.scope),
            encoding,
            lambda held: details.detail(held, asked),
        )

    def _one(self, request: Request) -> details.One:
        return details.asked(request.query_params.multi_items(), gateways(self.answers))


def _key(request: Request, question: Question) -> Hashable:
    """Return what keeps an answer: its request, unless the answer depends on the day."""
    raw = shelf_key(request.scope)
    return raw if question.day is None else (*raw, question.day)


def router(catalog: Catalog) -> APIRouter:
    """Return the routes."""
    routes, handlers = APIRouter(), Predecessor(catalog)
    searched = openapi.reads("SearchAnswer", map(openapi.parameter, predecessor.SEARCH_PARAMETERS))
    unique = openapi.reads("UniqueAnswer", map(openapi.parameter, predecessor.UNIQUE_PARAMETERS))
    one = openapi.reads(
        "DetailAnswer", map(openapi.parameter, details.PARAMETERS), errors=ERRORS_OF_ONE
    )
    reading.add(routes, "/v1/models/search", handlers.search, openapi_extra=searched)
    reading.add(routes, "/v1/models/unique", handlers.unique, openapi_extra=unique)
    reading.add(routes, "/api/models/detail", handlers.detail, openapi_extra=one)
    return routes
