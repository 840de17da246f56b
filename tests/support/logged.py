"""An access log that is kept."""

import json
from typing import Any

from modeldex.serve.middleware.access_log import AccessLog


class Lines:
    """An access log that is kept."""

    def __init__(self, log_format: str = "json") -> None:
        self.bytes = b""
        self.log = AccessLog(self._write, log_format, lambda: "now")

    def _write(self, lines: bytes) -> None:
        self.bytes += lines

    @property
    def found(self) -> list[dict[str, Any]]:
        """The lines so far."""
        self.log.flush()
        return [json.loads(line) for line in self.bytes.splitlines()]
