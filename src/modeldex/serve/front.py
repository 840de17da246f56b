"""The front of a worker, in pure ASGI: request ids, and known questions from the shelf."""

import re
import secrets
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.known import Known
from modeldex.serve.representation import conditions, send_answer

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_READING = ("GET", "HEAD")


class Front:
    """Gives every request an id, and answers those whose answer is on the shelf."""

    def __init__(self, app: ASGIApp, known: Known) -> None:
        self.app, self.known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the shelf, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = request_id(scope["headers"])

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", given)]
            await send(message)

        if scope["method"] in _READING:
            asked = conditions(scope["headers"])
            key = shelf_key(scope)
            known = self.known.find(key, asked)
            if known is not None:
                await send_answer(receive, with_id, known, asked, scope["method"])
                return
        await self.app(scope, receive, with_id)


def shelf_key(scope: Scope) -> tuple[bytes, bytes]:
    """Return what identifies a question on the wire: its path and its query, as they came."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw, scope["query_string"]


def request_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the client's id where it is harmless, else a new one."""
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value
    return secrets.token_hex(16).encode()
