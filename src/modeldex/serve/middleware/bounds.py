"""What a request may be: how long its URL, how large its headers and body, of which type."""

from collections.abc import Mapping

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.middleware.refusals import refuse

Said = tuple[int, str, str]
JSON = frozenset({"application/json"})
_BODIES = frozenset({"POST", "PUT", "PATCH"})


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
    """Looks at what is sent along, before anything else does.

    A body without a content type passes, and so does one that is said to be empty.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self.app, self.bounds = app, bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be, counting it while it comes."""
        if scope["type"] != "http" or scope["method"] not in _BODIES:
            await self.app(scope, receive, send)
            return
        named = dict(scope["headers"])
        said = self._size(named) or self._type(scope["path"], named)
        if said is None:
            await self._counted(scope, receive, send)
        else:
            await refuse(scope, receive, send, said)

    def _size(self, headers: Mapping[bytes, bytes]) -> Said | None:
        length = headers.get(b"content-length", b"")
        return self._too_large() if length.isdigit() and int(length) > self._most else None

    @property
    def _most(self) -> int:
        return self.bounds.body_bytes

    def _too_large(self) -> Said:
        return 413, "body_too_large", f"The body is larger than {self._most:,} bytes. Send less."

    def _type(self, path: str, headers: Mapping[bytes, bytes]) -> Said | None:
        given = headers.get(b"content-type", b"").partition(b";")[0]
        media = given.strip().lower().decode("latin-1")
        allowed = self.bounds.takes.get(path, JSON)
        if not media or media in allowed or headers.get(b"content-length") == b"0":
            return None
        detail = f"Send the body as content-type: {' or '.join(sorted(allowed))}."
        return 415, "wrong_content_type", detail

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        counting = _Counting(receive, send, self._most)
        try:
            await self.app(scope, counting.receive, counting.send)
        except _TooLarge:
            await refuse(scope, receive, send, self._too_large())


class _TooLarge(Exception):
    """More came than may."""


class _Counting:
    """Counts what is received until the answer begins."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._left = receive, send, most
        self._is_over = self._has_begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0 and not self._has_begun:
            self._is_over = True
            raise _TooLarge
        return message

    async def send(self, message: Message) -> None:
        if self._is_over:  # whoever made an answer of it: the edge gives the one that is right
            raise _TooLarge
        self._has_begun = True
        await self._send(message)
