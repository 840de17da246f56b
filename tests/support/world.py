"""The recorded world, and its controls: faults and counters of a running ``upstreams``."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import recorded
from support import live

NOW = "9999-12-31"


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

    def turn_to(self, date: str) -> None:
        """Let every source answer with its newest recording until *date*."""
        self._asked("/_date", {"date": date})

    @contextmanager
    def turned_back(self) -> Iterator[Callable[[str], None]]:
        """Give what turns the world to a date; at the end it is today's again."""
        try:
            yield self.turn_to
        finally:
            self.turn_to(NOW)

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


@contextmanager
def serving() -> Iterator[str]:
    """Give a mirror template that serves the recorded answers; without them, skip the test."""
    recorded.load()
    script = recorded.BESIDE.parent / "tools" / "upstreams.py"
    port = live.free_port()
    process = subprocess.Popen(
        [sys.executable, str(script), "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        live.eventually(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}/{{source}}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stats", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False
