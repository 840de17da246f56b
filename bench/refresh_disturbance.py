"""What a publish and the swap to it cost the readers of known questions.

Shelf hits are asked at a steady rate from one connection, at rest and while snapshots are written
and swapped to, each with and without a second client that asks what nobody asked before.

Run: ``python bench/refresh_disturbance.py [--seconds 10] [--offers 10000]``
"""

import argparse
import http.client
import itertools
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import harness
import ours

_KNOWN = "/v1/models?limit=20"
_RATE = 300  # questions a second
_PUBLISH = (
    "import sys, pathlib, ours; "
    "ours.publish(pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))"
)
_numbers = itertools.count(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours.publish(folder, given.offers)
        with ours.serving(folder) as port:
            rows = [
                _row(port, given, folder, publishes=publishes, unasked=unasked)
                for unasked in (False, True)
                for publishes in (False, True)
            ]
    print(
        f"\nMilliseconds of known questions, {_RATE} a second for {given.seconds:g} s each; "
        f"{given.offers:,} synthetic offers; snapshots are written by a process of nice 19.\n"
    )
    print(harness.table(["while", "asked", "p50", "p99", "longest", "publishes"], rows))
    return 0


def _row(
    port: int, given: argparse.Namespace, folder: Path, *, publishes: bool, unasked: bool
) -> list[str]:
    with (
        _beside(lambda: _ask_new(port), runs=unasked),
        _beside(lambda: _publish(folder, given.offers), runs=publishes) as count,
    ):
        took = sorted(_latencies(port, given.seconds))
    doing = ["publishing" if publishes else "at rest", "new questions beside" if unasked else ""]
    shown = (statistics.median(took), took[int(len(took) * 0.99)], took[-1])
    name = ", ".join(filter(None, doing))
    return [name, f"{len(took):,}", *(f"{one * 1000:.2f}" for one in shown), str(count[0])]


def _latencies(port: int, seconds: float) -> Iterator[float]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        until, due = time.perf_counter() + seconds, time.perf_counter()
        while due < until:
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            _get(connection, _KNOWN)
            yield time.perf_counter() - began
            due += 1 / _RATE


def _get(connection: http.client.HTTPConnection, target: str) -> None:
    connection.request("GET", target, headers={"accept-encoding": "br"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != http.client.OK:
        raise RuntimeError(f"{target} is answered with {answer.status}")


def _ask_new(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for _ in range(10):
            _get(connection, f"/v1/models?sort=price&limit=100&offset={next(_numbers)}")


def _publish(folder: Path, offers: int) -> None:
    number = next(_numbers)
    stamp = f"2026-11-23T13:{number // 60 % 60:02}:{number % 60:02}Z"
    command = ["nice", "-n", "19", sys.executable, "-c", _PUBLISH, str(folder), str(offers)]
    here = Path(__file__).parent
    subprocess.run([*command, stamp, str(number)], check=True, cwd=here)


@contextmanager
def _beside(work: Callable[[], None], *, runs: bool) -> Iterator[list[int]]:
    """Do *work* over and over in a thread for the length of the block; count how often."""
    count, ends = [0], threading.Event()

    def go_on() -> None:
        while not ends.is_set():
            work()
            count[0] += 1

    thread = threading.Thread(target=go_on)
    if runs:
        thread.start()
    try:
        yield count
    finally:
        ends.set()
        if runs:
            thread.join()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=re.split(r"\n", __doc__ or "")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--offers", type=int, default=10_000)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
