"""Generations of one catalog, and a process that publishes them until it is killed.

Every row of a generation has its number in the name and in the prices, so that an answer that is
mixed from two of them shows.
"""

import itertools
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from modeldex.domain.model import Catalog
from modeldex.snapshot.publish import Publisher
from support import catalogs

TESTS = Path(__file__).resolve().parents[1]
APART = 12.0  # seconds of the clock between two generations, so that fifty of them are kept


def models(number: int) -> int:
    """Return how many models a generation has; each is offered by two providers."""
    return 10 + number % 7


def price(number: int) -> str:
    """Return the price of each offer of a generation."""
    return f"0.{number:08d}1"


def generation(number: int) -> Catalog:
    """Return one generation of the catalog."""
    return catalogs.of(
        *(
            catalogs.priced(
                provider, f"labs/m{one:02d}", price(number), "1", name=f"Generation {number}"
            )
            for one in range(models(number))
            for provider in ("acme", "bolt")
        )
    )


def publish(directory: Path, number: int) -> None:
    """Do what a refresher does at its start, then publish a generation."""
    with ThreadPoolExecutor(1) as pool:
        publisher = Publisher(directory, lambda: number * APART, pool)
        publisher.clean()
        publisher.publish(generation(number), catalogs.STAMP)


def generation_of(answer: dict[str, Any]) -> int:
    """Return the one generation that a list is from.

    Raises:
        AssertionError: it is from none, or from more than one.
    """
    rows = answer["data"]
    offers = [one for row in rows for one in row["providers"]] if answer["unique"] else rows
    (name,) = {row["name"] for row in rows}
    number = int(name.removeprefix("Generation "))
    assert {one["pricing"]["prompt"] for one in offers} == {price(number)}
    if answer["unique"]:
        assert {len(row["providers"]) for row in rows} == {2}
    assert answer["total"] == models(number) * (1 if answer["unique"] else 2)
    return number


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start this file as a process of its own; it prints the number of what it begins."""
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "snapshot.publishing", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def run_until_killed(directory: Path, first: int) -> None:
    """Publish generation after generation."""
    for number in itertools.count(first):
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        publish(directory, number)


def run_on_a_full_disk(directory: Path, number: int, *sizes: str) -> None:
    """Try to publish a generation where no file can grow beyond each of *sizes*."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in map(int, sizes):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            publish(directory, number)
            found = "published"
        except (OSError, sqlite3.Error):
            found = "refused"
        sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    directory, number, *sizes = sys.argv[1:]
    if sizes:
        run_on_a_full_disk(Path(directory), int(number), *sizes)
    else:
        run_until_killed(Path(directory), int(number))
