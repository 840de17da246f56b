"""Fixtures that many tests share."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import recorded
from support import live, provider


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees the settings of whoever runs it, or their modeldex.toml."""
    for name in os.environ:
        if name.startswith("MODELDEX_") and name != "MODELDEX_TEST_SCALE":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fake_provider() -> Iterator[provider.FakeProvider]:
    """A provider whose answers the test scripts."""
    with provider.running() as found:
        yield found


@pytest.fixture(scope="session")
def upstreams() -> Iterator[str]:
    """The recorded world: a mirror template that serves the recorded answers of 34 providers."""
    recorded.load()
    script = recorded.BESIDE.parent / "tools" / "upstreams.py"
    port = live.free_port()
    process = subprocess.Popen(
        [sys.executable, str(script), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    live.eventually(lambda: _answers(port))
    yield f"http://127.0.0.1:{port}/{{source}}"
    process.terminate()
    process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stats", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
