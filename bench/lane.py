"""CPU of a known question in the fast lane, outside the kernel, and what each part of it takes.

One process: the protocol of a worker with all guards on is fed the bytes of a request, over and
over, and what it writes is dropped: other bytes than those before, which are parsed, and the same
again, which are not. Parts are those of the latter; the share of one is what is saved where it
says at once what it said before.

Run: ``python bench/lane.py [--hits 100000] [--repeats 5] [--offers 2000]``
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from operator import attrgetter
from pathlib import Path
from typing import Any

import structlog
import uvicorn
import uvloop
from httptools import HttpRequestParser
from typing_extensions import override
from uvicorn.lifespan.on import LifespanOn
from uvicorn.server import ServerState

import harness
import ours
from modeldex.bootstrap import worker
from modeldex.serve.lane.door import DOOR, Lane
from modeldex.serve.lane.fast import FastLane
from modeldex.settings import Settings

_QUESTION = "/v1/models?sort=created&order=desc&limit="
_LIKE_A_BROWSER = "gzip, deflate, br, zstd"
_STEP = 100  # hits between two turns of the loop
_LOOKS = 30_000  # a millisecond apart, for an answer
# Parts of the lane that can be left out, by where they are.
_PARTS = {
    "look-up": ("known", "find"),
    "guards": ("edge", "admit"),
    "head of the answer": ("writer", "head"),
    "metrics": ("watch.counts", "add"),
}


class Sink(asyncio.Transport):
    """A connection whose client takes everything at once; keeps what was written last."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 8000)})
        self.last: Iterable[bytes] = ()
        self.writes = 0

    @override
    def write(self, data: Any) -> None:
        self.last = (data,)
        self.writes += 1

    @override
    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.last = list_of_data
        self.writes += 1

    @override
    def is_closing(self) -> bool:
        return False

    @override
    def get_write_buffer_size(self) -> int:
        return 0

    @override
    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    @override
    def resume_reading(self) -> None:
        """Nothing comes by itself."""


class Callbacks:
    """What a parser calls; does nothing."""

    def on_message_begin(self) -> None:
        """Do nothing."""

    def on_url(self, _url: bytes) -> None:
        """Do nothing."""

    def on_header(self, _name: bytes, _value: bytes) -> None:
        """Do nothing."""

    def on_headers_complete(self) -> None:
        """Do nothing."""

    def on_message_complete(self) -> None:
        """Do nothing."""


class Line:
    """One connection to a worker."""

    def __init__(self, config: uvicorn.Config, state: dict[str, Any]) -> None:
        server, self.sink = ServerState(), Sink()
        server.default_headers = [(b"date", b"Mon, 23 Nov 2026 12:00:00 GMT")]
        self.lane: Lane = state[DOOR].lane
        self.protocol = FastLane(config, server, state, asyncio.get_running_loop())
        self.protocol.connection_made(self.sink)

    async def ask(self, request: bytes) -> None:
        """Wait for the answer, by whichever lane it comes.

        Raises:
            RuntimeError: none came.
        """
        self.protocol.data_received(request)
        for _ in range(_LOOKS):
            if not self.protocol.is_answering:
                return
            await asyncio.sleep(0.001)
        raise RuntimeError("no answer came")

    def said(self, request: bytes) -> bytes:
        """Return the answer of the fast lane.

        Raises:
            RuntimeError: another lane has to answer.
        """
        writes = self.sink.writes
        self.protocol.data_received(request)
        if self.sink.writes != writes + 1:
            raise RuntimeError("this is no hit of the fast lane")
        return b"".join(self.sink.last)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    with tempfile.TemporaryDirectory() as name:
        ours.publish(Path(name), given.offers)
        found = uvloop.run(_measured(Path(name) / "data", given.hits, given.repeats))
    first, *_ = found.values()
    rows = [[what, *(f"{one[what]:.2f}" for one in found.values())] for what in first]
    print(f"\nMicroseconds of CPU for one hit, outside the kernel; the best of {given.repeats} "
          f"times {given.hits:,} hits.\n")  # fmt: skip
    print(harness.table(["what", *found], rows))
    return 0


async def _measured(data_dir: Path, hits: int, repeats: int) -> dict[str, dict[str, float]]:
    """Return the microseconds of a hit and of each part of it, by variant."""
    async with _line(data_dir) as line:
        asked = await _variants(line)
        return {
            name: await _shares(line, request, hits, repeats) for name, request in asked.items()
        }


async def _shares(line: Line, request: bytes, hits: int, repeats: int) -> dict[str, float]:
    feed, parser = line.protocol.data_received, HttpRequestParser(Callbacks())
    other = request.replace(b"sort=created&order=desc", b"order=desc&sort=created")
    await line.ask(other)
    others = cycle((request, other))
    found = {
        "a hit, parsed": await _best(lambda _: feed(next(others)), request, hits, repeats),
        "the parser alone": await _best(parser.feed_data, request, hits, repeats),
    }
    whole = found["a hit, the same again"] = await _best(feed, request, hits, repeats)
    for part, (where, name) in _PARTS.items():
        with _left_out(attrgetter(where)(line.lane), name, lambda: line.said(request)):
            left = await _best(line.protocol.data_received, request, hits, repeats)
        found[part] = whole - left
    found["all else"] = whole - sum(found[part] for part in _PARTS)
    return found


async def _best(feed: Callable[[bytes], object], request: bytes, hits: int, repeats: int) -> float:
    """Return the microseconds of one call, at the best of some times."""
    return min([await _once(feed, request, hits) for _ in range(repeats)])


async def _once(feed: Callable[[bytes], object], request: bytes, hits: int) -> float:
    began = time.process_time()
    for _ in range(hits // _STEP):
        for _ in range(_STEP):
            feed(request)
        await asyncio.sleep(0)  # what the loop has to do for it belongs to it
    return (time.process_time() - began) / (hits // _STEP * _STEP) * 1e6


@contextmanager
def _left_out(of: object, name: str, ask: Callable[[], object]) -> Iterator[None]:
    """Let a method say what it says now, without doing anything, for the length of the block."""
    method, said = getattr(of, name), list[Any]()

    def heard(*given: Any) -> Any:
        said.append(method(*given))
        return said[-1]

    setattr(of, name, heard)
    ask()
    last = said[-1]
    setattr(of, name, lambda *_given: last)
    try:
        yield
    finally:
        delattr(of, name)


async def _variants(line: Line) -> dict[str, bytes]:
    """Return the requests, each of which has been asked before."""
    compressed = await _of_size(line, 12 * 1024, _LIKE_A_BROWSER)
    raw = await _of_size(line, 100 * 1024, "identity")
    head, _, _ = line.said(compressed).partition(b"\r\n\r\n")
    tag = head.partition(b"\r\netag: ")[2].partition(b"\r\n")[0]
    known = compressed[:-2] + b"if-none-match: %b\r\n\r\n" % tag
    return {"12k": compressed, "304": known, "100k": raw}


async def _of_size(line: Line, size: int, accept: str) -> bytes:
    """Return the request for the fewest rows whose answer has *size* bytes."""
    least, most = 1, 1000
    while least < most:
        middle = (least + most) // 2
        await line.ask(request := _request(middle, accept))
        enough = len(line.said(request)) >= size
        least, most = (least, middle) if enough else (middle + 1, most)
    await line.ask(request := _request(least, accept))
    return request


def _request(limit: int, accept: str) -> bytes:
    """Return a request as wrk writes it."""
    target = f"{_QUESTION}{limit}"
    return (
        f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\naccept-encoding: {accept}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def _line(data_dir: Path) -> AsyncIterator[Line]:
    """Give a connection to a worker that runs."""
    given: dict[str, Any] = {"access_log": False, "rate_limit_anonymous": ours.LIMIT}
    application = worker.build(Settings(data_dir=data_dir, **given), structlog.get_logger())
    config = uvicorn.Config(
        application, loop="uvloop", ws="none", log_level="warning", access_log=False,
        server_header=False, proxy_headers=False, lifespan="on",
    )  # fmt: skip
    config.load()
    lifespan = LifespanOn(config)
    await lifespan.startup()
    try:
        yield Line(config, lifespan.state)
    finally:
        await lifespan.shutdown()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--offers", type=int, default=2_000, help="in modeldex's catalog")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
