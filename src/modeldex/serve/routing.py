"""The order of the routes: a fixed path is never taken by one with a variable.

Whoever writes a route need not think of the others. Every path answers each method itself, those
that it does not have with 405; a fixed path with a slash at its end moves to the one without.
"""

import re
from collections.abc import Iterable, Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from modeldex.serve import problems
from modeldex.serve.representation import VARY

_VARIABLE = re.compile(r"{[^}]*}")


class _Closed:
    """Answers the methods that a path does not have."""

    def __init__(self, methods: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(methods))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405."""
        answer = problems.wrong_method(Request(scope), self.allowed)
        await answer(scope, receive, send)


class _Moved:
    """Answers a path with a slash too many."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 308."""
        await unslashed(scope)(scope, receive, send)


def in_order(routers: Iterable[APIRouter]) -> list[BaseRoute]:
    """Return the routes of all *routers*: fixed paths first, then those that say more."""
    by_path: dict[str, list[APIRoute]] = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                by_path.setdefault(route.path, []).append(route)
    paths = sorted(by_path, key=_openness)
    return [_exact(one) for path in paths for one in _closed(path, by_path[path])]


def moved(location: bytes) -> Response:
    """Return a permanent redirect to a path of this server, *location*, encoded already."""
    answer = Response(status_code=308)
    answer.headers["location"] = location.decode("ascii")
    answer.headers["cache-control"] = "public, max-age=60"  # the catalog changes what names mean
    answer.headers["vary"] = VARY.decode()  # and each key may see another catalog
    return answer


def unslashed(scope: Scope) -> Response:
    """Return the redirect to the same path without the slashes at its end."""
    raw = raw_path(scope).rstrip(b"/")
    query: bytes = scope["query_string"]
    return moved(raw + b"?" + query if query else raw)


def raw_path(scope: Scope) -> bytes:
    """Return a path as it came."""
    found: bytes = scope.get("raw_path") or scope["path"].encode()
    return found


def _exact(route: Route) -> Route:
    """Let a route match whole paths only: Starlette's ``$`` lets a newline follow."""
    pattern = route.path_regex.pattern.removesuffix("$")
    route.path_regex = re.compile(rf"{pattern}\Z", re.DOTALL)
    return route


def _openness(path: str) -> tuple[bool, int]:
    """Order paths: without a variable first, then by how much of them is fixed."""
    fixed = _VARIABLE.sub("", path)
    return fixed != path, -len(fixed)


def _closed(path: str, routes: list[APIRoute]) -> Iterator[Route]:
    yield from routes
    yield Route(path, _Closed({method for one in routes for method in one.methods or ()}))
    if not _VARIABLE.search(path) and path != "/":
        yield Route(f"{path}/", _Moved())
