"""How long an answer may take to begin, and that nobody works for a client who has gone."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.serve.middleware.refusals import refuse

BEGAN = "modeldex.began"  # on the scope: when the request came, so that the queue counts too
_CODE = "deadline"


class Deadline:
    """Answers 504 in place of an application that has not begun to answer in time.

    An answer that has begun is let be: a second beginning would break it. A client who goes away
    before it is complete ends the work.

    Args:
        seconds: from the request's arrival, time in the queue included, to the first byte.
        clock: the one by which arrivals were noted.
    """

    def __init__(self, app: ASGIApp, seconds: float, clock: Callable[[], float]) -> None:
        self.app, self.seconds, self.clock = app, seconds, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for as long as somebody waits and may."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        run = _Run(receive, send)
        work = asyncio.create_task(self._work(scope, run))
        listening = asyncio.create_task(run.listen())
        try:
            if await self._is_late(scope, run, work, listening):
                run.is_closed = True
                await self._refuse(scope, receive, send)
        finally:
            await _ended(listening, work)
        for task in (work, listening):
            if not task.cancelled():
                task.result()

    async def _work(self, scope: Scope, run: "_Run") -> None:
        await self.app(scope, run.receive, run.send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"This took longer than {self.seconds:g} s. Ask for less, or again."
        await refuse(scope, receive, send, (504, _CODE, detail), [(b"retry-after", b"1")])

    async def _is_late(
        self,
        scope: Scope,
        run: "_Run",
        work: asyncio.Task[None],
        listening: asyncio.Task[None],
    ) -> bool:
        """Wait for the end of the work, or of the client; return whether no answer began."""
        now = self.clock()
        left = max(scope.get(BEGAN, now) + self.seconds - now, 0)
        ends = {work, listening}
        await asyncio.wait({*ends, run.begun}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if not (work.done() or listening.done() or run.begun.done()):
            return True
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        return False


class _Run:
    """One request under way: what it receives passes through here, and what it sends."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._inbox: asyncio.Queue[Message] = asyncio.Queue(1)
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_closed = self.is_complete = False

    async def listen(self) -> None:
        """Pass on what comes, until the client goes or has everything."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._tell(message)
                if not self.is_complete:
                    return
                await asyncio.Event().wait()  # the application may take its time to end
            await self._inbox.put(message)

    def _tell(self, message: Message) -> None:
        if self._inbox.full():
            self._inbox.get_nowait()
        self._inbox.put_nowait(message)

    async def receive(self) -> Message:
        message = await self._inbox.get()
        if message["type"] == "http.disconnect":
            self._tell(message)  # whoever asks again is told again
        return message

    async def send(self, message: Message) -> None:
        if self.is_closed:
            return
        if not self.begun.done():
            self.begun.set_result(None)
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_complete = True


async def _ended(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks and wait until they have ended; what they raised is for another to see."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
