"""Errors as RFC 9457 problems: one sentence for people, one code for programs."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from modeldex.errors import QuestionError, UnknownParameter

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    410: "Gone",
    413: "Content too large",
    415: "Unsupported media type",
    500: "Internal error",
    503: "Not ready",
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    parameter: str | None = None,
    suggestions: Sequence[str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error response.

    Args:
        code: stable, for programs.
        detail: what was wrong and what to do; never an exception's own text.
        suggestions: what may have been meant.
    """
    body: dict[str, object] = {
        "type": f"urn:modeldex:problem:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if parameter is not None:
        body["parameter"] = parameter
    if suggestions is not None:
        body["suggestions"] = suggestions
    answer = Response(msgspec.json.encode(body), status, media_type=MEDIA_TYPE)
    answer.headers["cache-control"] = "no-store"
    answer.headers.update(headers or {})
    return answer


def bad_question(error: QuestionError) -> Response:
    """Return the answer to a question that cannot be answered as asked."""
    is_unknown = isinstance(error, UnknownParameter)
    return problem(
        400,
        "unknown_parameter" if is_unknown else "bad_value",
        str(error),
        parameter=error.parameter,
    )


def not_ready() -> Response:
    """Return the answer for a worker that has nothing to serve yet."""
    detail = "No catalog has been published yet. Try again in a few seconds."
    return problem(503, "not_ready", detail, headers={"retry-after": "2"})


def not_found(request: Request) -> Response:
    """Return the answer for a path that does not exist."""
    return problem(404, "not_found", f"There is nothing at {request.scope['path'][:200]!r}.")


def wrong_method(request: Request, allowed: str) -> Response:
    """Return the answer for a method that a path does not have; *allowed* are those it has."""
    detail = f"{request.method[:20]} is not possible at {request.scope['path'][:200]!r}."
    return problem(405, "wrong_method", f"{detail} Use {allowed}.", headers={"allow": allowed})
