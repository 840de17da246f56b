"""How many requests run at a time: L run, Q wait in line, the next is turned away at once."""

import asyncio
from math import ceil

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldex.access.rules import ALWAYS
from modeldex.serve.middleware.refusals import refuse


class Full(Exception):
    """There is no place, and none in the queue; or the wait was over before there was one."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class Places:
    """A number of places, and a bounded queue for them, first come, first served.

    Every place that :meth:`enter` gives is given back by one :meth:`leave`. Who is cancelled while
    waiting leaves the queue; who is cancelled in the moment that it gets a place passes it on.

    An answer in pieces is made while it is sent, for as long as its reader takes. It gives its
    place back when it begins, and takes one of another kind, so that readers who are slow never
    keep questions out.

    Args:
        most_streams: answers in pieces that may be under way.

    Attributes:
        running: places taken.
        streams: answers in pieces under way.
    """

    def __init__(
        self, limit: int, queue_size: int, queue_timeout: float, most_streams: int
    ) -> None:
        self.limit, self.queue_size, self.queue_timeout = limit, queue_size, queue_timeout
        self.most_streams = most_streams
        self.running = self.streams = 0
        self._line: dict[asyncio.Future[None], None] = {}

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._line)

    async def enter(self) -> None:
        """Take a place, waiting for one if there is room to wait.

        Raises:
            Full: there is neither.
        """
        if self.running < self.limit and not self._line:
            self.running += 1
        elif len(self._line) >= self.queue_size:
            raise Full("queue_full", "Too many requests are waiting already. Try again soon.")
        else:
            await self._wait()

    def leave(self) -> None:
        """Give a place back: to the first who waits, if anybody does."""
        while self._line:
            turn = next(iter(self._line))
            del self._line[turn]
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._line[turn] = None
        try:
            async with asyncio.timeout(self.queue_timeout):
                await turn
        except BaseException as error:
            self._line.pop(turn, None)
            if turn.done() and not turn.cancelled():
                self.leave()
            if isinstance(error, TimeoutError):
                detail = f"No place became free in {self.queue_timeout:g} s. Try again soon."
                raise Full("queue_timeout", detail) from None
            raise


class _Abandoned(Exception):
    """There was no place for the stream that an application began; it has been answered."""


class Admission:
    """Lets so many requests run; each runs once, whatever comes of it."""

    def __init__(self, app: ASGIApp, places: Places) -> None:
        self.app, self.places = app, places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request in a place, or turn it away."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self.app(scope, receive, send)
            return
        try:
            await self.places.enter()
        except Full as full:
            await self._refuse(scope, receive, send, full)
            return
        await self._run(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        place, opening = _Place(self.places), list[Message]()

        async def watched(message: Message) -> None:
            if place.is_refused:
                raise _Abandoned
            if message["type"] == "http.response.start":
                opening.append(message)  # until its body shows whether it comes in pieces
                return
            if message.get("more_body", False) and not place.is_stream:
                try:
                    place.turn_into_stream()
                except Full as full:
                    await self._refuse(scope, receive, send, full)
                    raise _Abandoned from None
            while opening:
                await send(opening.pop())
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except _Abandoned:
            return
        finally:
            place.leave()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, full: Full) -> None:
        wait = b"%d" % max(1, ceil(self.places.queue_timeout / 5))
        said = (503, full.code, full.detail)
        await refuse(scope, receive, send, said, [(b"retry-after", wait)])


class _Place:
    """The place of one request, given back once."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.is_stream = self.is_refused = False

    def turn_into_stream(self) -> None:
        if self.places.streams >= self.places.most_streams:
            self.is_refused = True
            raise Full("streams_full", "Too many long answers are under way. Ask with `limit`.")
        self.is_stream = True
        self.places.streams += 1
        self.places.leave()

    def leave(self) -> None:
        if self.is_stream:
            self.places.streams -= 1
        else:
            self.places.leave()
