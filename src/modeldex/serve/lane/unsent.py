"""What the system holds of a connection: written by us, and not yet taken by the client."""

import array
import asyncio
import fcntl
import termios


def by_kernel(transport: asyncio.Transport) -> int:
    """Return how many bytes wait in the kernel; 0 where it does not say.

    A slow reader empties these first, and until then a transport's own buffer stands still.
    """
    socket = transport.get_extra_info("socket")
    if socket is None:
        return 0
    waiting = array.array("i", [0])
    try:
        fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, waiting)
    except (OSError, ValueError):  # a system that does not tell, or a socket that is closed
        return 0
    return waiting[0]
