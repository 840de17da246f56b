"""What the system holds of a connection counts as not taken yet."""

import asyncio
import socket
import time
from contextlib import closing, suppress

from typing_extensions import override

from modeldex.serve.lane import unsent
from modeldex.serve.lane.bounds import Bounds
from support import live
from support.plain import BODY, Plain


class Wire(asyncio.Transport):
    """A transport of a socket, or of none."""

    def __init__(self, of: socket.socket | None) -> None:
        super().__init__({} if of is None else {"socket": of})

    @override
    def close(self) -> None:
        """Leave the socket to its owner."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    return ours, theirs


def test_what_nobody_reads_is_counted_until_somebody_does() -> None:
    """All of it is gone once the other side has read it."""
    ours, theirs = pair()
    with closing(ours), closing(theirs):
        ours.settimeout(0)
        theirs.settimeout(0)
        with suppress(BlockingIOError):
            while ours.send(BODY):
                pass
        full = unsent.by_kernel(Wire(ours))

        def is_empty() -> bool:
            with suppress(BlockingIOError):
                while theirs.recv(2**20):
                    pass
            return unsent.by_kernel(Wire(ours)) == 0

        assert full > 0
        live.eventually(is_empty)


def test_what_cannot_be_asked_holds_nothing() -> None:
    """A transport without a socket, and a socket that is closed."""
    ours, theirs = pair()
    ours.close()
    theirs.close()

    assert unsent.by_kernel(Wire(None)) == unsent.by_kernel(Wire(ours)) == 0


def test_who_reads_slowly_gets_it_all() -> None:
    """A reader who takes some in each look, but whom the kernel's buffer hides, is not cut off."""
    with live.served(Plain(Bounds(drain=0.2), pieces=5)) as url:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**15)
        line.connect(("127.0.0.1", int(url.rpartition(":")[2])))
        with closing(line):
            line.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            got = 0
            while got < 5 * len(BODY) and (piece := line.recv(2**15)):
                got += len(piece)
                time.sleep(0.02)

    assert got >= 5 * len(BODY)
