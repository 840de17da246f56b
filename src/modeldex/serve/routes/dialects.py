"""Whole documents in the shapes of other people's catalogs, and what these cannot say."""

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.serve import openapi, problems
from modeldex.serve.front import shelf_key
from modeldex.serve.representation import Representation
from modeldex.serve.routes import reading
from modeldex.serve.routes.catalog import Catalog
from modeldex.serve.schemas.documents import OF_DOCUMENTS
from modeldex.snapshot.reader import Snapshot

# Every document by the paths at which its clients ask for it.
PATHS: dict[str, tuple[str, ...]] = {
    "litellm/cost-map": (
        "/litellm/model_prices_and_context_window.json",
        "/get/litellm_model_cost_map",
    ),
    "litellm/model-info": ("/v1/model/info", "/model/info"),
    "litellm/model-group-info": ("/model_group/info",),
    "genai-prices/data": ("/genai-prices/v2/data.json", "/prices/new_data/v2/data.json"),
    "models-dev/api": ("/api.json",),
    "models-dev/models": ("/models.json",),
    "models-dev/catalog": ("/catalog.json",),
    "models-dev/model-schema": ("/model-schema.json",),
    "catwalk/providers": ("/v2/providers",),
    "new-api/pricing": ("/api/pricing",),
    "new-api/ratio-config": ("/api/ratio_config",),
    "new-api/models": ("/api/newapi/models.json",),
    "new-api/vendors": ("/api/newapi/vendors.json",),
    "llm-prices/current": ("/current-v1.json",),
    "llm-prices/historical": ("/historical-v1.json",),
}
# Dialects whose answers are made row by row.
_OF_ROWS = {
    "openai": ("/v1/models",),
    "anthropic": ("/v1/models",),
    "google": ("/v1beta/models",),
    "openrouter": ("/api/v1/models",),
    "vercel": ("/vercel/v1/models",),
    "huggingface": ("/huggingface/v1/models",),
}
_NAME = {
    "name": "dialect",
    "in": "path",
    "required": True,
    "description": "Name of a dialect, as `/v1/dialects` lists it.",
    "schema": {"type": "string"},
}


class Documents:
    """The handlers, with what they answer from."""

    def __init__(self, handlers: Catalog) -> None:
        self.handlers = handlers

    async def document(self, request: Request) -> Response:
        """A whole document, in the shape that its own clients expect."""
        path = request.scope["path"]
        answers, key = self.handlers.answers, (path.encode(), b"")  # a query changes nothing here

        async def ask(encoding: str) -> Representation:
            known = answers.shelved(key, encoding)
            return known or await answers.document(_BY_PATH[path], key, encoding)

        return await self.handlers.answered(request, ask)

    async def removed(self, request: Request) -> Response:
        """Catwalk's first version, which is gone: says where the second one is."""
        del request
        detail = "The first version of catwalk's list is not served. Ask for /v2/providers."
        return problems.problem(410, "removed", detail)

    async def dialects(self, request: Request) -> Response:
        """Every dialect, its paths and documents, and how much it cannot say."""
        return await self._made(request, "dialects", _listed)

    async def losses(self, request: Request) -> Response:
        """What a dialect cannot say of this catalog, by kind, with examples."""
        dialect = request.path_params["dialect"]
        return await self._made(request, f"losses of {dialect}", lambda held: _lost(held, dialect))

    async def _made(
        self, request: Request, question: str, make: Callable[[Snapshot], bytes | None]
    ) -> Response:
        answers, key = self.handlers.answers, shelf_key(request.scope)

        async def absent() -> Response:
            names = ", ".join(await answers.looked_up(_names))
            detail = f"There is no such dialect. Those that there are: {names}."
            return problems.problem(404, "dialect_not_found", detail, parameter="dialect")

        return await self.handlers.answered(
            request, lambda encoding: answers.made(question, key, encoding, make), absent
        )


def router(handlers: Catalog) -> APIRouter:
    """Return the routes of all documents, and those that tell of them."""
    routes, ours = APIRouter(), Documents(handlers)
    for path, name in _BY_PATH.items():
        said = openapi.reads(OF_DOCUMENTS[name], errors=(503,), lossy=True)
        reading.add(routes, path, ours.document, openapi_extra=said)
    gone = {"responses": openapi.refusals((410,))}
    reading.add(routes, "/providers", ours.removed, status_code=410, openapi_extra=gone)
    listed = openapi.reads("Dialects", errors=(503,))
    lost = openapi.reads("Losses", [_NAME], errors=(404, 503))
    reading.add(routes, "/v1/dialects", ours.dialects, openapi_extra=listed)
    reading.add(routes, "/v1/dialects/{dialect}/losses", ours.losses, openapi_extra=lost)
    return routes


def _listed(held: Snapshot) -> bytes:
    data = [_described(name, total) for name, total in held.dialects()]
    return msgspec.json.encode({
        "object": "list", "data": data, "total": len(data), "snapshot": held.id,
    })  # fmt: skip


def _described(name: str, total: int) -> dict[str, Any]:
    documents = {one: paths for one, paths in PATHS.items() if one.startswith(f"{name}/")}
    return {
        "name": name,
        "paths": _OF_ROWS.get(name) or [path for paths in documents.values() for path in paths],
        "documents": list(documents),
        "lossy": total,
        "losses": f"/v1/dialects/{name}/losses",
    }


def _lost(held: Snapshot, dialect: str) -> bytes | None:
    found = held.losses(dialect)
    if found is None:
        return None
    return msgspec.json.encode(
        {
            "object": "list",
            "dialect": dialect,
            "data": msgspec.Raw(found),
            "total": held.lossy(dialect),
            "snapshot": held.id,
        }
    )


def _names(held: Snapshot) -> list[str]:
    return [name for name, _ in held.dialects()]


_BY_PATH = {path: name for name, paths in PATHS.items() for path in paths}
