"""The front of a worker, in pure ASGI: request ids, and known questions from the shelf."""

import re
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.answers import Answers
from modeldex.serve.envelopes import is_versioned
from modeldex.serve.representation import Negotiator, conditions, send_answer

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_READING = ("GET", "HEAD")


class Front:
    """Gives every request an id, and answers those whose answer is on the shelf."""

    def __init__(self, app: ASGIApp, answers: Answers, negotiator: Negotiator) -> None:
        self.app, self.answers, self.negotiator = app, answers, negotiator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the shelf, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        if scope["method"] in _READING:
            asked = conditions(scope["headers"])
            key = shelf_key(scope)
            known = self.answers.shelved(key, self.negotiator.choose(asked.accept_encoding))
            if known is not None:
                await send_answer(receive, with_id, known, asked, scope["method"])
                return
        await self.app(scope, receive, with_id)


def shelf_key(scope: Scope) -> tuple[bytes, bytes, bool]:
    """Return what identifies a question on the wire.

    That is its path and its query, as they came, and whether an Anthropic client asks.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw, scope["query_string"], is_versioned(scope["headers"])


def _request_id(scope: Scope) -> bytes:
    """Return the client's id where it is harmless, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            found: bytes = value
            return found
    return secrets.token_hex(16).encode()
