"""Compression of what no other has packed: whole bodies, sent at once, without an encoding."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Executor

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.representation import Negotiator
from modeldex.snapshot.documents import IDENTITY, compress

_TEXTUAL = (b"application/json", b"application/problem+json", b"text/", b"image/svg+xml")
_LARGE = 32 * 1024  # bytes from which packing is work for a thread
_VARY = (b"vary", b"accept-encoding")
Headers = list[tuple[bytes, bytes]]


class Compression:
    """Packs bodies of at least *smallest* bytes, large ones in a thread of *pool*.

    A stream passes as it comes. An entity tag becomes a weak one: what is packed has other bytes.
    """

    def __init__(
        self, app: ASGIApp, negotiator: Negotiator, pool: Executor, smallest: int
    ) -> None:
        self.app, self.negotiator, self.pool, self.smallest = app, negotiator, pool, smallest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, packing where the client takes it and it gains something."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Packing(self, scope, send).send)

    async def pack(self, body: bytes, encoding: str) -> bytes:
        """Return *body* in an encoding."""
        if len(body) < _LARGE:
            return compress(body, encoding)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, compress, body, encoding)


class _Packing:
    """One answer: its start is held back until it is known whether all of it comes at once."""

    def __init__(self, layer: Compression, scope: Scope, send: Send) -> None:
        self._layer, self._scope, self._send = layer, scope, send
        self._held: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_packable(message["headers"]):
            self._held = message
            return
        start, self._held = self._held, None
        if start is not None:
            start, message = await self._packed(start, message)
            await self._send(start)
        await self._send(message)

    async def _packed(self, start: Message, message: Message) -> tuple[Message, Message]:
        body: bytes = message.get("body", b"")
        if message.get("more_body", False) or len(body) < self._layer.smallest:
            return start, message
        headers = _varied(start["headers"])
        encoding = self._layer.negotiator.choose(_accepted(self._scope["headers"]))
        if encoding != IDENTITY:
            body = await self._layer.pack(body, encoding)
            headers = _repacked(headers, encoding, len(body))
        return {**start, "headers": headers}, {**message, "body": body}


def _is_packable(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a body is text in no encoding, and nobody said to leave it so."""
    named = dict(headers)
    if b"no-transform" in named.get(b"cache-control", b""):
        return False
    is_textual = named.get(b"content-type", b"").startswith(_TEXTUAL)
    return is_textual and b"content-encoding" not in named


def _varied(headers: Headers) -> Headers:
    said = any(name == b"vary" and b"accept-encoding" in value.lower() for name, value in headers)
    return headers if said else [*headers, _VARY]


def _accepted(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b",".join(value for name, value in headers if name == b"accept-encoding")


def _repacked(headers: Headers, encoding: str, size: int) -> Headers:
    kept = [
        (name, b"W/" + value if name == b"etag" and not value.startswith(b"W/") else value)
        for name, value in headers
        if name != b"content-length"
    ]
    return [*kept, (b"content-encoding", encoding.encode()), (b"content-length", b"%d" % size)]
