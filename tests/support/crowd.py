"""A crowd of clients of one worker: those who behave, and those who do not."""

import asyncio
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Said = tuple[int, str]  # status, and the code of a problem or nothing
KNOWN, STREAMED = "/v1/models?limit=20", "/v1/models?order=desc"
_MOST = 2**16
_COST = json.dumps({"offer": "acme/labs/m000001-v1", "usage": {"input": 10, "output": 5}})
_PATIENCE = 120.0


def request(target: str, *headers: str, body: str = "") -> bytes:
    """Return a GET, or a POST where there is a body, as it is written."""
    own = ("content-type: application/json", f"content-length: {len(body)}") if body else ()
    method = "POST" if body else "GET"
    lines = (f"{method} {target} HTTP/1.1", "host: storm", *headers, *own, "", body)
    return "\r\n".join(lines).encode()


class Crowd:
    """Clients of the worker at *port*, until *seconds* have passed.

    Args:
        keys: the key of the honest member, and one that is used more than it may be.

    Attributes:
        said: how often each role was answered what.
    """

    def __init__(self, port: int, seconds: float, keys: tuple[str, str], seed: int) -> None:
        self.port, self.seconds, self.chance = port, seconds, random.Random(seed)  # noqa: S311
        self.member_key, self.greedy_key = keys
        self.said: dict[str, Counter[Said]] = {}
        self._numbers = itertools.count(seed * 10**6)

    async def run(self, clients: int) -> None:
        """Let so many clients come at once, in all roles."""
        roles = (self.visitor, self.member, self.quitter, self.visitor, self.sluggard,
                 self.member, self.quitter, self.visitor, self.member, self.greedy)  # fmt: skip
        until = asyncio.get_running_loop().time() + self.seconds
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self._go_on(roles[number % len(roles)], number, until))

    async def _go_on(
        self, role: Callable[[int], Awaitable[None]], number: int, until: float
    ) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            async with asyncio.timeout(_PATIENCE):
                await role(number)

    async def visitor(self, number: int) -> None:
        """Ask what is known, without a key, from an address of one's own."""
        mine = f"x-forwarded-for: 198.51.{number >> 8}.{number & 255}"
        async with self._connected() as stream:
            for _ in range(5):
                await self._ask("visitor", stream, request(KNOWN, mine))

    async def member(self, _number: int) -> None:
        """Ask with a key what nobody asked before, and what it would cost."""
        key = f"x-api-key: {self.member_key}"
        async with self._connected() as stream:
            for _ in range(3):
                await self._ask("member", stream, request(self._unasked(), key))
                await self._ask("member", stream, request("/v1/cost", key, body=_COST))

    async def greedy(self, _number: int) -> None:
        """Ask with a key whose limit is low."""
        key = f"x-api-key: {self.greedy_key}"
        async with self._connected() as stream:
            for _ in range(10):
                await self._ask("greedy", stream, request(KNOWN, key))

    async def quitter(self, _number: int) -> None:
        """Ask, wholly or in part, and go away without a word."""
        wanted = (KNOWN, STREAMED, self._unasked(), "/v1/models")
        sent = request(self.chance.choice(wanted))
        async with self._connected() as (_, writer):
            writer.write(sent[: self.chance.choice((len(sent), len(sent), len(sent) - 9))])
            await asyncio.sleep(self.chance.random() / 50)
            writer.transport.abort()

    async def sluggard(self, _number: int) -> None:
        """Read a stream a little at a time, and now and then leave before its end."""
        async with self._connected() as (reader, writer):
            writer.write(request(STREAMED, "connection: close"))
            found = b""
            while piece := await reader.read(_MOST):
                found = found if len(found) > _MOST else found + piece
                await asyncio.sleep(0.01)
                if self.chance.random() < 1 / 50:
                    writer.transport.abort()
                    return
            if found:
                self._note("sluggard", found)

    def _unasked(self) -> str:
        number = next(self._numbers)
        return f"/v1/models?sort=price&limit=5&offset={number % 1000}&min_context={number}"

    async def _ask(self, role: str, stream: Stream, sent: bytes) -> None:
        reader, writer = stream
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", head)
        assert length is not None, head
        self._note(role, head + await reader.readexactly(int(length[1])))

    def _note(self, role: str, answer: bytes) -> None:
        code = re.search(rb'"code": ?"(\w+)"', answer) if answer[9:10] in b"45" else None
        said = int(answer[9:12]), code[1].decode() if code else ""
        self.said.setdefault(role, Counter())[said] += 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Stream]:
        stream = await asyncio.open_connection("127.0.0.1", self.port, limit=_MOST)
        try:
            with suppress(ConnectionResetError):
                yield stream
        finally:
            stream[1].transport.abort()
