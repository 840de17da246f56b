"""A read touches memory and the snapshot only: no socket, no store, no provider."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serve.conftest import KINDS, small
from support import catalogs, live, wire

TESTS = Path(__file__).parents[1]
READS = [
    *KINDS.values(), "/models", "/readyz", "/healthz", "/v1/models/uni/small?unique=true",
    "/v1/models/nobody/nothing", "/v1/models?q=labs&sort=price&limit=2", "/v1/models?gateway=bolt",
]  # fmt: skip
ABSENT = {"sqlalchemy", "aiosqlite", "alembic", "httpx2", "httpcore2", "genai_prices", "redis"}
OUR_ABSENT = {f"modeldex.{name}" for name in ("store", "sources", "refresh", "pipeline", "fleet")}


@contextmanager
def watched(data_dir: Path, notes: Path) -> Iterator[str]:
    """Give the URL of a worker that notes what it reaches for."""
    port = live.free_port()
    env = live.variables(data_dir) | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    command = [sys.executable, "-m", "support.watched_worker", str(port), str(notes)]
    process = subprocess.Popen(command, env=env)
    try:
        live.eventually(lambda: live.is_ready(f"http://127.0.0.1:{port}"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(live.PATIENCE)


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    """What a worker reached for while it answered every kind of read, cold and warm."""
    directory = tmp_path_factory.mktemp("watched")
    catalogs.publish(directory / "snapshots", small())
    with watched(directory, directory / "notes") as url, wire.connected(url) as line:
        for path in READS * 2:
            for method in ("GET", "HEAD"):
                assert line.ask(path, method, accept_encoding="br").status in (200, 404)
    lines = (directory / "notes").read_text().splitlines()
    return [(event, what) for event, what in map(json.loads, lines)]


@pytest.mark.finding("RT-C2", "DB-C1")
@pytest.mark.finding("CA-H2", "CA-M3", kind="absent")
def test_a_read_opens_nothing_but_the_snapshot(notes: list[tuple[str, Any]]) -> None:
    """All that a worker ever opens is the snapshot's file, and it connects to nobody."""
    reached = {(event, what) for event, what in notes if event != "modules"}

    assert {event for event, _ in reached} == {"sqlite3.connect"}
    assert all("/snapshots/" in what and "immutable=1" in what for _, what in reached)


@pytest.mark.finding("RT-C2", "DB-C1")
def test_a_worker_loads_no_driver_no_client_and_no_source(notes: list[tuple[str, Any]]) -> None:
    """What would ask the store or a provider is not even in a worker's memory."""
    (modules,) = (set(what) for event, what in notes if event == "modules")
    ours = {".".join(name.split(".")[:2]) for name in modules if name.startswith("modeldex.")}

    assert {"modeldex.serve", "modeldex.query", "modeldex.snapshot"} <= ours
    assert not ours & OUR_ABSENT
    assert not {name.partition(".")[0] for name in modules} & ABSENT
