"""A worker in a process of its own that writes down what it reaches for.

``python -m support.watched_worker PORT FILE`` serves, and appends a line to FILE for every
connection it opens, every name it looks up, every database it opens and every process it starts;
its last line is the list of modules that it has loaded, written when it is told to stop.
"""

import json
import sys
from pathlib import Path
from typing import Any

_WATCHED = {
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "sqlite3.connect",
    "subprocess.Popen", "os.posix_spawn", "os.fork",
}  # fmt: skip


def main(port: int, notes: Path) -> None:
    """Serve until told to stop."""
    opened = notes.open("a", buffering=1)

    def note(event: str, given: tuple[Any, ...]) -> None:
        if event in _WATCHED:
            opened.write(
                json.dumps([event, str(given[0] if len(given) < 2 else given[:2])]) + "\n"
            )

    sys.addaudithook(note)
    import uvicorn  # noqa: PLC0415 - after the hook

    from modeldex.bootstrap import worker  # noqa: PLC0415 - after the hook

    uvicorn.run(worker.app(), port=port, loop="uvloop", http="httptools", log_level="critical")
    opened.write(json.dumps(["modules", sorted(sys.modules)]) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
