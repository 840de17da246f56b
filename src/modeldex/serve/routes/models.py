"""What is told of a model beside its row: its offers, and how they compare."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.errors import NoSnapshot, QuestionError
from modeldex.query import comparing, model_offers
from modeldex.query.parameters import Parameter
from modeldex.serve import bodies, openapi, problems
from modeldex.serve.bodies import Refused
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import ERRORS_OF_ONE, NAME, Catalog, gateways

_OFFERS, _COMPARE = "/offers", "/compare"


class Models:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def offers(self, request: Request) -> Response:
        """The offers of a model as rows of the list, cheapest first, unknown prices last."""
        return await self.catalog.about(
            request, _OFFERS, lambda name, encoding: self._offers(request, name, encoding)
        )

    async def compare(self, request: Request) -> Response:
        """The offers of a model side by side: per token, per million, and which to take."""
        return await self.catalog.about(
            request, _COMPARE, lambda name, encoding: self._compared(request, name, encoding)
        )

    async def batch(self, request: Request) -> Response:
        """The comparisons of several models in one answer.

        What is asked stands in the body as JSON; without a body, in the query.
        """
        try:
            asked = await self._asked(request)
            found = await self.answers.looked_up(lambda held: comparing.batch(held, asked))
        except Refused as error:
            return error.answer
        except QuestionError as error:
            return problems.bad_question(error)
        except NoSnapshot:
            return problems.not_ready()
        return bodies.sent(found)

    async def _offers(self, request: Request, name: str, encoding: str) -> Representation | None:
        given = request.query_params.multi_items()
        wanted = model_offers.asked(given, gateways(self.answers))
        return await self.answers.made(
            ("offers", name, wanted),
            shelf_key(request.scope),
            encoding,
            lambda held: model_offers.offers(held, name, wanted),
        )

    async def _compared(self, request: Request, name: str, encoding: str) -> Representation | None:
        wanted = comparing.gateways(request.query_params.multi_items(), gateways(self.answers))
        return await self.answers.made(
            ("compare", name, wanted),
            shelf_key(request.scope),
            encoding,
            lambda held: comparing.one(held, name, wanted),
        )

    async def _asked(self, request: Request) -> comparing.Batch:
        given, known = request.query_params.multi_items(), gateways(self.answers)
        if given:
            return comparing.asked(given, known)
        return comparing.told(await bodies.read(request), known)


def router(catalog: Catalog) -> APIRouter:
    """Return the routes."""
    routes, handlers = APIRouter(), Models(catalog)
    offers = _about("ModelOffers", model_offers.PARAMETERS)
    compared = _about("ComparisonAnswer", comparing.PARAMETERS)
    asked = map(openapi.parameter, comparing.BATCH_PARAMETERS)
    batch = openapi.answers("ComparisonList", asked, errors=(400, 413, 415, 503))
    one = "/v1/models/{model_id:anything}"
    reading.add(routes, f"{one}{_OFFERS}", handlers.offers, openapi_extra=offers)
    reading.add(routes, f"{one}{_COMPARE}", handlers.compare, openapi_extra=compared)
    routes.add_api_route(
        "/v1/models/batch-compare",
        handlers.batch,
        methods=["POST"],
        response_class=Response,
        openapi_extra={**batch, "requestBody": _BODY},
    )
    return routes


def _about(shape: str, parameters: Iterable[Parameter]) -> dict[str, Any]:
    asked = [NAME, *map(openapi.parameter, parameters)]
    return openapi.moved(openapi.reads(shape, asked, errors=ERRORS_OF_ONE))


_BODY = {
    "required": False,
    "description": "What is compared. Without a body it stands in the query.",
    "content": {bodies.JSON: {"schema": comparing.BODY}},
}
