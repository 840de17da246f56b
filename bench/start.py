"""From the start of a worker with a snapshot on disk to its first answer.

Beside ``python -c "import fastapi, uvicorn"``, in turns.

Run: ``python bench/start.py [--rounds 5] [--offers 10000]``
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import harness
import ours

_FLOOR = [sys.executable, "-c", "import fastapi, uvicorn"]
_ALLOWED, _FACTOR = 0.5, 1.5  # the goal: seconds, and times the floor


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours.publish(folder, given.offers)
        cells = {"imports": _imports, "first answer": lambda: _first_answer(folder)}
        found = harness.interleaved([cells], given.rounds)
    print(f"\nSeconds; {given.offers:,} synthetic offers, medians of {given.rounds} rounds.\n")
    print(report(found))
    return 0


def report(found: dict[str, list[float]]) -> str:
    """Return the table: both times, and what the goal allows for these imports."""
    imports, answer = (statistics.median(found[name]) for name in ("imports", "first answer"))
    rows = [
        ["import fastapi, uvicorn", f"{imports:.2f}"],
        ["start to first answer", f"{answer:.2f}"],
        ["goal: at most", f"{_FACTOR * imports + _ALLOWED:.2f}"],
    ]
    return harness.table(["what", "seconds"], rows)


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run(_FLOOR, check=True)
    return time.perf_counter() - began


def _first_answer(folder: Path) -> float:
    began = time.perf_counter()
    with ours.serving(folder):
        return time.perf_counter() - began


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--offers", type=int, default=10_000)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
