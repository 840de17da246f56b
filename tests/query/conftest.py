"""Catalogs for the tests of questions."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from modeldex.domain.model import Catalog
from modeldex.snapshot.reader import Snapshot
from query import mixed
from support import catalogs
from support.snapshots import published

Publish = Callable[[Catalog], Snapshot]


@pytest.fixture(scope="session")
def pool() -> Iterator[Executor]:
    """Threads that compress."""
    with ThreadPoolExecutor(2) as found:
        yield found


@pytest.fixture(scope="session")
def publish(tmp_path_factory: pytest.TempPathFactory, pool: Executor) -> Publish:
    """Publish a catalog somewhere and open it."""
    return lambda catalog: published(tmp_path_factory.mktemp("catalog"), catalog, pool)


@pytest.fixture(scope="session")
def snapshot(publish: Publish) -> Snapshot:
    """The catalog of some sixty offers that has everything that makes questions hard."""
    return publish(mixed.catalog())


@pytest.fixture(scope="session")
def large(publish: Publish) -> Snapshot:
    """A catalog of 2,500 offers of as many models, half of them by each of two providers."""
    return publish(catalogs.sized(2500))


@pytest.fixture(scope="session")
def namesakes(publish: Publish) -> Snapshot:
    """5,000 offers that all have the same name, at one price or none."""
    return publish(mixed.namesakes(5000))


@pytest.fixture(scope="session")
def twins(publish: Publish) -> Snapshot:
    """Fewer offers of that kind."""
    return publish(mixed.namesakes(90))
