"""A provider that takes every call and never answers."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Hanging:
    """Counts its calls.

    Attributes:
        url: a mirror template that leads every source here.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.held = listener, list[socket.socket]()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/{{source}}"
        listener.settimeout(0)

    def calls(self) -> int:
        """Return how many have called so far."""
        with suppress(BlockingIOError):
            while True:
                self.held.append(self.listener.accept()[0])
        return len(self.held)


@contextmanager
def listening() -> Iterator[Hanging]:
    """Give one that takes calls."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        found = Hanging(listener)
        yield found
        for one in found.held:
            one.close()
