"""Small ASGI applications behind the real protocol, with bounds that a test sets."""

import asyncio

from starlette.types import Receive, Scope, Send

from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.lane.door import DOOR, Door
from support.refreshing import Notebook

BODY = b"x" * 2**20


class Plain:
    """Answers every request with *size* pieces of a megabyte, once it may.

    Attributes:
        begun, ended, gone: how many requests came, how many were done with, and how many of these
            were told that their client has gone.
        log: what the connections reported.
    """

    def __init__(self, bounds: Bounds, pieces: int = 0, *, holds: bool = False) -> None:
        self.bounds, self.pieces, self.holds = bounds, pieces, holds
        self.begun = self.ended = self.gone = 0
        self.log = Notebook()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._may_go = asyncio.Event()

    def release(self) -> None:
        """Let the requests that are held go on."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._may_go.set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or begin."""
        if scope["type"] == "lifespan":
            await self._begin(scope, receive, send)
            return
        self.begun += 1
        try:
            await self._answer(receive, send)
        finally:
            self.ended += 1

    async def _answer(self, receive: Receive, send: Send) -> None:
        if self.holds and not await self._held(receive):
            self.gone += 1
            return
        size = b"%d" % (self.pieces * len(BODY))
        headers = [(b"content-length", size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(self.pieces):
            await send({"type": "http.response.body", "body": BODY, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _begin(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        scope["state"][DOOR] = Door(bounds=self.bounds, log=self.log)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _held(self, receive: Receive) -> bool:
        """Wait until the request may go on; return whether its client is still there."""
        leaving = asyncio.create_task(_gone(receive))
        going = asyncio.create_task(self._may_go.wait())
        await asyncio.wait({leaving, going}, return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        going.cancel()
        return not leaving.done()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
