"""Real servers for tests: one in this process, or the whole command."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from modeldex.bootstrap import worker
from modeldex.serve.lane.fast import FastLane
from modeldex.settings import Settings

UNLIMITED: Mapping[str, Any] = {"rate_limit_anonymous": "off", "access_log": False}
PATIENCE = 90.0  # seconds after which a test gives up


def settings(data_dir: Path, **changes: Any) -> Settings:
    """Return settings for a data directory, whatever the environment says otherwise.

    Unless told otherwise, nothing is limited and no access log is kept.
    """
    return Settings(data_dir=data_dir, **{**UNLIMITED, **changes})


def application(data_dir: Path, **changes: Any) -> ASGIApp:
    """Return a worker's application."""
    return worker.build(settings(data_dir, **changes), structlog.get_logger())


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Give the base URL at which a real uvicorn serves *app* in a thread of this process."""
    config = uvicorn.Config(
        app, port=0, loop="uvloop", http=FastLane, ws="none", log_level="critical",
        proxy_headers=False, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


@contextmanager
def serve_command(data_dir: Path, **environment: str) -> Iterator[str]:
    """Give the base URL of a ``modeldex serve`` that is ready, as its user would run it."""
    with serve_process(data_dir, **environment) as (url, _):
        yield url


@contextmanager
def serve_process(
    data_dir: Path, **environment: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Give the base URL and the process of a ``modeldex serve`` that is ready."""
    port = free_port()
    env = variables(data_dir, PORT=str(port), **environment)
    process = subprocess.Popen([sys.executable, "-m", "modeldex", "serve"], env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: process.poll() is not None or is_ready(url))
        assert process.poll() is None, "modeldex serve ended"
        yield url, process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def run(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``modeldex`` with *arguments* and wait for it."""
    return _ran(data_dir, ["-m", "modeldex", *arguments], environment)


def python(data_dir: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run *code* in a process of its own and wait for it."""
    return _ran(data_dir, ["-c", code], environment)


def _ran(
    data_dir: Path, arguments: Iterable[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=variables(data_dir, **environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def variables(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return an environment with these ``MODELDEX_`` settings and no others.

    Unless told otherwise, every source is at a port where nobody listens.
    """
    found = {name: value for name, value in os.environ.items() if not _is_ours(name)}
    given: Mapping[str, str] = {
        "DATA_DIR": str(data_dir),
        "SOURCE_MIRROR": "http://127.0.0.1:9/{source}",
        "RATE_LIMIT_ANONYMOUS": "off",
        **settings,
    }
    return found | {f"MODELDEX_{name}": value for name, value in given.items()}


def eventually(holds: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until *holds* is true; fail after *patience* seconds."""
    until = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < until, f"not true within {patience} s"
        time.sleep(0.02)


def is_ready(url: str) -> bool:
    """Return whether a server has a catalog to serve."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _is_ours(name: str) -> bool:
    return name.startswith("MODELDEX_")
