"""A conversation with a source as a generator: it yields requests and receives responses.

It does no I/O, so the same few lines say how every source is asked: conditional requests, keys,
pages, what a status means.
"""

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import msgspec

from modeldex.errors import SourceError
from modeldex.sources.declaration import Declaration
from modeldex.sources.paging import Request, pages_of

_MOST_PAGES = 200
_OK, _NOT_MODIFIED, _TOO_MANY = 200, 304, 429


class Response(msgspec.Struct, frozen=True):
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Validators(msgspec.Struct, frozen=True):
    """What a conditional request needs from the last good answer."""

    etag: str | None = None
    last_modified: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """A complete answer; ``pages`` is empty where nothing changed since the last one."""

    pages: tuple[bytes, ...]
    validators: Validators = Validators()


Exchange = Generator[Request, Response, Answer]


def exchange(
    declaration: Declaration,
    first: Request,
    held: Validators,
    now: datetime,
    sign: Callable[[Request], Request] = lambda request: request,
) -> Exchange:
    """Ask a source for all its pages.

    Args:
        declaration: how its pages follow each other.
        first: the request for the first page.
        held: validators of the last good answer; it is then asked whether anything changed.
        now: to read a ``Retry-After`` that is a date.
        sign: puts a signature on each request.

    Raises:
        SourceError: by kind, when a page is refused or pages never end.
    """
    response = yield sign(
        msgspec.structs.replace(first, headers={**first.headers, **_conditional(held)})
    )
    if response.status == _NOT_MODIFIED and held != Validators():
        return Answer((), held)
    pages, validators = [_accepted(response, now)], _validators(response)
    follow, seen = pages_of(declaration), {(first.url, first.query)}
    while (request := follow(first, pages[-1], len(pages))) is not None:
        address = (request.url, request.query)
        if address in seen or len(pages) >= _MOST_PAGES:
            raise SourceError("decode", f"its pages do not end after {len(pages)}")
        seen.add(address)
        response = yield sign(request)
        pages.append(_accepted(response, now))
    # A cursor's pages may change while the first stays: only single pages are conditional.
    return Answer(tuple(pages), validators if len(pages) == 1 else Validators())


def _conditional(held: Validators) -> dict[str, str]:
    headers = {"if-none-match": held.etag, "if-modified-since": held.last_modified}
    return {name: value for name, value in headers.items() if value is not None}


def _validators(response: Response) -> Validators:
    return Validators(response.headers.get("etag"), response.headers.get("last-modified"))


def _accepted(response: Response, now: datetime) -> bytes:
    if response.status == _OK:
        return response.body
    wait = retry_after(response.headers.get("retry-after"), now)
    raise SourceError(_kind(response.status), f"it answered {response.status}", wait)


def _kind(status: int) -> str:
    if status in (401, 403):
        return "auth"
    if status == _TOO_MANY:
        return "rate_limit"
    return "server" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "client"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, in either of its forms."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
