"""The recorded world's controls: faults and counters of a running ``upstreams``."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class World:
    """The recorded world behind a mirror template."""

    def __init__(self, template: str) -> None:
        self.template, self.url = template, template.removesuffix("/{source}")

    def hits(self) -> dict[str, int]:
        """Return how often each source was asked since the last reset."""
        found: dict[str, int] = self._asked("/_stats")["hits"]
        return found

    def reset(self) -> None:
        """Forget all counts and faults."""
        self._asked("/_reset", {})

    @contextmanager
    def faulty(self, fault: str, *sources: str) -> Iterator[None]:
        """Let *sources* answer with a fault."""
        for source in sources:
            self._asked("/_fault", {"source": source, "fault": fault})
        yield
        for source in sources:
            self._asked("/_fault", {"source": source, "fault": None})

    def _asked(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.url + path, data, timeout=10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
