"""The front of a view, in pure ASGI: known questions are answered from the shelf."""

from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex.serve.envelopes import is_versioned
from modeldex.serve.known import Known
from modeldex.serve.representation import conditions, send_answer

SHELF = "modeldex.shelf"  # on the scope: whether it was a hit or a miss
_READING = ("GET", "HEAD")


class Front:
    """Answers those requests whose answer is on the shelf."""

    def __init__(self, app: ASGIApp, known: Known) -> None:
        self.app, self.known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the shelf, or pass on."""
        if scope["type"] != "http" or scope["method"] not in _READING:
            await self.app(scope, receive, send)
            return
        asked = conditions(scope["headers"])
        known = self.known.find(shelf_key(scope), asked)
        if known is None:
            scope[SHELF] = "miss"
            await self.app(scope, receive, send)
        else:
            scope[SHELF] = "hit"
            await send_answer(receive, send, known, asked, scope["method"])


def shelf_key(scope: Scope) -> tuple[bytes, bytes, bool]:
    """Return what identifies a question on the wire.

    That is its path and its query, as they came, and whether an Anthropic client asks.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw, scope["query_string"], is_versioned(scope["headers"])
