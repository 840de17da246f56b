"""A fixed path is answered by its own handler, for each method; what is too much moves on."""

import re
from itertools import product
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from modeldex.serve import routing
from modeldex.serve.edge import Edge
from support import live, wire

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FIXED = (
    "/v1/models", "/models", "/v1/models/search", "/v1/models/unique", "/v1/models/batch-compare",
    "/v1/authors", "/v1/providers", "/v1/provider", "/v1/changes", "/v1/cost", "/v1/gateways",
    "/v1/gateways/status", "/api/models/detail", "/healthz", "/readyz", "/metrics",
)  # fmt: skip

PAGES = ("/openapi.json", "/docs", "/docs/oauth2-redirect")


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    """The routes of a worker, in their order."""
    edge = live.application(tmp_path_factory.mktemp("routes"))
    assert isinstance(edge, Edge)
    layer: Any = edge.public
    while not isinstance(layer, FastAPI):
        layer = layer.app
    return [one for one in layer.routes if isinstance(one, Route)]


def taking(routes: list[Route], method: str, path: str) -> Route | None:
    """Return the route that answers a request."""
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)


def served(routes: list[Route], path: str) -> set[str]:
    """Return the methods that the routes of a path answer."""
    return {method for one in routes if one.path == path for method in one.methods or ()}


@pytest.mark.finding("X08")
def test_every_pair_of_routes_keeps_to_its_own_paths(routes: list[Route]) -> None:
    """Of any two, none takes a path of the other that is fixed, or says more."""
    paths = dict.fromkeys(one.path for one in routes)
    assert set(FIXED) <= set(paths)
    for one, other in product(paths, paths):
        filler = re.sub(r"[{}:/]", "x", other)
        path = re.sub(r"{\w+(:\w+)?}", f"a/{filler}" if "anything" in one else "x", one)
        for method in METHODS:
            found = taking(routes, method, path)
            if one in PAGES and method not in served(routes, one):
                assert found is None, (method, path)  # a 405 of the framework
            else:
                assert found is not None, (method, path)
                assert found.path == one, (method, path, found.path)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", FIXED)
def test_a_fixed_path_answers_each_method_itself(
    url: str, routes: list[Route], path: str, method: str
) -> None:
    """Those that it has, and 405 for the others, naming those that it has; never a model."""
    answer = wire.ask(url, path, method)
    has = served(routes, path)

    if method in has:
        assert answer.status in {200, 400, 415}, answer.body
    else:
        assert answer.status == 405
        assert method == "HEAD" or answer.json["code"] == "wrong_method"
        assert answer.headers["allow"] == ", ".join(sorted(has))


@pytest.mark.parametrize("query", ["", "?limit=1&q=a%2Fb"])
@pytest.mark.parametrize("path", [*FIXED, "/v1/models/nobody", "/v1/models/labs/large/history"])
def test_a_slash_too_many_moves_to_the_path_without(url: str, path: str, query: str) -> None:
    """Permanently, to the same server, with the same question."""
    if query and "models/" in path and path not in FIXED:
        query = "?unique=true"
    answer = wire.ask(url, f"{path}/{query}")

    assert (answer.status, answer.headers["location"]) == (308, f"{path}{query}")


@pytest.mark.parametrize("path", ["//evil.example/", "/v1//models/", "//evil.example/v1/models/"])
def test_nothing_moves_to_another_server(url: str, path: str) -> None:
    """A path that begins like an address of its own is no path here."""
    answer = wire.ask(url, path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", FIXED)
def test_a_line_break_belongs_to_the_path(url: str, path: str) -> None:
    """``/v1/models%0A`` is not ``/v1/models``, and never moves to itself."""
    found = [wire.ask(url, f"{path}{end}") for end in ("%0A", "/%0A")]

    assert {one.status for one in found} <= {400, 404}


@pytest.mark.parametrize("path", ["/v1/observations%0A", "/v1/admin/keys%0A"])
def test_a_line_break_is_no_way_around_a_key(url: str, path: str) -> None:
    """What only a key may do is not done under a name that the guards do not know."""
    answer = wire.ask(url, path, method="POST", content_type="application/json")

    assert answer.status in {401, 404, 405}


def test_the_order_of_routers_does_not_matter() -> None:
    """A route with a variable that is written first takes no fixed path."""
    greedy, modest = APIRouter(), APIRouter()
    greedy.add_api_route("/a/{name}", answered)
    greedy.add_api_route("/a/{name}/end", answered)
    modest.add_api_route("/a/fixed", answered, methods=["POST"])

    found = [one for one in routing.in_order([greedy, modest]) if isinstance(one, Route)]

    assert taking(found, "POST", "/a/fixed") is found[0]
    for method in ("POST", "GET", "PUT"):
        assert (taking(found, method, "/a/fixed") or found[-1]).path == "/a/fixed"
    assert (taking(found, "GET", "/a/other") or found[0]).path == "/a/{name}"
    assert (taking(found, "GET", "/a/other/end") or found[0]).path == "/a/{name}/end"


async def answered(_request: Request) -> Response:
    """Answer."""
    return Response()


def test_no_path_is_given_by_two_routers(routes: list[Route]) -> None:
    """Each method of a path has one handler."""
    pairs = [(one.path, method) for one in routes for method in one.methods or ()]

    assert len(pairs) == len(set(pairs)) > len(FIXED)


@pytest.mark.finding("X36", kind="absent")
@pytest.mark.parametrize(
    "path",
    ["/v1/gateways/summary", "/v1/routers", "/v1/model-health", "/v1/huggingface/search?q=x"],
)
def test_what_belongs_to_another_product_is_not_here(url: str, path: str) -> None:
    """No route tells of usage, users or health that a catalog cannot know."""
    answer = wire.ask(url, path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
