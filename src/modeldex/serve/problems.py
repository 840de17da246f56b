"""Errors as RFC 9457 problems: one sentence for people, one code for programs."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    413: "Content too large",
    414: "URI too long",
    415: "Unsupported media type",
    431: "Headers too large",
    500: "Internal error",
    503: "Not ready",
}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error response.

    Args:
        code: stable, for programs.
        detail: what was wrong and what to do; never an exception's own text.
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
    answer = Response(msgspec.json.encode(body), status, media_type=MEDIA_TYPE)
    answer.headers["cache-control"] = "no-store"
    answer.headers.update(headers or {})
    return answer


def not_ready() -> Response:
    """Return the answer for a worker that has nothing to serve yet."""
    detail = "No catalog has been published yet. Try again in a few seconds."
    return problem(503, "not_ready", detail, headers={"retry-after": "2"})


def not_found(request: Request) -> Response:
    """Return the answer for a path that does not exist."""
    return problem(404, "not_found", f"There is nothing at {request.scope['path'][:200]!r}.")
