"""A provider on this machine: a real HTTP server whose answers a test scripts."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

_PATIENCE = 30.0


@dataclass
class Reply:
    """What the provider answers.

    Attributes:
        delay: seconds before anything is sent.
        gate: an event that is awaited before anything is sent.
        cut: close the connection after so many bytes of the body.
        drop: close the connection without an answer.
    """

    body: bytes = b'{"data": []}'
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    gate: threading.Event | None = None
    cut: int | None = None
    drop: bool = False


@dataclass
class Asked:
    """A request that arrived; header names in lower case, the path with its query."""

    path: str
    headers: dict[str, str]


class FakeProvider:
    """Answers each path with its replies in turn, the last one for ever; unknown paths are 404.

    Attributes:
        asked: the requests that arrived, in their order.
        most_in_flight: how many were ever being answered at the same time.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.most_in_flight = self._in_flight = 0
        self._lock = threading.Lock()
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[Asked] = []

    def script(self, path: str, *replies: Reply) -> None:
        """Answer requests for *path* (without its query) with *replies*."""
        self.replies[path] = list(replies)

    def count(self, path: str) -> int:
        """Return how often *path* was asked for."""
        return sum(one.path.partition("?")[0] == path for one in self.asked)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count a request as in flight."""
        with self._lock:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight -= 1

    def next_reply(self, path: str) -> Reply:
        """Return the reply whose turn it is."""
        left = self.replies.get(path.partition("?")[0])
        if not left:
            return Reply(b"{}", status=404)
        return left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def running() -> Iterator[FakeProvider]:
    """Give a running provider on a free port of the loopback interface."""
    server = _Server(("127.0.0.1", 0), _Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined] # read by the handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    @override
    def handle_error(self, *_words: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        provider: FakeProvider = self.server.provider  # type: ignore[attr-defined] # see running()
        headers = {name.lower(): value for name, value in self.headers.items()}
        provider.asked.append(Asked(self.path, headers))
        with provider.answering():
            reply = provider.next_reply(self.path)
            time.sleep(reply.delay)
            if reply.gate is not None:
                reply.gate.wait(_PATIENCE)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    @override
    def log_message(self, *_words: Any) -> None:
        """Say nothing."""
