"""A provider on this machine: a real HTTP server whose answers a test scripts."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the provider answers.

    Attributes:
        delay: seconds before anything is sent.
        cut: close the connection after so many bytes of the body.
    """

    body: bytes = b'{"data": []}'
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None


@dataclass
class Asked:
    """A request that arrived; header names in lower case, the path with its query."""

    path: str
    headers: dict[str, str]


class FakeProvider:
    """Answers each path with its replies in turn, the last one for ever; unknown paths are 404."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []

    def script(self, path: str, *replies: Reply) -> None:
        """Answer requests for *path* (without its query) with *replies*."""
        self.replies[path] = list(replies)

    def count(self, path: str) -> int:
        """Return how often *path* was asked for."""
        return sum(one.path.partition("?")[0] == path for one in self.asked)

    def next_reply(self, path: str) -> Reply:
        """Return the reply whose turn it is."""
        left = self.replies.get(path.partition("?")[0])
        if not left:
            return Reply(b"{}", status=404)
        return left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def running() -> Iterator[FakeProvider]:
    """Give a running provider on a free port of the loopback interface."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined] # read by the handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802 - the base class's name
        provider: FakeProvider = self.server.provider  # type: ignore[attr-defined] # see running()
        headers = {name.lower(): value for name, value in self.headers.items()}
        provider.asked.append(Asked(self.path, headers))
        reply = provider.next_reply(self.path)
        time.sleep(reply.delay)
        try:
            self._send(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""
