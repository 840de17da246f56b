"""One request on its way through the edge, and what is sent for it."""

from collections.abc import Callable, Iterable

from starlette.types import Message, Scope, Send

from modeldex.access.guards import Admitted
from modeldex.access.networks import NOWHERE
from modeldex.serve.front import SHELF
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.refusals import OUTCOME

Headers = list[tuple[bytes, bytes]]
ADMITTED = Admitted()
_GONE = 499  # no answer began before the client went away


class Exchange:
    """Dresses the answer with the edge's headers, and counts what is sent of it.

    Args:
        began: when the request came, by the edge's clock.
        dress: returns the edge's headers for what the guards said.
        over: is told once, with the last byte, or when there is none to come.

    Attributes:
        said: what the guards said, once they were asked.
        status: of the answer, once it began.
    """

    __slots__ = (
        "_dress", "_is_over", "_over", "_send", "began", "bytes", "id", "said", "scope", "status",
    )  # fmt: skip

    def __init__(
        self,
        scope: Scope,
        send: Send,
        began: float,
        name: bytes,
        dress: Callable[[bytes, Admitted], Headers],
        over: Callable[["Exchange"], None],
    ) -> None:
        self.scope, self._send, self.began, self.id = scope, send, began, name
        self._dress, self._over, self.said = dress, over, ADMITTED
        self._is_over = False
        self.status = self.bytes = 0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = message["headers"]
            if self.said.is_private:
                own = privately(own)
            message["headers"] = [*own, *self._dress(self.id, self.said)]
        elif self.scope["method"] != "HEAD":
            self.bytes += len(message.get("body", b""))
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.end()

    def end(self) -> None:
        """Take note that it is over."""
        if not self._is_over:
            self._is_over = True
            self._over(self)

    async def whole(
        self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b""
    ) -> None:
        """Send all of an answer."""
        opening = {"type": "http.response.start", "status": status, "headers": [*headers]}
        await self.send(opening)
        sent = b"" if self.scope["method"] == "HEAD" else body
        await self.send({"type": "http.response.body", "body": sent})

    def summary(self, now: float, route: str, parent: str = "") -> Answered:
        """Return what is to be known of it now that it is over."""
        scope = self.scope
        return Answered(
            request_id=self.id.decode(),
            method=scope["method"],
            path=scope["path"],
            route=route,
            status=self.status or _GONE,
            bytes=self.bytes,
            seconds=now - self.began,
            shelf=scope.get(SHELF, "-"),
            outcome=scope.get(OUTCOME, "-"),
            key=self.said.principal.key_id or "-",
            client=self.said.client or NOWHERE.group,
            parent=parent,
        )


def privately(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return headers that no shared cache may act on."""
    return [
        (name, value.replace(b"public", b"private") if name == b"cache-control" else value)
        for name, value in headers
    ]
