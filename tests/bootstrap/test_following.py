"""Nothing of a server that was killed goes on."""

import os
import signal
from pathlib import Path

import pytest

from support import live, workers

REFRESHER = b"refresher_main"


def lives(process: int) -> bool:
    """Return whether a process runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    return state != b"Z"


@pytest.mark.parametrize("count", ["1", "2"])
def test_workers_and_refresher_end_with_a_server_that_is_killed(
    tmp_path: Path, count: str
) -> None:
    """Even where it could not tell them; the port is free for the next one."""
    with live.serve_process(tmp_path, WORKERS=count) as (url, server):
        found = workers.children(server.pid) + workers.children(server.pid, REFRESHER)
        assert len(found) == (1 if count == "1" else 3)
        os.kill(server.pid, signal.SIGKILL)
        server.wait(live.PATIENCE)

        live.eventually(lambda: not any(map(lives, found)))
        assert not live.is_ready(url)
