"""In which dialect a request speaks, and every problem in the envelope that it expects."""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Scope

from modeldex.dialects import anthropic, google, huggingface, openai, openrouter, vercel

NATIVE = "native"
VERSION = b"anthropic-version"
PROBLEM, JSON = "application/problem+json", "application/json"
UNION = "union"
_SHAPES = (NATIVE, openai.NAME, anthropic.NAME, UNION)
_PLACES = {
    "/v1beta": google.NAME,
    "/api/v1": openrouter.NAME,
    "/vercel": vercel.NAME,
    "/huggingface": huggingface.NAME,
    "/priced": openai.NAME,
}
_TITLES = {
    401: "Key required",
    403: "Not allowed",
    408: "Request timeout",
    413: "Content too large",
    414: "URI too long",
    431: "Headers too large",
    500: "Internal error",
    503: "Not ready",
}
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_GOOGLE = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    410: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_OPENAI = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_OPENAI_NAMES = {"model_id": "model"}
_SERVER = 500
Body = dict[str, object]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with a request.

    Attributes:
        status: of the answer.
        code: stable, for programs.
        detail: what was wrong and what to do.
        parameter: which one was wrong; ``None`` where none was.
        suggestions: what may have been meant; ``None`` where that is no question.
    """

    status: int
    code: str
    detail: str
    parameter: str | None = None
    suggestions: Sequence[str] | None = None


def is_versioned(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether an Anthropic client asks; names are in lower case, as ASGI has them."""
    return any(name == VERSION for name, _ in headers)


def dialect_of(path: str, headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> str:
    """Return the name of the dialect in which a request expects its errors."""
    for place, name in _PLACES.items():
        if path == place or path.startswith(f"{place}/"):
            return name
    if b"shape=" in query and (shape := _shape(query)) in _SHAPES:
        return shape
    return anthropic.NAME if is_versioned(headers) else NATIVE


def dialect_in(scope: Scope) -> str:
    """Return the same of an ASGI scope."""
    return dialect_of(scope["path"], scope["headers"], scope["query_string"])


def render(dialect: str, problem: Problem) -> tuple[str, bytes]:
    """Return a problem's media type and body in a dialect; RFC 9457 natively.

    The native one carries OpenAI's ``error`` as well, since its clients ask native routes.
    """
    media_type = PROBLEM if dialect == NATIVE else JSON
    said = _ENVELOPES.get(dialect, _openai)(problem)
    return media_type, msgspec.json.encode(said)


def _native(problem: Problem) -> Body:
    told = {"parameter": problem.parameter, "suggestions": problem.suggestions}
    about = {name: value for name, value in told.items() if value is not None}
    return {
        "type": f"urn:modeldex:problem:{problem.code}",
        "title": _title(problem.status),
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        **about,
        **_openai(problem),
    }


def _openai(problem: Problem) -> Body:
    parameter = problem.parameter
    default = "server_error" if problem.status >= _SERVER else "invalid_request_error"
    error = {
        "message": problem.detail,
        "type": _OPENAI.get(problem.status, default),
        "param": None if parameter is None else _OPENAI_NAMES.get(parameter, parameter),
        "code": problem.code,
    }
    return {"error": error}


def _anthropic(problem: Problem) -> Body:
    default = "api_error" if problem.status >= _SERVER else "invalid_request_error"
    kind = _ANTHROPIC.get(problem.status, default)
    return {"type": "error", "error": {"type": kind, "message": problem.detail}}


def _union(problem: Problem) -> Body:
    return {"type": "error", **_openai(problem)}


def _google(problem: Problem) -> Body:
    default = "INTERNAL" if problem.status >= _SERVER else "INVALID_ARGUMENT"
    status = _GOOGLE.get(problem.status, default)
    return {"error": {"code": problem.status, "message": problem.detail, "status": status}}


def _openrouter(problem: Problem) -> Body:
    return {"error": {"code": problem.status, "message": problem.detail}}


def _title(status: int) -> str:
    return _TITLES.get(status) or HTTPStatus(status).phrase.capitalize()


def _shape(query: bytes) -> str:
    given = dict(parse_qsl(query.decode("latin-1")))
    return given.get("shape", "").lower()


_ENVELOPES: dict[str, Callable[[Problem], Body]] = {
    NATIVE: _native,
    openai.NAME: _openai,
    anthropic.NAME: _anthropic,
    UNION: _union,
    google.NAME: _google,
    openrouter.NAME: _openrouter,
}
