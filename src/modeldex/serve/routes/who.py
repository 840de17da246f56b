"""Who serves models, and who makes them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.query import who
from modeldex.serve import openapi
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import Catalog, gateways
from modeldex.serve.routes.gateways import logo_url


class Who:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def authors(self, request: Request) -> Response:
        """Who made the models that are offered, by slug."""
        return await self.catalog.answered(
            request, lambda encoding: self._authors(request, encoding)
        )

    async def providers(self, request: Request) -> Response:
        """Who serves the offers that are shown, by slug: exactly the providers of the rows."""
        return await self.catalog.answered(
            request, lambda encoding: self._providers(request, encoding)
        )

    async def _authors(self, request: Request, encoding: str) -> Representation | None:
        asked = who.of_authors(request.query_params.multi_items())
        return await self.answers.made(
            ("authors", asked),
            shelf_key(request.scope),
            encoding,
            lambda held: who.authors(held, asked),
        )

    async def _providers(self, request: Request, encoding: str) -> Representation | None:
        asked = who.of_providers(request.query_params.multi_items(), gateways(self.answers))
        return await self.answers.made(
            ("providers", asked),
            shelf_key(request.scope),
            encoding,
            lambda held: who.providers(held, asked, logo_url),
        )


def router(catalog: Catalog) -> APIRouter:
    """Return the routes."""
    routes, handlers = APIRouter(), Who(catalog)
    authors = openapi.reads("Authors", map(openapi.parameter, who.AUTHOR_PARAMETERS))
    providers = openapi.reads("Providers", map(openapi.parameter, who.PROVIDER_PARAMETERS))
    reading.add(routes, "/v1/authors", handlers.authors, openapi_extra=authors)
    reading.add(routes, "/v1/providers", handlers.providers, openapi_extra=providers)
    reading.add(routes, "/v1/provider", handlers.providers, include_in_schema=False)
    return routes
