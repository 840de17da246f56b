"""What a request may be: how long its URL, how large its headers and body, of which type."""

from collections.abc import Mapping

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.middleware.refusals import refuse

Said = tuple[int, str, str]
JSON = frozenset({"application/json"})
MOST_HELD = 64 * 2**20  # bytes of all bodies that are here at a time
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_FULL = (503, "bodies_full", "Too much is being sent here at once. Try again in a second.")
_SOON = ((b"retry-after", b"1"),)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What the edge takes.

    Attributes:
        url_bytes: of path and query as they came.
        header_bytes: of all names and values.
        body_bytes: of a body, counted while it comes.
        takes: path to the media types that may be sent to it, where that is not JSON alone.
    """

    url_bytes: int
    header_bytes: int
    body_bytes: int
    takes: Mapping[str, frozenset[str]] = {}

    def problem(self, scope: Scope) -> Said | None:
        """Return what is wrong with the head of a request."""
        url = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
        if url > self.url_bytes:
            return 414, "url_too_long", f"A URL may have {self.url_bytes:,} bytes."
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self.header_bytes:
            return 431, "headers_too_large", f"Headers may have {self.header_bytes:,} bytes."
        return None


class Bodies:
    """Looks at what is sent along, and takes all of it, before anything else does.

    So a body that comes slowly holds no place of those who are answered. A body without a content
    type passes, and so does one that is said to be empty.

    Attributes:
        held: bytes of bodies that are here now.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self.app, self.bounds = app, bounds
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be, once it has come."""
        if scope["type"] != "http" or scope["method"] not in _BODIES:
            await self.app(scope, receive, send)
            return
        named = dict(scope["headers"])
        said = self._size(named) or self._type(scope["path"], named)
        if said is None:
            await self._taken(scope, receive, send)
        else:
            await refuse(scope, receive, send, said)

    def _size(self, headers: Mapping[bytes, bytes]) -> Said | None:
        length = headers.get(b"content-length", b"")
        is_too_large = length.isdigit() and int(length) > self.bounds.body_bytes
        return self._too_large() if is_too_large else None

    def _too_large(self) -> Said:
        most = self.bounds.body_bytes
        return 413, "body_too_large", f"The body is larger than {most:,} bytes. Send less."

    def _type(self, path: str, headers: Mapping[bytes, bytes]) -> Said | None:
        given = headers.get(b"content-type", b"").partition(b";")[0]
        media = given.strip().lower().decode("latin-1")
        allowed = self.bounds.takes.get(path, JSON)
        if not media or media in allowed or headers.get(b"content-length") == b"0":
            return None
        detail = f"Send the body as content-type: {' or '.join(sorted(allowed))}."
        return 415, "wrong_content_type", detail

    async def _taken(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            said = await self._read(receive, body)
            if said is None:
                await self.app(scope, _replayed(bytes(body), receive), send)
            else:
                await refuse(scope, receive, send, said, _SOON if said is _FULL else ())
        except _Gone:
            return  # nobody is left to answer
        finally:
            self.held -= len(body)

    async def _read(self, receive: Receive, body: bytearray) -> Said | None:
        """Fill *body*; return what is wrong with it.

        Raises:
            _Gone: the client went away before its end.
        """
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            piece = message.get("body", b"")
            body += piece
            self.held += len(piece)
            if len(body) > self.bounds.body_bytes:
                return self._too_large()
            if self.held > MOST_HELD:
                return _FULL
            if not message.get("more_body", False):
                return None


class _Gone(Exception):
    """The client is."""


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the whole body first."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
