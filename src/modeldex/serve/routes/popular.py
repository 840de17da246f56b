"""What callers report, folded into the catalog: what is called most, what is quick, and sums."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from fastapi import APIRouter
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from modeldex.domain.ids import slug
from modeldex.query import popular, quick, sums, windows
from modeldex.query.parameters import Parameter
from modeldex.query.windows import Asked
from modeldex.serve import openapi, problems
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import ERRORS_OF_ONE, Catalog, gateways
from modeldex.snapshot.reader import Snapshot

Make = Callable[[Snapshot, Asked], bytes | None]


class Popular:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def trending(self, request: Request) -> Response:
        """The offers that are called most."""
        return await self.catalog.answered(
            request, lambda encoding: self._trending(request, encoding)
        )

    async def quick(self, request: Request) -> Response:
        """The offers whose median latency is low, and how quick providers are."""
        return await self.catalog.answered(
            request, lambda encoding: self._quick(request, encoding)
        )

    async def of_provider(self, request: Request) -> Response:
        """What the calls of a serving provider, or of an author's models, came to."""
        return await self._named(request, windows.STATS_OF_PROVIDER, sums.of_provider)

    async def top_models(self, request: Request) -> Response:
        """The offers of a serving provider, or of an author, that are called most."""
        return await self._named(request, windows.TOP, popular.top_models)

    async def of_gateway(self, request: Request) -> Response:
        """What the calls of a gateway came to."""
        return await self.catalog.answered(
            request,
            lambda encoding: self._of_gateway(request, encoding),
            lambda: _absent(request, "gateway"),
        )

    async def _named(self, request: Request, known: Sequence[Parameter], make: Make) -> Response:
        async def ask(encoding: str) -> Representation | None:
            given = request.query_params.multi_items()
            name = slug(request.path_params["provider"])
            names = gateways(self.answers)
            asked = replace(windows.stats(given, known, names), provider=names.get(name, name))
            return await self._made(
                request, (make.__name__, asked), encoding, lambda held: make(held, asked)
            )

        return await self.catalog.answered(request, ask, lambda: _absent(request, "provider"))

    async def _of_gateway(self, request: Request, encoding: str) -> Representation | None:
        names = gateways(self.answers)
        given = request.query_params.multi_items()
        asked = windows.stats(given, windows.STATS_OF_GATEWAY, names)
        name = names.get(slug(request.path_params["gateway"]))
        if name is None:
            return None
        asked = replace(asked, gateways=(name,))
        return await self._made(
            request, ("of_gateway", asked), encoding, lambda held: sums.of_gateway(held, asked)
        )

    async def _trending(self, request: Request, encoding: str) -> Representation | None:
        given = request.query_params.multi_items()
        asked = windows.trending(given, gateways(self.answers))
        return await self._made(
            request, ("trending", asked), encoding, lambda held: popular.most_called(held, asked)
        )

    async def _quick(self, request: Request, encoding: str) -> Representation | None:
        asked = quick.question(request.query_params.multi_items())
        return await self._made(
            request, ("quick", asked), encoding, lambda held: quick.models(held, asked)
        )

    async def _made(
        self,
        request: Request,
        question: Hashable,
        encoding: str,
        make: Callable[[Snapshot], bytes | None],
    ) -> Representation | None:
        return await self.answers.made(question, shelf_key(request.scope), encoding, make)


def router(catalog: Catalog) -> APIRouter:
    """Return the routes; they stand before those of the catalog, which take every name."""
    routes, handlers = APIRouter(), Popular(catalog)
    trending = openapi.reads("Trending", map(openapi.parameter, windows.TRENDING))
    timed = openapi.reads("Quick", map(openapi.parameter, quick.PARAMETERS))
    reading.add(routes, "/v1/models/trending", handlers.trending, openapi_extra=trending)
    reading.add(routes, "/v1/models/low-latency", handlers.quick, openapi_extra=timed)
    provider = _in_path("provider", "A serving provider or an author, by its slug.")
    gateway = _in_path("gateway", "A gateway, by its slug or an alias.")
    for path, handler, shape, known, named in (
        ("/v1/provider/{provider}/stats", handlers.of_provider, "ProviderStats",
         windows.STATS_OF_PROVIDER, provider),
        ("/v1/provider/{provider}/top-models", handlers.top_models, "TopModels",
         windows.TOP, provider),
        ("/v1/gateway/{gateway}/stats", handlers.of_gateway, "GatewayStats",
         windows.STATS_OF_GATEWAY, gateway),
    ):  # fmt: skip
        asked = [named, *map(openapi.parameter, known)]
        said = openapi.reads(shape, asked, errors=ERRORS_OF_ONE)
        reading.add(routes, path, handler, openapi_extra=said)
    return routes


def _in_path(name: str, about: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


async def _absent(request: Request, what: str) -> Response:
    status, code = _NOT_FOUND[what]
    name = request.path_params[what]
    return problems.problem(status, code, f"There is no {what} {name[:80]!r}.", parameter=what)


_NOT_FOUND = {"provider": (404, "provider_not_found"), "gateway": (404, "gateway_not_found")}
