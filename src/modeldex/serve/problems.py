"""Errors: one sentence for people, one code for programs, in the envelope of who asks."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from modeldex.errors import QuestionError, UnknownParameter
from modeldex.serve import envelopes
from modeldex.serve.envelopes import NATIVE, Problem

MEDIA_TYPE = envelopes.PROBLEM


class ProblemResponse(Response):
    """A problem: RFC 9457, unless the request turns out to speak another dialect."""

    def __init__(self, found: Problem, headers: Mapping[str, str]) -> None:
        media_type, body = envelopes.render(NATIVE, found)
        super().__init__(body, found.status, media_type=media_type)
        self.headers["cache-control"] = "no-store"
        self.headers.update(headers)
        self.problem = found

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        dialect = envelopes.dialect_in(scope)
        if dialect != NATIVE:
            media_type, self.body = envelopes.render(dialect, self.problem)
            self.headers["content-type"] = media_type
            self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


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
    found = Problem(
        status=status, code=code, detail=detail, parameter=parameter, suggestions=suggestions
    )
    return ProblemResponse(found, headers or {})


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
