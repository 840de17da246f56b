"""One line for each answer, written in batches so that no request waits for a pipe."""

from collections.abc import Callable
from typing import Any

import msgspec

from modeldex.serve.middleware.answered import Answered

_MOST_BYTES = 4 * 2**20  # that wait to be written
_LONGEST = 200  # characters of a path
_QUOTED = msgspec.json.encode


class AccessLog:
    """Collects lines; :meth:`flush` writes them.

    Where nobody reads what is written, lines are dropped and counted: memory does not grow.

    Args:
        write: writes bytes, and may block.
        log_format: ``json`` or ``console``.
        now: the current time in ISO form.
    """

    def __init__(
        self, write: Callable[[bytes], Any], log_format: str, now: Callable[[], str]
    ) -> None:
        self.write, self.now = write, now
        self._line = _json if log_format == "json" else _console
        self._lines: list[bytes] = []
        self._size = self.dropped = 0

    def note(self, one: Answered) -> None:
        """Take note of an answer."""
        if self._size > _MOST_BYTES:
            self.dropped += 1
            return
        line = self._line(one, self.now())
        self._lines.append(line)
        self._size += len(line)

    def flush(self) -> None:
        """Write what has come since."""
        lines, self._lines = self._lines, []
        if lines:
            self.write(b"".join(lines))
            self._size = sum(map(len, self._lines))


def _json(one: Answered, now: str) -> bytes:
    facts = {
        "event": "answered",
        "level": "info",
        "timestamp": now,
        "request_id": one.request_id,
        "method": one.method[:20],
        "path": one.path[:_LONGEST],
        "route": one.route,
        "status": one.status,
        "bytes": one.bytes,
        "ms": round(one.seconds * 1000, 2),
        "shelf": one.shelf,
        "outcome": one.outcome,
        "key": one.key,
        "client": one.client,
    }
    return _QUOTED(facts) + b"\n"


def _console(one: Answered, now: str) -> bytes:
    path = _QUOTED(one.path[:_LONGEST]).decode()  # quoted, so that no path breaks a line
    words = (
        f"{now} [access] {one.method[:20]} {path} {one.status} bytes={one.bytes} "
        f"ms={one.seconds * 1000:.2f} shelf={one.shelf} outcome={one.outcome} key={one.key} "
        f"client={one.client} request_id={one.request_id}\n"
    )
    return words.encode()
