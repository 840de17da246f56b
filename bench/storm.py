"""What a storm of clients costs those who behave: their p99 at rest and in the storm.

The storm asks what nobody asked before, reads streams, and goes away in the middle of answers.

Run: ``python bench/storm.py [--clients 200] [--seconds 10] [--offers 10000]``
"""

import argparse
import asyncio
import http.client
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import harness
import ours

_KNOWN, _STREAMED = "/v1/models?limit=20", "/v1/models?order=desc"
_RATE = 100  # questions a second of the one who behaves
_LEAVES = 0.1  # chance, at each piece, of going away before the next
_numbers = itertools.count(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; or, as the process beside, be the storm."""
    given = _arguments(arguments)
    if given.port:
        asyncio.run(_storm(given.port, given.clients))
        return 0
    with tempfile.TemporaryDirectory() as name:
        ours.publish(Path(name), given.offers)
        with ours.serving(Path(name), QUEUE_SIZE="8192", CONNECTION_LIMIT="8192") as port:
            rows = [_row(port, given, kind, ask) for kind, ask in _KINDS.items()]
    print(
        f"\nMilliseconds of who behaves, {_RATE} questions a second at most for "
        f"{given.seconds:g} s each; {given.clients:,} clients storm; {given.offers:,} offers.\n"
    )
    print(harness.table(["question", "p50 at rest", "p99", "p50 in it", "p99", "ratio"], rows))
    return 0


def _row(port: int, given: argparse.Namespace, kind: str, ask: Callable[[], str]) -> list[str]:
    rest = sorted(_latencies(port, given.seconds, ask))
    with _storming(port, given.clients):
        storm = sorted(_latencies(port, given.seconds, ask))
    shown = [value for one in (rest, storm) for value in (statistics.median(one), _p99(one))]
    return [kind, *(f"{one * 1000:.2f}" for one in shown), f"{_p99(storm) / _p99(rest):.1f}"]


def _p99(values: Sequence[float]) -> float:
    return values[int(len(values) * 0.99)]


def _latencies(port: int, seconds: float, ask: Callable[[], str]) -> Iterator[float]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            connection.request("GET", ask())
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"who behaves is answered with {answer.status}")
            took = time.perf_counter() - began
            yield took
            time.sleep(max(0.0, 1 / _RATE - took))


def _unasked() -> str:
    number = next(_numbers)
    return f"/v1/models?sort=price&limit=5&offset={number % 1000}&min_context={number}"


_KINDS: dict[str, Callable[[], str]] = {"known": lambda: _KNOWN, "unasked": _unasked}


@contextmanager
def _storming(port: int, clients: int) -> Iterator[None]:
    given = ("--port", str(port), "--clients", str(clients))
    process = subprocess.Popen([sys.executable, __file__, *given])
    try:
        time.sleep(1.0)
        if process.poll() is not None:
            raise RuntimeError("the storm has ended by itself")
        yield
    finally:
        process.terminate()
        process.wait()


async def _storm(port: int, clients: int) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    await asyncio.gather(*(_client(port, chance) for _ in range(clients)))


async def _client(port: int, chance: random.Random) -> None:
    while True:
        target = chance.choice((_KNOWN, _STREAMED, f"{_unasked()}&q={chance.random()}"))
        try:
            await _visit(port, target, chance)
        except OSError:
            await asyncio.sleep(0.1)


async def _visit(port: int, target: str, chance: random.Random) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        while await reader.read(16 * 1024):
            await asyncio.sleep(0.02)
            if chance.random() < _LEAVES:
                break
    finally:
        writer.transport.abort()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--offers", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
