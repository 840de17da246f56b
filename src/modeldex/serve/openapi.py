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

from modeldex.access.rules import OPEN
from modeldex.query.parameters import Parameter
from modeldex.serve import envelopes
from modeldex.serve.representation import CACHE_CONTROL, JSON, VARY
from modeldex.serve.schemas import COMPONENTS
from modeldex.serve.schemas import errors as shapes_of_errors
from modeldex.serve.schemas.words import Schema, ref

ABOUT = """\
One fast, truthful list of every LLM you can call.

`HEAD` works wherever `GET` does. Prices are exact decimals of US dollars for one unit, as strings;
null is unknown, never zero. Errors are RFC 9457 problems; a method that a path does not have is
405 with `Allow`, and a path with a slash too many is 308 to the one without.
"""
EXAMPLES = "examples.json"
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_HEADERS: dict[str, Schema] = {
    "ETag": {"description": "Hash of the bytes.", "schema": _TEXT},
    "Cache-Control": {"schema": _TEXT, "example": CACHE_CONTROL.decode()},
    "Vary": {"schema": _TEXT, "example": VARY.decode()},
    "Last-Modified": {"description": "When the catalog was published.", "schema": _TEXT},
    "X-Request-ID": {"description": "Yours where it was harmless, else a new one.",
                     "schema": {**_TEXT, "pattern": "^[A-Za-z0-9._-]{1,128}$"}},
    "Retry-After": {"description": "Seconds.", "schema": _TEXT},
    "X-Modeldex-Lossy": {"description": "How much of the catalog this dialect cannot say.",
                         "schema": {**_TEXT, "pattern": "^[0-9]+$"}},
    "WWW-Authenticate": {"description": "That a key is wanted.", "schema": _TEXT},
    "Location": {"description": "A path of this server.", "schema": _TEXT},
}  # fmt: skip
_LIMITS: dict[str, Schema] = {
    "RateLimit": {"description": "What is left of the limit, and the seconds until there is more.",
                  "schema": {**_TEXT, "pattern": '^"[a-z]+";r=[0-9]+;t=[0-9]+$'}},
    "RateLimit-Policy": {"description": "The limit: its name, requests and seconds.",
                         "schema": {**_TEXT, "pattern": '^"[a-z]+";q=[0-9]+;w=[0-9]+$'}},
    "X-RateLimit-Limit": {"description": "Requests in the window.", "schema": _NUMBER},
    "X-RateLimit-Remaining": {"description": "Requests that are left.", "schema": _NUMBER},
    "X-RateLimit-Reset": {"description": "Seconds until there is more.", "schema": _NUMBER},
}  # fmt: skip
_LIMITED: dict[str, Schema] = {name: {"$ref": f"#/components/headers/{name}"} for name in _LIMITS}
_OF_ALL = ("Cache-Control", "X-Request-ID")
_OF_READING = ("ETag", "Vary", "Last-Modified", *_OF_ALL)
_PROBLEMS = {
    400: "A parameter or value is not one of those allowed, which the answer names.",
    401: "A key is needed, or the one that was sent is unknown, expired or revoked.",
    403: "The key may not do this, or not from this address.",
    404: "There is nothing of that name.",
    409: "What is there is not what the request is about: it exists already, or is in use.",
    410: "It is not kept any more; the answer says what to ask for instead.",
    412: "Somebody changed it meanwhile: it is not in the version of `If-Match`.",
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    429: "Too many requests; try again after `Retry-After`.",
    503: "Nothing can be answered now; try again after `Retry-After`.",
    504: "The answer did not begin in time; ask for less.",
}
_OF_EVERY = (401, 403, 429, 504)  # statuses that any route may answer with, but those of health
_MORE = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
_WITH_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"key": []}]
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same."},
}
_DONE = ("200", "201", "202")
_VERSION: Schema = {"description": "The entry's version, for `If-Match`.",
                    "schema": {**_TEXT, "pattern": '^"[0-9]+"$'}}  # fmt: skip
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
    shape: str,
    parameters: Iterable[dict[str, Any]] = (),
    *,
    errors: Iterable[int] = (400, 503),
    lossy: bool = False,
) -> dict[str, Any]:
    """Return what OpenAPI says of a route that reads the catalog, 304 included.

    Args:
        shape: name of the schema that its answers have.
        errors: the statuses of the problems that it may answer with.
        lossy: whether its dialect says how much it cannot say.
    """
    found = answers(shape, parameters, errors=errors)
    named = (*_OF_READING, "X-Modeldex-Lossy") if lossy else _OF_READING
    found["responses"]["200"]["headers"] = _headers(named)
    unchanged = {"description": "The client has it already.", "headers": _headers(_OF_READING)}
    found["responses"]["304"] = unchanged
    return found


def answers(
    shape: str | None,
    parameters: Iterable[dict[str, Any]] = (),
    *,
    errors: Iterable[int] = (),
    media: str = JSON.decode(),
    statuses: Iterable[int] = (200,),
) -> dict[str, Any]:
    """Return what OpenAPI says of any route; without a *shape* its answers are text."""
    schema = _TEXT if shape is None else ref(shape)
    responses = {
        str(status): {
            "description": "The answer.",
            "content": {media: {"schema": schema}},
            "headers": _headers(_OF_ALL),
        }
        for status in statuses
    }
    return {"parameters": list(parameters), "responses": responses | refusals(errors)}


def refusals(errors: Iterable[int]) -> dict[str, Any]:
    """Return what is said of these problems, and of all others."""
    found = {str(status): _problem(status) for status in errors}
    return {**found, "default": {"description": "Any other error."}}


def versioned(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a route whose answers bear the version of an entry."""
    for status, response in said["responses"].items():
        if status in _DONE and response.get("content"):
            response["headers"] |= {"ETag": _VERSION}
    return said


def keyed(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a route that only a key may use."""
    return {**said, "security": _WITH_KEY}


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
    found["components"] = {
        "schemas": COMPONENTS, "headers": _LIMITS, "securitySchemes": _SCHEMES,
    }  # fmt: skip
    found["security"] = [{}, *_WITH_KEY]
    for path, methods in found["paths"].items():
        for operation in methods.values():
            _complete(path, operation)
    for name, example in _examples().items():
        method, _, path = name.partition(" ")
        _answer_of(found["paths"][path][method.lower()])["example"] = example
    return found


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Add what any route may answer with: limits, and problems as its path's dialect has them."""
    responses = operation["responses"]
    if path not in OPEN:
        responses |= {str(one): _problem(one) for one in _OF_EVERY}
    content = shapes_of_errors.content(envelopes.dialect_of(path, ()))
    for status, response in responses.items():
        if status == "default" or int(status) >= HTTPStatus.BAD_REQUEST:
            response["content"] = content
        if path not in OPEN:
            response["headers"] = response.get("headers", {}) | _LIMITED


def _answer_of(operation: dict[str, Any]) -> dict[str, Any]:
    responses = operation["responses"]
    done = next(responses[one] for one in _DONE if one in responses)
    found: dict[str, Any] = done["content"][JSON.decode()]
    return found


def _examples() -> dict[str, Any]:
    """Return answers to the requests of our own small catalog, by method and path."""
    body = resources.files("modeldex.serve.schemas").joinpath(EXAMPLES).read_bytes()
    found: dict[str, Any] = msgspec.json.decode(body)
    return {name: one["answer"] for name, one in found.items()}


def _headers(names: Iterable[str]) -> dict[str, Schema]:
    return {name: _HEADERS[name] for name in names}


def _problem(status: int) -> dict[str, Any]:
    names = (*_OF_ALL, *_MORE.get(status, ()))
    return {"description": _PROBLEMS[status], "headers": _headers(names)}
