"""Fixtures of the tests of snapshots."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from support.snapshots import Place


@pytest.fixture(scope="session")
def pool() -> Iterator[Executor]:
    """Threads that compress."""
    with ThreadPoolExecutor(2) as found:
        yield found


@pytest.fixture
def place(tmp_path: Path, pool: Executor) -> Place:
    """A directory to publish into."""
    return Place(tmp_path / "snapshots", pool)
