"""How the next page of a list is asked for: by cursor, page number, offset or address."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

import msgspec

from modeldex.errors import SourceError
from modeldex.sources import payload
from modeldex.sources.declaration import Declaration, Page


class Request(msgspec.Struct, frozen=True):
    """A GET."""

    url: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]


# The first request, the last page's body and the number of pages so far, to the next request.
Follow = Callable[[Request, bytes, int], Request | None]


def pages_of(declaration: Declaration) -> Follow:
    """Return what finds the next page's request; it returns ``None`` after the last page."""
    page = declaration.page
    if page is None:
        return lambda _first, _body, _count: None
    if page.url is not None:
        return lambda first, body, _count: _by_address(page, first, body)
    if page.parameter is not None:
        return lambda first, body, _count: _by_cursor(page, first, body)
    return lambda first, body, count: _by_number(declaration, page, first, body, count)


def _by_cursor(page: Page, first: Request, body: bytes) -> Request | None:
    if page.more is not None and payload.value(body, page.more) is not True:
        return None
    cursor = payload.value(body, page.next or "")
    if isinstance(cursor, str) and cursor:
        return _with(first, page.parameter or "", cursor)
    if page.more is not None:
        raise SourceError("decode", "it has more pages, but does not say where")
    return None


def _by_number(
    declaration: Declaration, page: Page, first: Request, body: bytes, count: int
) -> Request | None:
    rows = sum(1 for _ in payload.rows(body, declaration.rows))
    if page.number is not None:
        return _with(first, page.number, str(page.first + count)) if rows else None
    if rows < page.size:
        return None
    return _with(first, page.offset or "", str(page.size * count))


def _by_address(page: Page, first: Request, body: bytes) -> Request | None:
    found = payload.value(body, page.url or "")
    if not isinstance(found, str) or not found:
        return None
    try:
        target, here = urlsplit(urljoin(first.url, found)), urlsplit(first.url)
    except ValueError:
        raise SourceError("decode", "the address of its next page is none") from None
    if (target.scheme, target.netloc) != (here.scheme, here.netloc):
        reason = f"its next page is on another host, {target.hostname!r}, which is not asked"
        raise SourceError("client", reason)
    query = tuple(parse_qsl(target.query, keep_blank_values=True))
    return msgspec.structs.replace(first, url=urlunsplit(target._replace(query="")), query=query)


def _with(first: Request, name: str, value: str) -> Request:
    others = tuple(pair for pair in first.query if pair[0] != name)
    return msgspec.structs.replace(first, query=(*others, (name, value)))
