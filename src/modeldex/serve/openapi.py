"""The API's own description: every route says here what it takes and what it answers with.

Nothing of it is on the way of a request: answers are not validated, tests do that.
"""

from collections.abc import Iterable
from http import HTTPStatus
from importlib import resources
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from typing_extensions import override

from modeldex.query.parameters import Parameter
from modeldex.serve.problems import MEDIA_TYPE
from modeldex.serve.representation import CACHE_CONTROL, JSON, VARY
from modeldex.serve.schemas import COMPONENTS
from modeldex.serve.schemas.words import Schema, ref

ABOUT = """\
One fast, truthful list of every LLM you can call.

`HEAD` works wherever `GET` does. Prices are exact decimals of US dollars for one unit, as strings;
null is unknown, never zero. Errors are RFC 9457 problems; a method that a path does not have is
405 with `Allow`, and a path with a slash too many is 308 to the one without.
"""
EXAMPLES = "examples.json"
_TEXT: Schema = {"type": "string"}
_HEADERS: dict[str, Schema] = {
    "ETag": {"description": "Hash of the bytes.", "schema": _TEXT},
    "Cache-Control": {"schema": _TEXT, "example": CACHE_CONTROL.decode()},
    "Vary": {"schema": _TEXT, "example": VARY.decode()},
    "Last-Modified": {"description": "When the catalog was published.", "schema": _TEXT},
    "X-Request-ID": {"description": "Yours where it was harmless, else a new one.",
                     "schema": {**_TEXT, "pattern": "^[A-Za-z0-9._-]{1,128}$"}},
    "Retry-After": {"description": "Seconds.", "schema": _TEXT},
    "Location": {"description": "A path of this server.", "schema": _TEXT},
}  # fmt: skip
_OF_ALL = ("Cache-Control", "X-Request-ID")
_OF_READING = ("ETag", "Vary", "Last-Modified", *_OF_ALL)
_PROBLEMS = {
    400: "A parameter or value is not one of those allowed, which the answer names.",
    404: "There is nothing of that name.",
    410: "The snapshot that is asked for is not kept any more; begin anew.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    503: "Nothing has been published yet; try again after `Retry-After`.",
}
_ELSEWHERE = "The name is an author's, or ends in a slash too many: ask at `Location`."


def parameter(one: Parameter) -> dict[str, Any]:
    """Return a query parameter as OpenAPI shows it."""
    return {
        "name": one.name,
        "in": "query",
        "required": False,
        "description": one.about,
        "schema": one.schema,
    }


def reads(
    shape: str, parameters: Iterable[dict[str, Any]] = (), *, errors: Iterable[int] = (400, 503)
) -> dict[str, Any]:
    """Return what OpenAPI says of a route that reads the catalog, 304 included.

    Args:
        shape: name of the schema that its answers have.
        errors: the statuses of the problems that it may answer with.
    """
    found = answers(shape, parameters, errors=errors)
    found["responses"]["200"]["headers"] = _headers(_OF_READING)
    unchanged = {"description": "The client has it already.", "headers": _headers(_OF_READING)}
    found["responses"]["304"] = unchanged
    return found


def answers(
    shape: str | None,
    parameters: Iterable[dict[str, Any]] = (),
    *,
    errors: Iterable[int] = (),
    media: str = JSON.decode(),
) -> dict[str, Any]:
    """Return what OpenAPI says of any route; without a *shape* its answers are text."""
    schema = _TEXT if shape is None else ref(shape)
    done = {"description": "The answer.", "content": {media: {"schema": schema}}}
    responses = {"200": {**done, "headers": _headers(_OF_ALL)}}
    responses |= {str(status): _problem(status) for status in errors}
    responses["default"] = {"description": "Any other error.", "content": _PROBLEM}
    return {"parameters": list(parameters), "responses": responses}


def moved(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a route whose names may move its askers elsewhere."""
    elsewhere = {"description": _ELSEWHERE, "headers": _headers(("Location", *_OF_ALL))}
    return {**said, "responses": {**said["responses"], "308": elsewhere}}


class Application(FastAPI):
    """An application whose description has our shapes and examples; it is made once."""

    @override
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=ABOUT,
        routes=app.routes,
    )
    found["components"] = {"schemas": COMPONENTS}
    for name, example in _examples().items():
        method, _, path = name.partition(" ")
        answer = found["paths"][path][method.lower()]["responses"]["200"]
        answer["content"][JSON.decode()]["example"] = example
    return found


def _examples() -> dict[str, Any]:
    """Return answers to the requests of our own small catalog, by method and path."""
    body = resources.files("modeldex.serve.schemas").joinpath(EXAMPLES).read_bytes()
    found: dict[str, Any] = msgspec.json.decode(body)
    return {name: one["answer"] for name, one in found.items()}


def _headers(names: Iterable[str]) -> dict[str, Schema]:
    return {name: _HEADERS[name] for name in names}


_PROBLEM = {MEDIA_TYPE: {"schema": ref("Problem")}}


def _problem(status: int) -> dict[str, Any]:
    names = (*_OF_ALL, "Retry-After") if status == HTTPStatus.SERVICE_UNAVAILABLE else _OF_ALL
    return {"description": _PROBLEMS[status], "content": _PROBLEM, "headers": _headers(names)}
