"""Google's list of models, for clients of the Gemini API."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.dialects import google
from modeldex.query import gemini, shaped
from modeldex.serve import openapi
from modeldex.serve.finishing import Made, lossy
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import ERRORS_OF_ONE, NAME, Catalog
from modeldex.snapshot.reader import Snapshot

_PATH = "/v1beta/models"


class Google:
    """The handlers, with those of the catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.answers = catalog, catalog.answers

    async def models(self, request: Request) -> Response:
        """Every offer as a model of Google's, in pages that belong to one snapshot."""
        return await self.catalog.answered(request, lambda encoding: self._page(request, encoding))

    async def model(self, request: Request) -> Response:
        """One offer or model by its id."""
        name = request.path_params["model_id"]
        return await self.catalog.answered(
            request,
            lambda encoding: self.answers.made(
                (google.NAME, name),
                shelf_key(request.scope),
                encoding,
                lambda held: _made(held, shaped.one(held, google.NAME, name)),
            ),
            lambda: self.catalog.unknown(name),
        )

    async def _page(self, request: Request, encoding: str) -> Representation | None:
        asked = gemini.of(request.query_params.multi_items())
        return await self.answers.made(
            asked,
            shelf_key(request.scope),
            encoding,
            lambda held: _made(held, gemini.page(held, asked)),
            pin=asked.snapshot,
        )


def router(catalog: Catalog) -> APIRouter:
    """Return the routes."""
    routes, handlers = APIRouter(), Google(catalog)
    asked = map(openapi.parameter, gemini.PARAMETERS)
    listing = openapi.reads("GoogleList", asked, errors=(400, 410, 503), lossy=True)
    single = openapi.reads("GoogleModel", [NAME], errors=ERRORS_OF_ONE, lossy=True)
    reading.add(routes, _PATH, handlers.models, openapi_extra=listing)
    one = f"{_PATH}/{{model_id:anything}}"
    reading.add(routes, one, handlers.model, openapi_extra=single)
    return routes


def _made(held: Snapshot, body: bytes | None) -> Made | None:
    return None if body is None else Made(body, extra=lossy(held, google.NAME))
