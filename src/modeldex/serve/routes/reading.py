"""Routes that read."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Awaitable[Response]]


def add(routes: APIRouter, path: str, handler: Handler, **documented: Any) -> None:
    """Let *handler* answer GET and HEAD; of the two, OpenAPI shows the GET.

    One route with both methods would give two operations one id.
    """
    routes.add_api_route(path, handler, methods=["GET"], response_class=Response, **documented)
    routes.add_api_route(
        path, handler, methods=["HEAD"], response_class=Response, include_in_schema=False
    )
