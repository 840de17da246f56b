"""Published catalogs for tests, and what they answer."""

import json
import resource
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from modeldex.domain.model import Catalog
from modeldex.query import answer
from modeldex.query.question import EVERYTHING, Question
from modeldex.snapshot.publish import POINTER, Pointer, Publisher, read_pointer
from modeldex.snapshot.reader import Snapshot
from support.catalogs import STAMP


class Place:
    """A directory with a publisher of its own, whose clock the test sets."""

    def __init__(self, directory: Path, pool: Executor) -> None:
        self.directory, self.now = directory, 1_000_000.0
        self.publisher = Publisher(directory, lambda: self.now, pool)

    @property
    def pointer(self) -> Pointer:
        """What is published."""
        return read_pointer(self.directory)

    @property
    def pointer_file(self) -> Path:
        """The file that says it."""
        return self.directory / POINTER

    def publish(self, catalog: Catalog, *, after: float = 1.0, stamp: str = STAMP) -> str:
        """Publish *catalog* so many seconds later; return its id."""
        self.now += after
        return self.publisher.publish(catalog, stamp)[0]

    def file(self, name: str) -> Path:
        """Return the file of the catalog whose id is *name*."""
        return self.directory / f"{name}.sqlite"

    def names(self) -> set[str]:
        """Return the names of everything in the directory."""
        return {one.name for one in self.directory.iterdir()}


def published(directory: Path, catalog: Catalog, pool: Executor) -> Snapshot:
    """Publish *catalog* and open it."""
    place = Place(directory, pool)
    return Snapshot(place.file(place.publish(catalog)))


def ask(snapshot: Snapshot, question: Question = EVERYTHING, **changes: Any) -> dict[str, Any]:
    """Return the decoded answer to *question*, asked with some changes."""
    asked = msgspec.structs.replace(question, **changes)
    found: dict[str, Any] = json.loads(answer.page(snapshot, asked))
    return found


def ids(snapshot: Snapshot, question: Question = EVERYTHING, **changes: Any) -> list[str]:
    """Return the ids of the rows that answer a question."""
    return [row["id"] for row in ask(snapshot, question, **changes)["data"]]


@contextmanager
def no_more_files() -> Iterator[None]:
    """Let this process open no file for a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
