"""From providers' raw answers to an announced snapshot, against json.loads of the same bytes.

Run: ``python bench/build.py [--scales 1,4,10] [--repeats 3] [--recordings FOLDER]``
"""

import argparse
import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import msgspec
from typing_extensions import override

import payloads
import synthetic
from harness import table
from modeldex import pipeline
from modeldex.bootstrap import refreshing
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.merge import identity
from modeldex.snapshot import consistency, fragments, publish, writer
from modeldex.sources.registry import Registry
from modeldex.store.base import Changes, GoodAnswer, Health
from modeldex.store.sql import SqlStore
from payloads import TODAY, Payload

LOADS, COMPRESSION, GARBAGE = "json.loads", "compression", "of it collecting garbage"
DECODE, STORE, BUILD = "decode, normalize, compare", "store the listings", "merge, price"
RENDER, WRITE, ANNOUNCE = "check, render, digest", "write the file", "hash, sync, announce"
PHASES = (DECODE, STORE, BUILD, RENDER, WRITE, ANNOUNCE)
AGAIN = "merge, price once more: names are known"
_STAMP = f"{TODAY}T12:00:00Z"
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Run(msgspec.Struct):
    """One pass: CPU seconds of all threads by phase, and what came out."""

    cpu: dict[str, float]
    announce_wall: float
    offers: int
    models: int
    payload_bytes: int
    file_bytes: int


class MeteredPool(Executor):
    """Hands work to a pool of one thread, and adds up the CPU seconds that it takes there."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool, self.seconds = pool, 0.0

    @override
    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        def metered() -> _T:
            began = time.thread_time()
            try:
                return fn(*args, **kwargs)
            finally:
                self.seconds += time.thread_time() - began

        return self.pool.submit(metered)


class Stopwatch:
    """CPU seconds of this process by phase, with the garbage collector's share of all phases."""

    def __init__(self) -> None:
        self.cpu = dict.fromkeys((LOADS, *PHASES, AGAIN, COMPRESSION, GARBAGE), 0.0)
        self._collecting = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add what the block takes to *name*; it begins without garbage."""
        gc.collect()
        began = time.process_time()
        gc.callbacks.append(self._on_collection)
        try:
            yield
        finally:
            gc.callbacks.remove(self._on_collection)
            self.cpu[name] += time.process_time() - began

    def _on_collection(self, event: str, _info: dict[str, int]) -> None:
        now = time.process_time()
        if event == "start":
            self._collecting = now
        else:
            self.cpu[GARBAGE] += now - self._collecting


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    refreshing.spare_the_collector()  # as its process does
    found = _found(given.recordings, given.rows)
    sizes = {scale: payloads.multiplied(found, scale) for scale in given.scales}
    passes = [{scale: once(sizes[scale]) for scale in sizes} for _ in range(given.repeats)]
    runs = {scale: best([runs[scale] for runs in passes]) for scale in sizes}
    print(f"CPU milliseconds of all threads, each phase at its best of {given.repeats}; the "
          "garbage collector is on, and each phase begins without garbage.\n")  # fmt: skip
    print(report(runs))
    return 0


def best(runs: Sequence[Run]) -> Run:
    """Return the least that each phase took in several passes over the same answers."""
    least = {name: min(run.cpu[name] for run in runs) for name in runs[0].cpu}
    wall = min(run.announce_wall for run in runs)
    return msgspec.structs.replace(runs[0], cpu=least, announce_wall=wall)


def once(found: Sequence[Payload]) -> Run:
    """Do what a refresh does with these answers, from their bytes to the pointer."""
    watch = Stopwatch()
    with watch.phase(LOADS):
        for one in found:
            json.loads(one.body)
    watch.cpu[GARBAGE] = 0.0
    with watch.phase(DECODE):
        rows = [payloads.decoded(one) for one in found]
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_store(watch, found, rows, Path(folder)))
        identity.read.cache_clear()  # what another pass has read is nothing new
        with watch.phase(BUILD):
            providers = Registry([one.declaration for one in found], []).providers()
            catalog = pipeline.build(rows, providers, TODAY)
        collecting = watch.cpu[GARBAGE]
        with watch.phase(AGAIN):
            pipeline.build(rows, providers, TODAY)
        watch.cpu[GARBAGE] = collecting
        file, wall = _publish(watch, catalog, Path(folder))
        return Run(
            watch.cpu,
            wall,
            len(catalog.offers),
            len(catalog.models),
            sum(len(one.body) for one in found),
            file.stat().st_size,
        )


async def _store(
    watch: Stopwatch, found: Sequence[Payload], rows: Sequence[SourceRows], folder: Path
) -> None:
    store = SqlStore(f"sqlite+aiosqlite:///{folder / 'store.db'}")
    await store.open()
    try:
        with watch.phase(STORE):
            health = [Health(source=one.source, rows=len(one.rows)) for one in rows]
            answers = [
                GoodAnswer(rows=held, pages=(one.body,), recorded_at=0.0)
                for held, one in zip(rows, found, strict=True)
            ]
            await store.save(Changes(health=health, answers=answers))
    finally:
        await store.close()


def _publish(watch: Stopwatch, catalog: Catalog, folder: Path) -> tuple[Path, float]:
    """Take the publisher's steps one by one; return the file and how long announcing it took."""
    with watch.phase(RENDER):
        consistency.check(catalog)
        rendered = fragments.render(catalog)
        found = fragments.digest(catalog, rendered)
    written, final = folder / "written", folder / f"{found}.sqlite"
    with ThreadPoolExecutor(1) as threads:
        pool = MeteredPool(threads)
        with watch.phase(WRITE):
            writer.write(written, writer.Head(found, _STAMP), catalog, rendered, pool)
    watch.cpu[COMPRESSION] = pool.seconds
    watch.cpu[WRITE] -= pool.seconds
    began = time.perf_counter()
    with watch.phase(ANNOUNCE):
        digest = publish.seal(written, final)
        entry = publish.Entry(found, final.name, final.stat().st_size, digest, _STAMP, 0.0)
        pointer = publish.Pointer((entry,), {found: _STAMP})
        publish.write_atomically(folder / publish.POINTER, msgspec.json.encode(pointer))
    return final, time.perf_counter() - began


def report(runs: dict[int, Run]) -> str:
    """Return the table: a column per scale, and the growth from the first to the last."""
    ends = (min(runs), max(runs))
    header = ["", *(f"{scale}x" for scale in runs), f"{ends[1]}x / {ends[0]}x"]
    return table(header, [_line(name, of, runs, ends) for name, of in _LINES])


def _line(
    name: str, of: Callable[[Run], float], runs: dict[int, Run], ends: tuple[int, int]
) -> list[str]:
    least, most = (of(runs[scale]) for scale in ends)
    values = [f"{of(run):,.{0 if of(run) >= 100 else 1}f}" for run in runs.values()]  # noqa: PLR2004
    return [name, *values, f"{most / least:.1f}" if least else ""]


def _milliseconds(phase: str) -> Callable[[Run], float]:
    return lambda run: run.cpu[phase] * 1000


def _work(run: Run) -> float:
    return sum(run.cpu[phase] for phase in PHASES) * 1000


_LINES: list[tuple[str, Callable[[Run], float]]] = [
    ("offers", lambda run: run.offers),
    ("models", lambda run: run.models),
    ("payloads, MB", lambda run: run.payload_bytes / 1e6),
    ("snapshot file, MB", lambda run: run.file_bytes / 1e6),
    (LOADS, _milliseconds(LOADS)),
    *((phase, _milliseconds(phase)) for phase in PHASES),
    ("all but compression", _work),
    (GARBAGE, _milliseconds(GARBAGE)),
    (COMPRESSION, _milliseconds(COMPRESSION)),
    (AGAIN, _milliseconds(AGAIN)),
    ("all but compression / json.loads", lambda run: _work(run) / 1000 / run.cpu[LOADS]),
    ("all / json.loads", lambda run: (_work(run) / 1000 + run.cpu[COMPRESSION]) / run.cpu[LOADS]),
    (f"{ANNOUNCE}: by the clock", lambda run: run.announce_wall * 1000),
]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scales", type=_scales, default=(1, 4, 10), help="of the rows: 1,4,10")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--recordings", type=Path, default=payloads.RECORDINGS)
    parser.add_argument("--rows", type=int, default=9000, help="where there are no recordings")
    return parser.parse_args(arguments)


def _scales(text: str) -> tuple[int, ...]:
    return tuple(int(one) for one in text.split(","))


def _found(recordings: Path, rows: int) -> list[Payload]:
    if recordings.is_dir():
        print("The newest recorded answer of each provider, and copies of their rows.")
        return payloads.recorded(recordings)
    print(f"There are no recorded answers here: {rows:,} synthetic rows, and copies of them.")
    return synthetic.payloads(rows)


if __name__ == "__main__":
    sys.exit(main())
