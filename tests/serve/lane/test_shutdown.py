"""The end of a worker: it does not wait for ever for those who do not read."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from serve.conftest import STREAMED, many
from support import catalogs, live, raw
from support.raw import get

WORKER = (
    "from modeldex import settings; from modeldex.bootstrap import serving; "
    "serving.run_workers(settings.load())"
)


@pytest.mark.parametrize("pieces", [b"", b"GET / HT", get(STREAMED) * 12])
def test_a_worker_ends_whatever_its_clients_do(tmp_path: Path, pieces: bytes) -> None:
    """One that says nothing, one in the middle of a request, one that reads no answer."""
    catalogs.publish(tmp_path / "snapshots", many())
    port = live.free_port()
    patient = str(4 * live.PATIENCE)
    env = live.variables(
        tmp_path, PORT=str(port), SHUTDOWN_TIMEOUT="1", DRAIN_TIMEOUT=patient,
        RECEIVE_TIMEOUT=patient,
    )  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        live.eventually(lambda: live.is_ready(url))
        with raw.connected(url, receive_buffer=2**12) as line:
            line.sendall(pieces)
            assert live.is_ready(url)
            process.send_signal(signal.SIGTERM)
            process.wait(live.PATIENCE)
    finally:
        process.kill()
        process.wait()
