"""What was true before: a model's history, what changed, and sets of rates."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.query import changes, history, parameters
from modeldex.serve import openapi, problems
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import ERRORS_OF_ONE, NAME, Catalog, gateways

_ENDING = "/history"
_KNOWN_AT = {one.name: one for one in parameters.PARAMETERS if one.name == "known_at"}
_RATE_ID = {
    "name": "rate_id",
    "in": "path",
    "required": True,
    "description": "Id of a set of rates, as rows and periods state it.",
    "schema": {"type": "string"},
}


class Remembered:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def history(self, request: Request) -> Response:
        """The offers of a model over time, and what changed of it."""
        return await self.catalog.about(
            request, _ENDING, lambda name, encoding: self._timeline(request, name, encoding)
        )

    async def changes(self, request: Request) -> Response:
        """What changed, in the order in which it was learned; ask on with `next_cursor`."""
        return await self.catalog.answered(
            request, lambda encoding: self._changes(request, encoding)
        )

    async def rates(self, request: Request) -> Response:
        """A set of rates by its id, and when which offers were listed at it."""
        return await self.catalog.answered(
            request,
            lambda encoding: self._rates(request, encoding),
            lambda: _no_rates(request.path_params["rate_id"]),
        )

    async def _timeline(self, request: Request, name: str, encoding: str) -> Representation | None:
        given = parameters.collected(request.query_params.multi_items(), _KNOWN_AT)
        known_at = parameters.time(given, "known_at")
        return await self.answers.made(
            ("history", name, known_at),
            shelf_key(request.scope),
            encoding,
            lambda held: history.history(held, name, known_at),
        )

    async def _changes(self, request: Request, encoding: str) -> Representation | None:
        given = request.query_params.multi_items()
        question = changes.question(given, gateways(self.answers))
        return await self.answers.made(
            question,
            shelf_key(request.scope),
            encoding,
            lambda held: changes.page(held, question),
        )

    async def _rates(self, request: Request, encoding: str) -> Representation | None:
        name = request.path_params["rate_id"]
        parameters.collected(request.query_params.multi_items(), {})
        return await self.answers.made(
            ("rates", name),
            shelf_key(request.scope),
            encoding,
            lambda held: history.rate_set(held, name),
        )


def router(catalog: Catalog) -> APIRouter:
    """Return the routes; they stand before those of the catalog, which take every name."""
    routes, handlers = APIRouter(), Remembered(catalog)
    asked = [NAME, *map(openapi.parameter, _KNOWN_AT.values())]
    over_time = openapi.moved(openapi.reads("History", asked, errors=ERRORS_OF_ONE))
    changed = openapi.reads("ChangeList", map(openapi.parameter, changes.PARAMETERS))
    of_rates = openapi.reads("RateSet", [_RATE_ID], errors=ERRORS_OF_ONE)
    one = f"/v1/models/{{model_id:anything}}{_ENDING}"
    reading.add(routes, one, handlers.history, openapi_extra=over_time)
    reading.add(routes, "/v1/changes", handlers.changes, openapi_extra=changed)
    rates = "/v1/rates/{rate_id}"
    reading.add(routes, rates, handlers.rates, openapi_extra=of_rates)
    return routes


async def _no_rates(name: str) -> Response:
    detail = f"No set of rates has the id {name[:80]!r}. Rows and periods state them as rate_id."
    return problems.problem(404, "rates_not_found", detail, parameter="rate_id")
