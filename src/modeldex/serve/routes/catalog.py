"""The list of offers or models, and one of them."""

from fastapi import APIRouter
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from modeldex.errors import NoSnapshot, QuestionError, UnknownParameter
from modeldex.query import parameters
from modeldex.serve import problems
from modeldex.serve.answers import Answers
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import (
    Conditions,
    Negotiator,
    Representation,
    conditions,
    send_answer,
)
from modeldex.serve.routes import reading

_ONE_PARAMETERS = ("unique", "unique_models")
_NAME = {
    "name": "model_id",
    "in": "path",
    "required": True,
    "description": "Id of an offer or a model, or an alias; slashes as they are or as `%2F`.",
    "schema": {"type": "string"},
}


class _Anything(PathConvertor):
    """A path to the very end; nothing keeps a provider from line breaks in its ids."""

    regex = "(?s:.*)"


register_url_convertor("anything", _Anything())


class CatalogResponse(Response):
    """A representation, with the conditions under which it is asked for."""

    def __init__(self, found: Representation, asked: Conditions) -> None:
        super().__init__()
        self.found, self.asked = found, asked

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(receive, send, self.found, self.asked, scope["method"])


class Catalog:
    """The handlers, with what they answer from."""

    def __init__(self, answers: Answers, negotiator: Negotiator) -> None:
        self.answers, self.negotiator = answers, negotiator

    async def models(self, request: Request) -> Response:
        """Every offer, or with `unique=true` every model with its offers.

        Without `limit` the answer is everything that matches.
        """
        asked = conditions(request.scope["headers"])
        try:
            given = request.query_params.multi_items()
            question = parameters.question(given, _gateways(self.answers))
            encoding = self.negotiator.choose(asked.accept_encoding)
            found = await self.answers.list(question, shelf_key(request.scope), encoding)
        except QuestionError as error:
            return _bad(error)
        except NoSnapshot:
            return problems.not_ready()
        return CatalogResponse(found, asked)

    async def model(self, request: Request) -> Response:
        """One offer by its id, or a model by its id or an alias."""
        asked = conditions(request.scope["headers"])
        name, key = request.path_params["model_id"], shelf_key(request.scope)
        try:
            model_first = _model_first(request)
            encoding = self.negotiator.choose(asked.accept_encoding)
            found = await self.answers.one(name, key, encoding, model_first=model_first)
        except QuestionError as error:
            return _bad(error)
        except NoSnapshot:
            return problems.not_ready()
        return _unknown(name) if found is None else CatalogResponse(found, asked)


def router(answers: Answers, negotiator: Negotiator) -> APIRouter:
    """Return the catalog's routes."""
    routes, handlers = APIRouter(), Catalog(answers, negotiator)
    listing = [_openapi(one) for one in parameters.PARAMETERS]
    single = [_NAME, *(one for one in listing if one["name"] in _ONE_PARAMETERS)]
    reading.add(routes, "/v1/models", handlers.models, openapi_extra={"parameters": listing})
    reading.add(routes, "/models", handlers.models, include_in_schema=False)
    one = "/v1/models/{model_id:anything}"
    reading.add(routes, one, handlers.model, openapi_extra={"parameters": single})
    return routes


def _unknown(name: str) -> Response:
    detail = f"No offer, model or alias is called {name[:200]!r}. Ids are those of /v1/models."
    return problems.problem(404, "model_not_found", detail, parameter="model_id")


def _gateways(answers: Answers) -> dict[str, str]:
    """Return every accepted name of a provider to its slug, derived once per snapshot."""
    snapshot = answers.current.snapshot
    found: dict[str, str] | None = snapshot.memo.get("gateways")
    if found is None:
        providers = snapshot.providers
        found = {name: providers[number].slug for name, number in snapshot.gateways.items()}
        snapshot.memo["gateways"] = found
    return found


def _model_first(request: Request) -> bool:
    for name in request.query_params:
        if name not in _ONE_PARAMETERS:
            raise UnknownParameter(name, _ONE_PARAMETERS)
    return parameters.question(request.query_params.multi_items(), {}).unique


def _bad(error: QuestionError) -> Response:
    code = "unknown_parameter" if isinstance(error, UnknownParameter) else "bad_value"
    return problems.problem(400, code, str(error), parameter=error.parameter)


def _openapi(one: parameters.Parameter) -> dict[str, object]:
    return {
        "name": one.name,
        "in": "query",
        "required": False,
        "description": one.about,
        "schema": one.schema,
    }
