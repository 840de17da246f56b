"""Publishes the catalogs that not everybody sees: each in a directory of its own."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from modeldex.domain.model import Catalog
from modeldex.errors import ModeldexError
from modeldex.snapshot.publish import Publisher, views_directory
from modeldex.telemetry import Log

_FAULTS = (ModeldexError, OSError)


class Views:
    """Keeps the published views equal to those that are wanted.

    Args:
        directory: where the public snapshots are published.
        publisher: of a directory.
    """

    def __init__(self, directory: Path, publisher: Callable[[Path], Publisher], log: Log) -> None:
        self.directory, self.log = views_directory(directory), log
        self._publisher = publisher
        self._publishers: dict[str, Publisher] = {}

    def publish(self, wanted: Iterable[tuple[str, Callable[[], Catalog]]], stamp: str) -> int:
        """Publish each view under its name, and remove all others; return how many are there.

        One that cannot be published stays as it was, which is reported, and the others follow.
        """
        names = set()
        for name, build in wanted:
            names.add(name)
            try:
                self._of(name).publish(build(), stamp)
            except _FAULTS as error:
                self.log.error("a view could not be published", view=name, reason=str(error))
        self._remove_all_but(names)
        return len(names)

    def _of(self, name: str) -> Publisher:
        if name not in self._publishers:
            self._publishers[name] = self._publisher(self.directory / name)
        return self._publishers[name]

    def _remove_all_but(self, names: set[str]) -> None:
        self._publishers = {name: one for name, one in self._publishers.items() if name in names}
        if not self.directory.is_dir():
            return
        for folder in self.directory.iterdir():
            if folder.name not in names:
                shutil.rmtree(folder)
