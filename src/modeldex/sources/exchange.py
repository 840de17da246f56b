"""A conversation with a source as a generator: it yields requests and receives responses.

It does no I/O, so the same few lines say how every source is asked: conditional requests, keys,
pages, what a status means.
"""

from collections.abc import Generator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from modeldex.errors import SourceError
from modeldex.sources import payload
from modeldex.sources.declaration import Declaration

_MOST_PAGES = 200
_OK, _NOT_MODIFIED, _TOO_MANY = 200, 304, 429


class Request(msgspec.Struct, frozen=True):
    """A GET."""

    url: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


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
    declaration: Declaration, url: str, key: str | None, held: Validators, now: datetime
) -> Exchange:
    """Ask a source for all its pages.

    Args:
        url: where, a mirror's address or the declared one.
        key: the source's key, never sent to a mirror.
        held: validators of the last good answer; it is then asked whether anything changed.
        now: to read a ``Retry-After`` that is a date.

    Raises:
        SourceError: by kind, when a page is refused or pages never end.
    """
    request = _first(declaration, url, key)
    response = yield msgspec.structs.replace(
        request, headers={**request.headers, **_conditional(held)}
    )
    if response.status == _NOT_MODIFIED and held != Validators():
        return Answer((), held)
    pages, validators = [_accepted(response, now)], _validators(response)
    seen: set[str] = set()
    while (cursor := _next_page(declaration, pages[-1])) is not None:
        if cursor in seen or len(pages) >= _MOST_PAGES:
            raise SourceError("decode", f"its pages do not end after {len(pages)}")
        seen.add(cursor)
        page = (declaration.page.parameter, cursor) if declaration.page else ("", "")
        response = yield msgspec.structs.replace(request, query=(*request.query, page))
        pages.append(_accepted(response, now))
    # A cursor's pages may change while the first stays: only single pages are conditional.
    return Answer(tuple(pages), validators if len(pages) == 1 else Validators())


def mirrored(url: str, template: str, source: str) -> str:
    """Return *url* at a mirror: scheme and host replaced, path and query kept."""
    parts = urlsplit(url)
    base = template.replace("{source}", source).rstrip("/")
    return base + urlunsplit(("", "", parts.path, parts.query, ""))


def _first(declaration: Declaration, url: str, key: str | None) -> Request:
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query), *declaration.query.items()]
    headers = {"accept": "application/json", **declaration.headers}
    how = declaration.key
    if key is not None and how is not None:
        if not (key.isascii() and key.isprintable()):  # a client's error would quote it
            raise SourceError("auth", "its key holds characters that cannot be sent")
        if how.place == "query":
            query.append((how.name, key))
        else:
            headers[how.name] = f"Bearer {key}" if how.place == "bearer" else how.prefix + key
    return Request(urlunsplit(parts._replace(query="")), tuple(query), headers)


def _conditional(held: Validators) -> dict[str, str]:
    headers = {"if-none-match": held.etag, "if-modified-since": held.last_modified}
    return {name: value for name, value in headers.items() if value is not None}


def _validators(response: Response) -> Validators:
    return Validators(response.headers.get("etag"), response.headers.get("last-modified"))


def _next_page(declaration: Declaration, body: bytes) -> str | None:
    page = declaration.page
    if page is None:
        return None
    if page.more is not None and payload.value(body, page.more) is not True:
        return None
    cursor = payload.value(body, page.next)
    if isinstance(cursor, str) and cursor:
        return cursor
    if page.more is not None:
        raise SourceError("decode", "it has more pages, but does not say where")
    return None


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
