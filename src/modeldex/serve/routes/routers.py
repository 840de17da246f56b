"""The lists of other routers: OpenRouter's, Vercel's gateway's and Hugging Face's."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.dialects import huggingface, openrouter, rss, vercel
from modeldex.query import routers
from modeldex.serve import openapi
from modeldex.serve.finishing import Made, lossy
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import JSON, Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import NAME, Catalog
from modeldex.snapshot.reader import Snapshot

Make = Callable[[Snapshot], bytes | None]


class Routers:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def models(self, request: Request) -> Response:
        """Every model with a price for text in and out, as OpenRouter lists them."""
        return await self._asked(request, routers.page)

    async def count(self, request: Request) -> Response:
        """How many models the list has, filters included."""
        return await self._asked(request, routers.count)

    async def model(self, request: Request) -> Response:
        """One model of OpenRouter's list."""
        return await self._named(request, openrouter.NAME, _wrapped)

    async def endpoints(self, request: Request) -> Response:
        """A model with an endpoint for each of its offers and service tiers."""
        name = request.path_params["model_id"]
        make = partial(routers.endpoints, name=name)
        return await self._made(request, openrouter.NAME, ("endpoints", name), make)

    async def providers(self, request: Request) -> Response:
        """The providers of what is listed."""
        return await self._made(request, openrouter.NAME, "providers", routers.providers)

    async def vercel(self, request: Request) -> Response:
        """Every model of which limits, prices and kind are known, as Vercel's gateway has it."""
        return await self._list(request, vercel.NAME)

    async def vercel_model(self, request: Request) -> Response:
        """One model of Vercel's list."""
        return await self._named(request, vercel.NAME, routers.one)

    async def huggingface(self, request: Request) -> Response:
        """Every model with its providers, as Hugging Face's router has it."""
        return await self._list(request, huggingface.NAME)

    async def huggingface_model(self, request: Request) -> Response:
        """One model of the router's list."""
        return await self._named(request, huggingface.NAME, routers.one)

    async def _asked(
        self, request: Request, make: Callable[[Snapshot, routers.Asked], bytes]
    ) -> Response:
        return await self.catalog.answered(
            request, lambda encoding: self._page(request, make, encoding)
        )

    async def _page(
        self,
        request: Request,
        make: Callable[[Snapshot, routers.Asked], bytes],
        encoding: str,
    ) -> Representation | None:
        asked = routers.of(request.query_params.multi_items(), self.catalog.question)
        if asked.is_whole_list and make is routers.page:
            name, key = f"{openrouter.NAME}/list", shelf_key(request.scope)
            return await self.answers.document(name, key, encoding)
        is_feed = asked.rss and make is routers.page
        chosen, media_type = (routers.feed, rss.MEDIA_TYPE) if is_feed else (make, JSON)
        question = (chosen.__name__, asked)
        dated = asked.question.day is not None  # the day is not in the address
        return await self.answers.made(
            question,
            question if dated else shelf_key(request.scope),
            encoding,
            lambda held: Made(chosen(held, asked), media_type, lossy(held, openrouter.NAME)),
        )

    async def _list(self, request: Request, dialect: str) -> Response:
        name, key = f"{dialect}/list", shelf_key(request.scope)
        return await self.catalog.answered(
            request, lambda encoding: self.answers.document(name, key, encoding)
        )

    async def _named(
        self, request: Request, dialect: str, find: Callable[[Snapshot, str, str], bytes | None]
    ) -> Response:
        name = request.path_params["model_id"]

        def make(held: Snapshot) -> bytes | None:
            return find(held, f"model_{dialect}", name)

        return await self._made(request, dialect, ("one", dialect, name), make)

    async def _made(
        self, request: Request, dialect: str, question: object, make: Make
    ) -> Response:
        def dressed(held: Snapshot) -> Made | None:
            body = make(held)
            return None if body is None else Made(body, extra=lossy(held, dialect))

        return await self.catalog.answered(
            request,
            lambda encoding: self.answers.made(
                question, shelf_key(request.scope), encoding, dressed
            ),
            lambda: self.catalog.unknown(request.path_params["model_id"]),
        )


def router(catalog: Catalog) -> APIRouter:
    """Return the routes."""
    routes, handlers = APIRouter(), Routers(catalog)
    asked = [openapi.parameter(one) for one in routers.PARAMETERS]
    listing = _or_feed(openapi.reads("OpenRouterList", asked, lossy=True))
    counted = openapi.reads("OpenRouterCount", asked, lossy=True)
    base = "/api/v1"
    reading.add(routes, f"{base}/models", handlers.models, openapi_extra=listing)
    reading.add(routes, f"{base}/models/count", handlers.count, openapi_extra=counted)
    reading.add(routes, f"{base}/models/user", handlers.models, openapi_extra=listing)
    found = openapi.reads("OpenRouterProviders", errors=(503,), lossy=True)
    reading.add(routes, f"{base}/providers", handlers.providers, openapi_extra=found)
    endpoints = f"{base}/models/{{model_id:anything}}/endpoints"
    served = _single("OpenRouterEndpoints")
    reading.add(routes, endpoints, handlers.endpoints, openapi_extra=served)
    one = f"{base}/model/{{model_id:anything}}"
    reading.add(routes, one, handlers.model, openapi_extra=_single("OpenRouterOne"))
    for place, kind, many, single in (
        ("/vercel/v1/models", "Vercel", handlers.vercel, handlers.vercel_model),
        ("/huggingface/v1/models", "HuggingFace", handlers.huggingface,
         handlers.huggingface_model),
    ):  # fmt: skip
        listed = openapi.reads(f"{kind}List", errors=(503,), lossy=True)
        reading.add(routes, place, many, openapi_extra=listed)
        own, shown = f"{place}/{{model_id:anything}}", _single(f"{kind}Model")
        reading.add(routes, own, single, openapi_extra=shown)
    return routes


def _single(shape: str) -> dict[str, Any]:
    return openapi.reads(shape, [NAME], errors=(404, 503), lossy=True)


def _or_feed(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a list that may be asked for as RSS."""
    media = rss.MEDIA_TYPE.decode().partition(";")[0]
    said["responses"]["200"]["content"][media] = {"schema": {"type": "string"}}
    return said


def _wrapped(held: Snapshot, table: str, name: str) -> bytes | None:
    body = routers.one(held, table, name)
    return None if body is None else b'{"data":' + body + b"}"
