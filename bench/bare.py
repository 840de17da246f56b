"""The least that an ASGI application can do: finished bytes by query string, on uvicorn.

Run: ``python bench/bare.py PORT FOLDER``, the folder holding one answer per query string: the
header lines, an empty line, the body. A request with ``If-None-Match`` gets 304.
"""

import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def application(folder: Path) -> ASGIApp:
    """Return the function that sends what lies in *folder*."""
    known = {
        unquote_to_bytes(file.name): _messages(file.read_bytes()) for file in folder.iterdir()
    }
    unchanged: Message = {"type": "http.response.start", "status": 304, "headers": []}
    nothing: Message = {"type": "http.response.body", "body": b""}

    async def bare(scope: Scope, _receive: Receive, send: Send) -> None:
        for name, _ in scope["headers"]:
            if name == b"if-none-match":
                await send(unchanged)
                await send(nothing)
                return
        start, body = known[scope["query_string"]]
        await send(start)
        await send(body)

    return bare


def _messages(stored: bytes) -> tuple[Message, Message]:
    head, _, body = stored.partition(b"\n\n")
    headers = [tuple(line.split(b": ", 1)) for line in head.split(b"\n")]
    start: Message = {"type": "http.response.start", "status": 200, "headers": headers}
    return start, {"type": "http.response.body", "body": body}


if __name__ == "__main__":
    uvicorn.run(
        application(Path(sys.argv[2])),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
    )
