"""The front of a view, in pure ASGI: known questions are answered from the shelf."""

from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex.serve.answers import Answers
from modeldex.serve.representation import Negotiator, conditions, send_answer

SHELF = "modeldex.shelf"  # on the scope: whether it was a hit or a miss
_READING = ("GET", "HEAD")


class Front:
    """Answers those requests whose answer is on the shelf."""

    def __init__(self, app: ASGIApp, answers: Answers, negotiator: Negotiator) -> None:
        self.app, self.answers, self.negotiator = app, answers, negotiator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the shelf, or pass on."""
        if scope["type"] != "http" or scope["method"] not in _READING:
            await self.app(scope, receive, send)
            return
        asked = conditions(scope["headers"])
        key = shelf_key(scope)
        known = self.answers.shelved(key, self.negotiator.choose(asked.accept_encoding))
        if known is None:
            scope[SHELF] = "miss"
            await self.app(scope, receive, send)
        else:
            scope[SHELF] = "hit"
            await send_answer(receive, send, known, asked, scope["method"])


def shelf_key(scope: Scope) -> tuple[bytes, bytes]:
    """Return what identifies a question on the wire: its path and its query, as they came."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw, scope["query_string"]
