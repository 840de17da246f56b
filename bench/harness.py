"""What the benches share: tools, pinned servers, interleaved rounds, medians, tables."""

import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TypeVar
from urllib.parse import urlsplit

_PATIENCE = 30.0  # seconds
_OK = 200
_TOOL_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_Cell = TypeVar("_Cell", bound=Hashable)


class Missing(Exception):
    """Something that the bench needs is not on this machine; says what, and how to get it."""


def tool(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        Missing: naming Debian's package that has it.
    """
    found = shutil.which(name, path=_TOOL_PATH)
    if found is None:
        raise Missing(
            f"{name} is not installed (apt-get install {package}); nothing was measured."
        )
    return found


def cores() -> tuple[int, int]:
    """Return the core for servers and the core for load, the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def pause() -> None:
    """Wait a moment for a server that is starting."""
    time.sleep(0.05)


@contextmanager
def running(command: Sequence[str], core: int, url: str, **environment: str) -> Iterator[None]:
    """Run a server pinned to *core* for the length of the block; inside it, *url* answers."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            _pinned(command, core), env=os.environ | environment, stdout=said, stderr=said
        )
        try:
            if not _answers(url, process):
                said.seek(0)
                words = said.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"{command[0]} does not answer at {url}: {words}")
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def stopped_after(seconds: float, command: Sequence[str], core: int) -> str:
    """Return what a program pinned to *core* prints until it is interrupted.

    That is *seconds* after its first line, with which it says that it has begun.
    """
    by_line = [tool("stdbuf", "coreutils"), "--output=L", *command]
    with subprocess.Popen(_pinned(by_line, core), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            first = process.stdout.readline()
            time.sleep(seconds)
        finally:
            process.send_signal(signal.SIGINT)
        return first + process.stdout.read()


def interleaved(
    groups: Iterable[Mapping[_Cell, Callable[[], float]]], rounds: int
) -> dict[_Cell, list[float]]:
    """Return each cell's values, one per round.

    Cells that are compared belong in one group: they are measured right after each other, in
    every round another one first, so that a slow moment of the machine hits them alike.
    """
    groups = list(groups)
    found: dict[_Cell, list[float]] = {cell: [] for cells in groups for cell in cells}
    for number in range(rounds):
        for cells in groups:
            start, order = number % len(cells), list(cells)
            for cell in order[start:] + order[:start]:
                found[cell].append(cells[cell]())
    return found


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """Return the median over the rounds of one cell against another of the same round."""
    return statistics.median(one / other for one, other in zip(values, base, strict=True))


def spread(rounds: Iterable[Sequence[float]]) -> float:
    """Return by how much the values of the least steady cell differ, as a part of its median."""
    return max((max(one) - min(one)) / statistics.median(one) for one in rounds)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is text and whose others are numbers."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in [lines[0], ruler, *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
    return f"| {' | '.join(padded)} |"


def _pinned(command: Sequence[str], core: int) -> list[str]:
    return [tool("taskset", "util-linux"), "--cpu-list", str(core), *command]


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    where, until = urlsplit(url), time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection(where.netloc, timeout=5)
        with closing(connection), suppress(http.client.HTTPException, OSError):
            connection.request("GET", f"{where.path}?{where.query}")
            if connection.getresponse().status == _OK:
                return True
        time.sleep(0.02)
    return False
