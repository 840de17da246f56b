"""`modeldex serve`; what it serves is in test_end_to_end.py."""

import socket
from pathlib import Path

from support import live


def test_a_port_in_use_is_a_failure_that_says_so(data_dir: Path) -> None:
    """The command ends, with its refresher, and does not pretend to serve."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = live.run(data_dir, "serve", "--port", port, SOURCES="genai-prices")

    assert done.returncode not in (0, 2)
    assert "address already in use" in done.stderr
    assert "Traceback" not in done.stderr
