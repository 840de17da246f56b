"""A way to PostgreSQL that breaks at a chosen moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_MOST = 2**16


class Cutting:
    """Hands bytes on, both ways, and cuts a connection once.

    Attributes:
        word: the connection is cut at the first of these words that a client sends.
        heard: the server got that word, and did it, before the cut.
        cuts: connections that were cut.
        silent: what either side sends is lost, and nobody is told.
    """

    def __init__(self, server: Path, word: bytes, *, heard: bool) -> None:
        self.server, self.word, self.heard, self.cuts = server, word, heard, 0
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the way of one client."""
        behind, ahead = await asyncio.open_unix_connection(str(self.server))
        back = asyncio.create_task(self._back(behind, writer))
        while (data := await reader.read(_MOST)) and not (self.word in data and not self.cuts):
            if not self.silent:
                ahead.write(data)
        if data:
            self.cuts += 1
            back.cancel()
            await asyncio.wait([back])
            if self.heard:
                ahead.write(data)
                await behind.read(_MOST)
        for one in (ahead, writer):
            one.close()
            with suppress(OSError):
                await one.wait_closed()
        await asyncio.wait([back])

    async def _back(self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await behind.read(_MOST):
            if not self.silent:
                writer.write(data)
        if not self.silent:
            writer.close()


@asynccontextmanager
async def cutting(
    server: Path, directory: Path, word: bytes, *, heard: bool
) -> AsyncIterator[Cutting]:
    """Give a way in *directory* to the socket of a server."""
    found = Cutting(server, word, heard=heard)
    way = str(directory / server.name)
    async with await asyncio.start_unix_server(found.serve, way):
        yield found
