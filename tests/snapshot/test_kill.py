"""Killed at any moment of a publish, or out of space, the old catalog or the new one is served."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from modeldex.query import answer
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Question
from modeldex.snapshot.current import Current
from modeldex.snapshot.publish import POINTER, read_pointer
from snapshot.publishing import generation_of, publish, start
from support import live, wire
from support.scale import scaled

KILLS = scaled(10, 100)
QUESTIONS = (
    EVERYTHING,
    EVERY_MODEL,
    Question(sort="price", order="desc", limit=5, offset=3),
    Question(unique=True, text="generation", limit=4),
)
PATHS = ("/v1/models", "/v1/models?unique=true", "/v1/models?sort=price&limit=5&offset=3")


class Readers:
    """Threads that read on and on until they are told to stop, and fail at anything odd."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.seen: set[int] = set()
        self.reports: list[str] = []
        self.rounds = 0

    def look_on(self, current: Current) -> None:
        """Do what a worker's watch does, only faster."""
        while not self.stop.wait(0.003):
            current.poll()
            assert current.verify() is None

    def ask_on(self, current: Current) -> None:
        """Ask the snapshot that is current; the generation never goes back."""
        self._read_on(
            lambda n: json.loads(answer.page(current.snapshot, QUESTIONS[n % len(QUESTIONS)]))
        )

    def ask_server_on(self, url: str) -> None:
        """Ask a server, all over one connection; every answer is 200."""
        with wire.connected(url) as line:
            self._read_on(lambda n: ok(line.ask(PATHS[n % len(PATHS)])).json)

    def _read_on(self, read: Callable[[int], dict[str, object]]) -> None:
        newest = 0
        while not self.stop.is_set():
            found = generation_of(read(self.rounds))
            assert found >= newest
            newest = found
            self.rounds += 1
            self.seen.add(found)


def ok(answer: wire.Answer) -> wire.Answer:
    """Return the answer, which must be a 200."""
    assert answer.status == 200
    return answer


@contextmanager
def reading(data_dir: Path) -> Iterator[Readers]:
    """Read meanwhile, in this process and over HTTP; a thread's error is raised at the end."""
    readers, current = Readers(), Current(data_dir / "snapshots", lambda _: None)
    current.report = readers.reports.append
    current.poll()
    with live.served(live.application(data_dir)) as url, ThreadPoolExecutor(5) as pool:
        running: list[Future[None]] = [
            pool.submit(readers.look_on, current),
            pool.submit(readers.ask_on, current),
            pool.submit(readers.ask_on, current),
            pool.submit(readers.ask_server_on, url),
        ]
        try:
            yield readers
        finally:
            readers.stop.set()
    for one in running:
        one.result()


def kill_a_publisher(directory: Path, first: int, chance: random.Random) -> int:
    """Kill a process somewhere in a publish; return the number of the last one that it began."""
    process = start(directory, first)
    assert process.stdout is not None
    process.stdout.readline()
    began = time.monotonic()
    process.stdout.readline()  # the first is published: so long does one take
    time.sleep(chance.uniform(0, 1.5 * (time.monotonic() - began)))
    process.kill()
    process.wait()
    with process.stdout:
        return max([first + 1, *map(int, process.stdout.read().split())])


def served_after_a_start(directory: Path) -> int:
    """Return the generation that a worker serves which starts now."""
    reports: list[str] = []
    current = Current(directory, reports.append)
    current.poll()
    assert current.verify() is None
    assert reports == []
    return generation_of(json.loads(answer.page(current.snapshot, EVERYTHING)))


@pytest.mark.finding("X40", "PR-H3", "DB-H3")
def test_readers_see_whole_catalogs_while_publishers_are_killed(tmp_path: Path) -> None:
    """No reader sees an error or a mixture, and each next start serves and publishes."""
    directory, number, torn = tmp_path / "snapshots", 1, 0
    chance = random.Random(7)  # noqa: S311 - moments, not secrets
    directory.mkdir()
    publish(directory, number)
    with reading(tmp_path) as readers:
        for _ in range(KILLS):
            last = kill_a_publisher(directory, number + 1, chance)
            assert served_after_a_start(directory) in (last - 1, last)
            torn += any(one.name.startswith(".") for one in directory.iterdir())
            number = last + 1
            publish(directory, number)
            assert served_after_a_start(directory) == number
            assert not [one for one in directory.iterdir() if one.name.startswith(".")]
        live.eventually(lambda: number in readers.seen)

    assert torn > 0
    assert len(readers.seen) > KILLS
    assert readers.reports == []


@pytest.mark.finding("X40")
def test_a_full_disk_leaves_the_previous_catalog(tmp_path: Path) -> None:
    """Wherever the writing stops for want of space, nothing is published and nothing is left."""
    publish(tmp_path, 1)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    current = read_pointer(tmp_path).current
    assert current is not None
    sizes = [0, 1, *(current.size * part // 10 for part in range(1, 10)), current.size - 1]
    with start(tmp_path, 2, *sizes) as process:
        said, _ = process.communicate()

    assert said.split() == ["refused"] * len(sizes)
    assert before == {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert served_after_a_start(tmp_path) == 1


def test_after_the_disk_has_space_again_the_catalog_is_published(tmp_path: Path) -> None:
    """The same publish that was refused succeeds once there is space."""
    publish(tmp_path, 1)
    with start(tmp_path, 2, 65536, 2**30) as process:
        said, _ = process.communicate()

    assert said.split() == ["refused", "published"]
    assert served_after_a_start(tmp_path) == 2
    assert POINTER in {one.name for one in tmp_path.iterdir()}
