"""The applications of the catalogs that not everybody sees, each over a holder of its own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from starlette.types import ASGIApp

from modeldex.serve.answers import Answers

MOST_OPEN = 64
_NAME = re.compile(r"[0-9a-f]{32}")


class Scenery(NamedTuple):
    """One view of a worker: what it knows, and the application that answers from it."""

    answers: Answers
    app: ASGIApp


class Views:
    """Applications by the name of a view, made when a view is first asked for.

    A view that is not published is one without a catalog: its application says so. Those that
    were not asked for the longest are let go where too many are open.

    Args:
        directory: where views are published, each in a directory of its name.
        make: the view that a directory holds.
    """

    def __init__(
        self, directory: Path, make: Callable[[Path], Scenery], most: int = MOST_OPEN
    ) -> None:
        self.directory, self.make, self.most = directory, make, most
        self._open: dict[str, Scenery] = {}

    def __call__(self, name: str | None) -> ASGIApp | None:
        """Return the application of a view; ``None`` names the public catalog, which is none."""
        if name is None:
            return None
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name[:80]!r} is not the name of a view")
        found = self._open.pop(name, None) or self._made(name)
        self._open[name] = found  # the last one is the one asked for last
        return found.app

    def __iter__(self) -> Iterator[Answers]:
        """Yield what the open views know, but for those that are published no more."""
        for name, one in list(self._open.items()):
            if (self.directory / name).is_dir():
                yield one.answers
            else:
                del self._open[name]

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def _made(self, name: str) -> Scenery:
        while len(self._open) >= self.most:
            del self._open[next(iter(self._open))]
        made = self.make(self.directory / name)
        made.answers.current.poll()
        return made
