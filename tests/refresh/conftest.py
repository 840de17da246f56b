"""What the tests of the refresher share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import stamina

from support.provider import FakeProvider
from support.refreshing import Workshop


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Failed requests are tried again without pauses, as often as usual."""
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


@pytest.fixture
def workshop(tmp_path: Path, fake_provider: FakeProvider) -> Iterator[Workshop]:
    """A refresher over declarations and a provider that the test writes."""
    with ThreadPoolExecutor(1) as pool:
        yield Workshop(tmp_path, fake_provider, pool)
