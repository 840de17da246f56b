"""The edge around small applications, and clients that look at raw sockets."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex.access import keys
from modeldex.access.keys import KeyRecord
from modeldex.bootstrap import guarding
from modeldex.serve.edge import Edge, inner
from modeldex.serve.known import Known
from modeldex.serve.representation import Negotiator
from support import live, workers
from support.refreshing import Notebook

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
JSON = (b"content-type", b"application/json")


def edge(
    data_dir: Path,
    handler: Handler,
    pool: Executor | None = None,
    log: Notebook | None = None,
    **settings: Any,
) -> Edge:
    """Return the whole edge around *handler*, which gets HTTP requests only."""
    notes = log or Notebook()
    gate = guarding.gate(live.settings(data_dir, **settings), notes)
    known = workers.answers(data_dir, pool or ThreadPoolExecutor(1), notes)
    app = _with_lifespan(handler, gate.guards.ring.run)
    return Edge(gate, inner(app, Known(known, Negotiator()), gate))


def _with_lifespan(handler: Handler, *running: Callable[[], Any]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            tasks = [asyncio.create_task(one()) for one in running]
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": message["type"] + ".complete"})
            for one in tasks:
                one.cancel()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await handler(scope, receive, send)

    return app


async def reply(send: Send, body: bytes = b"{}", status: int = 200) -> None:
    """Send a JSON answer whose length is known."""
    headers = [JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def opened(door: threading.Event) -> None:
    """Wait, without keeping the loop from anything, until the test opens *door*."""
    loop = asyncio.get_running_loop()
    due = loop.create_future()

    def look() -> None:
        if due.cancelled():
            return
        if door.is_set():
            due.set_result(None)
        else:
            loop.call_later(0.002, look)

    look()
    await due


def key_file(data_dir: Path, **tokens: KeyRecord) -> None:
    """Write the key file; each key is its own token's name."""
    records = [
        KeyRecord(**{**_fields(record), "id": token, "sha256": keys.digest(token)})
        for token, record in tokens.items()
    ]
    keys.write(data_dir / keys.FILE, records)


def key(**fields: Any) -> KeyRecord:
    """Return a record whose id and hash are still to come."""
    return KeyRecord(id="", sha256="", **fields)


def _fields(record: KeyRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


@contextmanager
def connection(url: str, sent: bytes = b"") -> Iterator[socket.socket]:
    """Give a socket to the server at *url* on which *sent* was sent."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=live.PATIENCE) as found:
        found.sendall(sent)
        yield found


def get(path: str, *headers: str) -> bytes:
    """Return the bytes of a GET."""
    lines = (f"GET {path} HTTP/1.1", "host: test", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def until(line: socket.socket, wanted: bytes) -> bytes:
    """Read until *wanted* has come."""
    found = b""
    while wanted not in found:
        piece = line.recv(65536)
        assert piece, f"the connection ended after {found!r}"
        found += piece
    return found
