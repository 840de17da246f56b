"""A worker opens a view when it is asked for, and lets it go."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from modeldex.errors import NoSnapshot
from modeldex.query.shelf import Shelf
from modeldex.serve.answers import Answers
from modeldex.serve.views import Scenery, Views
from modeldex.snapshot.current import Current

ONE, TWO, THREE = ("1" * 32, "2" * 32, "3" * 32)


class Application:
    """Stands for the application over a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Never asked."""


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    """Give the views of a worker that holds two open."""
    with ThreadPoolExecutor(1) as pool:

        def made(directory: Path) -> Scenery:
            answers = Answers(Current(directory, lambda _: None), Shelf(1000, 1000), pool)
            return Scenery(answers, Application(directory))

        yield Views(tmp_path, made, most=2)


def test_a_view_is_made_once(views: Views, tmp_path: Path) -> None:
    """And again where it was asked for before two others."""
    first = views(ONE)
    assert isinstance(first, Application)
    assert first.directory == tmp_path / ONE
    assert views(TWO) is not first
    assert views(ONE) is first

    views(THREE)
    assert len(views) == 2
    assert views(ONE) is first


def test_the_public_catalog_is_no_view(views: Views) -> None:
    """It is served by the application that everybody gets."""
    assert views(None) is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 32, "1" * 31])
def test_what_is_no_name_of_a_view_opens_nothing(views: Views, name: str) -> None:
    """Such a key is a fault of ours: it gets an error, not the public catalog."""
    with pytest.raises(ValueError, match="not the name of a view"):
        views(name)


def test_a_view_that_is_not_published_has_no_catalog(views: Views, tmp_path: Path) -> None:
    """And is let go; one whose directory is there is kept."""
    views(ONE)
    (tmp_path / TWO).mkdir()
    views(TWO)

    (found,) = views
    assert found.current.directory == tmp_path / TWO
    with pytest.raises(NoSnapshot):
        _ = found.current.snapshot
    assert len(views) == 1
