"""What one connection may take: bytes, headers, time; and what one worker may hold of them."""

import msgspec

PIECE = 2048  # bytes that are parsed at a time where more came at once: some 75 requests at most
MOST_PIPELINED = 16  # requests that wait behind the one that is being answered
MOST_HELD = 512 * 1024  # bytes of a connection that wait to be parsed
SAMPLE = 64  # connections that are looked at to find one that can go
LEAST_PROGRESS = 4096  # bytes that a reader must take within a drain deadline
LINGER = 2.0  # seconds in which what a refused client still sends is thrown away
HALF_CLOSED = 1.0  # seconds in which who has ended its side may still be answered


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of a worker's connections.

    Attributes:
        url: bytes of a request's target; above, 414.
        headers: bytes of all its headers; above, 431.
        header_count: so many headers; above, 431.
        body: bytes of a body; above, 413.
        receive: seconds from the first byte of a request, or from the opening of the connection,
            to its last byte; then 408, or nothing where nothing came.
        drain: seconds in which a client must take some of what it was sent, else it is cut off.
        fast_lane: whether known questions are answered before there is a request.
        connections: open ones; the one that has waited longest is closed for a new one.
    """

    url: int = 9 * 1024
    headers: int = 32 * 1024
    header_count: int = 100
    body: int = 2 * 2**20
    receive: float = 15.0
    drain: float = 20.0
    connections: int = 4096
    fast_lane: bool = True
