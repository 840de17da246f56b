"""Requests that never become one: what the protocol itself answers, and then closes."""

from http import HTTPStatus

from starlette.responses import Response

from modeldex.serve import problems


class Refusal(Exception):
    """A request that is not even read to its end."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail

    def answer(self) -> Response:
        """Return it as a problem."""
        retry = {"retry-after": "1"} if self.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        return problems.problem(int(self.status), self.code, self.detail, headers=retry)


def invalid() -> Refusal:
    """Return the answer to what is not HTTP/1.1."""
    detail = "This is not a valid HTTP/1.1 request."
    return Refusal(HTTPStatus.BAD_REQUEST, "invalid_http", detail)


def url_too_long(most: int) -> Refusal:
    """Return the answer to a target that is too long."""
    detail = f"The request's target is longer than {most:,} bytes. Ask for less at a time."
    return Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "url_too_long", detail)


def headers_too_large(most: int, count: int) -> Refusal:
    """Return the answer to too many or too large headers."""
    detail = f"The headers are more than {count} or larger than {most:,} bytes. Send fewer."
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return Refusal(status, "headers_too_large", detail)


def body_too_large(most: int) -> Refusal:
    """Return the answer to a body that is too large."""
    detail = f"The body is larger than {most:,} bytes. Send less at a time."
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail)


def too_slow(seconds: float) -> Refusal:
    """Return the answer to a request that does not come to its end."""
    detail = f"The request was not complete after {seconds:g} s."
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, "too_slow", detail)


def too_many() -> Refusal:
    """Return the answer to a connection more than there may be, where all others are busy."""
    detail = "Too many connections are open here, and all are busy. Try again in a second."
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_connections", detail)


def failed() -> Refusal:
    """Return the answer where something failed here before there was a request."""
    detail = "Something failed here. It has been logged."
    return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)
