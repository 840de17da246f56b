"""One finished answer and how it is sent: encodings, entity tags, conditions, HEAD.

The same few functions serve hits, misses, 304 and HEAD, so their headers cannot differ.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus

import msgspec
from starlette.types import Message, Receive, Send

from modeldex.errors import DamagedSnapshot
from modeldex.snapshot.documents import ENCODINGS, IDENTITY

CACHE_CONTROL = b"public, max-age=60, stale-while-revalidate=300"
VARY = b"accept-encoding, anthropic-version, authorization, x-api-key, x-goog-api-key"
JSON = b"application/json"
LOSSY = b"x-modeldex-lossy"  # how much of the catalog the answer's dialect cannot say
Headers = tuple[tuple[bytes, bytes], ...]
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 1000, 200


class Representation(msgspec.Struct, frozen=True):
    """What is sent for a question in one encoding.

    Attributes:
        size: bytes of the body; ``None`` where it is made while it is sent.
        body: the bytes, or slices of them.
        extra: headers of this content, such as what its dialect could not say.
        heads: rendered headers, by status and who may keep it, from whoever renders them.
    """

    etag: bytes
    encoding: str
    last_modified: bytes
    size: int | None
    body: bytes | AsyncIterator[bytes]
    cache_control: bytes = CACHE_CONTROL
    media_type: bytes = JSON
    extra: Headers = ()
    heads: dict[int, bytes] = msgspec.field(default_factory=dict)


class Conditions(msgspec.Struct, frozen=True):
    """The headers of a request that decide how it is answered."""

    accept_encoding: bytes = b""
    if_none_match: bytes | None = None
    if_modified_since: bytes | None = None


def conditions(headers: Iterable[tuple[bytes, bytes]]) -> Conditions:
    """Return the deciding headers; of a repeated one, all values together."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in (b"accept-encoding", b"if-none-match", b"if-modified-since"):
            found[name] = found[name] + b"," + value if name in found else value
    return Conditions(
        found.get(b"accept-encoding", b""),
        found.get(b"if-none-match"),
        found.get(b"if-modified-since"),
    )


class Negotiator:
    """Chooses an encoding; remembers the few spellings that clients use."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def choose(self, accept: bytes) -> str:
        """Return the best encoding that *accept* allows, identity where it allows none."""
        found = self._known.get(accept)
        if found is None:
            found = _negotiate(accept)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            if len(accept) <= _LONGEST_REMEMBERED:
                self._known[accept] = found
        return found


def _negotiate(accept: bytes) -> str:
    weights: dict[str, float] = {}
    for item in accept.decode("latin-1").lower().split(","):
        name, *parameters = item.strip().split(";")
        weights[name.strip()] = _quality(parameters)
    best = max(ENCODINGS, key=lambda one: weights.get(one, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def http_date(timestamp: str) -> bytes:
    """Return an ISO time as an HTTP date."""
    moment = datetime.fromisoformat(timestamp).astimezone(UTC)
    return format_datetime(moment, usegmt=True).encode()


def is_unchanged(etag: bytes, last_modified: bytes, asked: Conditions) -> bool:
    """Return whether the client has this representation already (RFC 9110 §13.2.2).

    An entity tag decides alone where one is given; ``*`` matches anything there is. A date must be
    the very one that this content bears: an older content can come back, and with it an earlier
    date.
    """
    if asked.if_none_match is not None:
        if asked.if_none_match == etag:
            return True
        tags = [tag.strip().removeprefix(b"W/") for tag in asked.if_none_match.split(b",")]
        return etag in tags or b"*" in tags
    if asked.if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(asked.if_modified_since.decode("latin-1"))
        return parsedate_to_datetime(last_modified.decode()) == since
    except (ValueError, TypeError, OverflowError):
        return False


def header_list(found: Representation) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer with this representation has, 304 and HEAD included."""
    return [
        (b"etag", found.etag),
        (b"cache-control", found.cache_control),
        (b"vary", VARY),
        (b"last-modified", found.last_modified),
        *found.extra,
    ]


def start(found: Representation, asked: Conditions) -> Message:
    """Return the start of the answer: 304 where the client has it, else 200 with its headers."""
    headers = header_list(found)
    if is_unchanged(found.etag, found.last_modified, asked):
        return {"type": "http.response.start", "status": 304, "headers": headers}
    headers.append((b"content-type", found.media_type))
    if found.encoding != IDENTITY:
        headers.append((b"content-encoding", found.encoding.encode()))
    if found.size is not None:
        headers.append((b"content-length", b"%d" % found.size))
    return {"type": "http.response.start", "status": 200, "headers": headers}


async def send_answer(
    receive: Receive, send: Send, found: Representation, asked: Conditions, method: str
) -> None:
    """Send the whole answer; what is made while it is sent is left where the client goes away."""
    opening = start(found, asked)
    await send(opening)
    if opening["status"] != HTTPStatus.OK or method == "HEAD":
        await send(_end(b""))
    elif isinstance(found.body, bytes):
        await send(_end(found.body))
    else:
        await _send_pieces(receive, send, found.body)


async def _send_pieces(receive: Receive, send: Send, pieces: AsyncIterator[bytes]) -> None:
    """Send pieces and an end; without an end, the server cuts the connection."""
    leaving = asyncio.create_task(_until_gone(receive))
    try:
        async for piece in pieces:
            if leaving.done():
                return
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send(_end(b""))
    except DamagedSnapshot:
        return  # it has been reported; a client sees that its answer is not whole
    finally:
        leaving.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _end(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": False}
