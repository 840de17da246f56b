"""After a swap, the questions that were asked most are asked again, before anybody else does.

They take the ordinary way, one at a time: they cost requests no more than one client would.
"""

import asyncio
from collections.abc import Hashable, Iterable, Iterator, Mapping
from heapq import nlargest
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.types import ASGIApp, Message

from modeldex.query.shelf import Shelved
from modeldex.serve.envelopes import VERSION
from modeldex.telemetry import Log

MOST = 32  # answers that are made again
_SLICE = 1000  # entries of a shelf that are looked at in one go
Left = Iterable[Mapping[Hashable, Shelved]]


class Ask(msgspec.Struct, frozen=True):
    """A question as it came, in one encoding; *versioned* where a client of Anthropic's asked."""

    path: bytes
    query: bytes
    versioned: bool
    encoding: str


class Warmer:
    """Asks again. For use on one event loop.

    What was popular before the last swap still counts half, so that a question is not forgotten
    for having been answered in advance.
    """

    def __init__(self, app: ASGIApp, log: Log, most: int = MOST) -> None:
        self.app, self.log, self.most = app, log, most
        self._popular: dict[Ask, int] = {}
        self._task: asyncio.Task[None] | None = None

    def begin(self, left: Left) -> None:
        """Begin with what the shelf held; what is still under way for an older one ends."""
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self.warm(left))

    async def warm(self, left: Left) -> None:
        """Choose, then ask, one after the other."""
        try:
            self._popular = await self._chosen(left)
            for one in sorted(self._popular, key=self._popular.__getitem__, reverse=True):
                await self.app(_scope(one), _receive, _drop)
        except Exception as error:  # nobody waits for it: it is as if nothing had been asked
            self.log.error("warming the shelf failed", exc_info=error)

    async def _chosen(self, left: Left) -> dict[Ask, int]:
        """Return the most popular questions, having let others have their turn meanwhile."""
        found = {one: count // 2 for one, count in self._popular.items()}
        for number, (one, hits) in enumerate(_asked(left), start=1):
            found[one] = found.get(one, 0) + hits
            if number % _SLICE == 0:
                found = self._best(found)
                await asyncio.sleep(0)
        return self._best(found)

    def _best(self, found: dict[Ask, int]) -> dict[Ask, int]:
        chosen = nlargest(self.most, found.items(), key=lambda one: one[1])
        return {one: count for one, count in chosen if count}


def _asked(left: Left) -> Iterator[tuple[Ask, int]]:
    """Yield what came over the wire, and how often; other entries mean the same to ourselves."""
    for entries in left:
        for key, shelved in entries.items():
            match key:
                case (bytes() as path, bytes() as query, bool() as versioned):
                    for encoding in shelved.bodies:
                        yield Ask(path, query, versioned, encoding), shelved.hits
                case ((bytes() as path, bytes() as query, bool() as versioned), str() as encoding):
                    yield Ask(path, query, versioned, encoding), shelved.hits
                case _:
                    pass  # not a spelling but a meaning: known to be asked again by the others


def _scope(one: Ask) -> dict[str, Any]:
    version = [(VERSION, b"2023-06-01")] if one.versioned else []
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote_to_bytes(one.path).decode(errors="replace"),
        "raw_path": one.path,
        "query_string": one.query,
        "root_path": "",
        "headers": [(b"accept-encoding", one.encoding.encode()), *version],
        "client": None,
        "server": None,
        "state": {},
    }


async def _receive() -> Message:
    """Have nothing to say, and stay."""
    nothing: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await nothing


async def _drop(_message: Message) -> None:
    """Read nothing: the answer is on the shelf now."""
