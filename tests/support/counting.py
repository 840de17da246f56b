"""A way to PostgreSQL that counts what its clients send, by the frames of the protocol."""

import asyncio
import re
import struct
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_MOST = 2**16
_HEAD = struct.Struct("!ci")  # a kind, and the length of the rest, itself included
_QUERY, _PARSE, _BIND, _EXECUTE, _SYNC = b"Q", b"P", b"B", b"E", b"S"
_TABLE = re.compile(r"\b(?:from|into|update) (\w+)", re.IGNORECASE)


class Wire:
    """What came over the wire so far.

    Attributes:
        connections: that were ever opened.
        executed: how often each statement was run, by its verb and table: a simple query (``Q``)
            runs one, and of a prepared one each ``Execute`` does, so that a statement that is run
            for many rows one after the other counts as often.
        waits: how often a client waited for an answer: after a ``Query`` and after a ``Sync``.
    """

    def __init__(self, server: Path, directory: Path) -> None:
        self.server, self.directory = server, directory
        self.connections = self.waits = 0
        self.executed: Counter[str] = Counter()

    @property
    def statements(self) -> int:
        """How many statements were run."""
        return self.executed.total()

    def url(self, url: str) -> str:
        """Return the URL of a database of the server, this way."""
        return url.replace(str(self.server.parent), str(self.directory))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the way of one client."""
        self.connections += 1
        behind, ahead = await asyncio.open_unix_connection(str(self.server))
        back = asyncio.create_task(_hand_on(behind, writer))
        with suppress(asyncio.IncompleteReadError, OSError):
            await self._count(reader, ahead)
        for one in (ahead, writer):
            one.close()
            with suppress(OSError):
                await one.wait_closed()
        await asyncio.wait([back])

    async def _count(self, reader: asyncio.StreamReader, ahead: asyncio.StreamWriter) -> None:
        size = await reader.readexactly(4)  # the first message has no kind
        ahead.write(size + await reader.readexactly(int.from_bytes(size) - 4))
        prepared: dict[bytes, str] = {}
        bound: dict[bytes, str] = {}
        while True:
            head = await reader.readexactly(_HEAD.size)
            kind, length = _HEAD.unpack(head)
            body = await reader.readexactly(length - 4)
            self._note(kind, body, prepared, bound)
            ahead.write(head + body)
            await ahead.drain()

    def _note(
        self, kind: bytes, body: bytes, prepared: dict[bytes, str], bound: dict[bytes, str]
    ) -> None:
        self.waits += kind in (_QUERY, _SYNC)
        first, _, rest = body.partition(b"\0")
        if kind == _QUERY:
            self.executed[_named(first)] += 1
        elif kind == _PARSE:
            prepared[first] = _named(rest.partition(b"\0")[0])
        elif kind == _BIND:
            bound[first] = prepared[rest.partition(b"\0")[0]]
        elif kind == _EXECUTE:
            self.executed[bound[first]] += 1


@asynccontextmanager
async def counting(server: Path) -> AsyncIterator[Wire]:
    """Give a way to the socket of a server."""
    with tempfile.TemporaryDirectory(prefix="modeldex-") as name:  # a short one: sockets need it
        wire = Wire(server, Path(name))
        async with await asyncio.start_unix_server(wire.serve, f"{name}/{server.name}"):
            yield wire


async def _hand_on(behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await behind.read(_MOST):
            writer.write(data)
            await writer.drain()
    writer.close()


def _named(sql: bytes) -> str:
    """Return the verb and the first table of a statement, as in ``insert facts``."""
    words = sql.decode().strip().rstrip(";")
    verb, table = words.partition(" ")[0].lower(), _TABLE.search(words)
    return f"{verb} {table[1]}" if table else verb
