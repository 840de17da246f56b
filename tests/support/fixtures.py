"""Fixtures that many tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import provider, world


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
    with world.serving() as template:
        yield template
