"""Views are published beside the public catalog, and go when nobody wants them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from structlog.testing import CapturingLogger

from modeldex.domain.model import Catalog
from modeldex.refresh.viewing import Views
from modeldex.snapshot.publish import Publisher, read_pointer, views_directory
from modeldex.snapshot.reader import Snapshot
from support import catalogs

STAMP = "2026-11-23T12:00:00Z"


@pytest.fixture
def pool() -> Iterator[Executor]:
    """Give a thread to compress in."""
    with ThreadPoolExecutor(1) as found:
        yield found


class Stage:
    """Views in a directory, with what was logged of them."""

    def __init__(self, directory: Path, pool: Executor) -> None:
        self.directory, self.log = directory, CapturingLogger()
        self.views = Views(directory, lambda path: Publisher(path, lambda: 0.0, pool), self.log)

    def publish(self, **wanted: Callable[[], Catalog]) -> int:
        """Publish these views and no others."""
        return self.views.publish(wanted.items(), STAMP)

    def ids(self, name: str) -> list[str]:
        """Return the ids of the offers of a view as it is published."""
        folder = views_directory(self.directory) / name
        entry = read_pointer(folder).current
        assert entry is not None
        return [one for (one,) in Snapshot(folder / entry.file).rows(
            "select name from names where kind = 0 order by name"
        )]  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path, pool: Executor) -> Stage:
    """Give a directory without views."""
    return Stage(tmp_path, pool)


def test_each_view_has_a_catalog_of_its_own(stage: Stage) -> None:
    """In a directory of its name."""
    one, two = catalogs.sized(1, prefix="a-"), catalogs.sized(2, prefix="b-")

    assert stage.publish(aa=lambda: one, bb=lambda: two) == 2
    assert stage.ids("aa") == [offer.id for offer in one.offers]
    assert stage.ids("bb") == [offer.id for offer in two.offers]


def test_a_view_that_nobody_wants_goes(stage: Stage) -> None:
    """With all its files."""
    stage.publish(aa=lambda: catalogs.sized(1), bb=lambda: catalogs.sized(1))
    stage.publish(bb=lambda: catalogs.sized(1))

    assert [one.name for one in views_directory(stage.directory).iterdir()] == ["bb"]


def test_one_that_cannot_be_published_stays_as_it_was(stage: Stage) -> None:
    """It is reported by name, and the others follow."""
    good = catalogs.sized(1)
    twice = msgspec.structs.replace(good, offers=good.offers * 2)
    stage.publish(aa=lambda: good)
    stage.publish(aa=lambda: twice, bb=lambda: good)

    assert stage.ids("aa") == stage.ids("bb") == [good.offers[0].id]
    assert [call.kwargs["view"] for call in stage.log.calls] == ["aa"]
