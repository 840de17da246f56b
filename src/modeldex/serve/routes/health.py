"""Whether the process lives, and whether it has something to serve."""

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from modeldex.errors import NoSnapshot
from modeldex.serve import openapi, problems
from modeldex.serve.routes import reading
from modeldex.snapshot.current import Current


def router(current: Current) -> APIRouter:
    """Return the health routes."""
    routes = APIRouter()

    async def healthz(_request: Request) -> Response:
        """The process answers."""
        return _json({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        """A catalog is being served; 503 until the first one is published."""
        try:
            snapshot = current.snapshot
        except NoSnapshot:
            return problems.not_ready()
        return _json(
            {
                "status": "ready",
                "snapshot": snapshot.id,
                "timestamp": snapshot.timestamp,
                "offers": snapshot.offer_count,
                "models": snapshot.model_count,
            }
        )

    lives = openapi.answers("Health")
    ready = openapi.answers("Ready", errors=(503,))
    reading.add(routes, "/healthz", healthz, openapi_extra=lives)
    reading.add(routes, "/readyz", readyz, openapi_extra=ready)
    return routes


def _json(value: dict[str, object]) -> Response:
    answer = Response(msgspec.json.encode(value), media_type="application/json")
    answer.headers["cache-control"] = "no-store"
    return answer
