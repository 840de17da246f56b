"""Raw sockets: bytes as they are written, and what comes back until the server closes."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from support import live

_PASSING = re.compile(
    rb"(?im)^(date|x-request-id|ratelimit|x-ratelimit-reset|retry-after): [^\r]*"
)
LAST = b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"


def get(target: str, *headers: str, method: str = "GET") -> bytes:
    """Return a request as it is written."""
    return "\r\n".join([f"{method} {target} HTTP/1.1", "host: test", *headers, "", ""]).encode()


@contextmanager
def connected(url: str, receive_buffer: int | None = None) -> Iterator[socket.socket]:
    """Give a connection to the server at *url*.

    Args:
        receive_buffer: bytes that the system takes for a client that does not read.
    """
    with socket.socket() as found:
        if receive_buffer is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        found.settimeout(live.PATIENCE)
        found.connect(("127.0.0.1", urlsplit(url).port or 0))
        yield found


def exchange(url: str, *pieces: bytes) -> bytes:
    """Send *pieces*, as many as the server takes, and return all that comes until it closes."""
    with connected(url) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
        return rest(line)


def is_closed(line: socket.socket) -> bool:
    """Return whether the server has closed a connection on which it said nothing."""
    line.settimeout(0)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def rest(line: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    found = bytearray()
    try:
        while data := line.recv(2**16):
            found += data
    except ConnectionResetError:
        pass
    return bytes(found)


def masked(said: bytes) -> bytes:
    """Return answers without what is of one moment."""
    return re.sub(rb"in \d+ s\.", b"in - s.", _PASSING.sub(rb"\1: -", said))


def statuses(said: bytes) -> list[int]:
    """Return the status of each answer."""
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3})", said)]
