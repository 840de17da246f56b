"""Known questions by the fast lane, where one is asked over and over, or many in turn.

Run: ``python bench/distinct.py [--questions 1,1000,100000] [--seconds 2] [--rounds 3]``
"""

import argparse
import http.client
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import harness
import ours
from harness import Missing, tool

CONNECTIONS, _THREADS = 64, 8
_SHELF = str(2**33)  # 100,000 answers of ten rows, in two encodings
# Each connection goes its own way through the questions; all are asked equally often.
_SCRIPT = """
local count, offers, at = {count}, {offers}, 0
math.randomseed(os.time())
request = function()
  at = math.random(0, count - 1)
  local target = string.format("/v1/models?limit=%d&offset=%d", 1 + at / offers, at % offers)
  return wrk.format("GET", target, {{["accept-encoding"] = "br"}})
end
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 3 where a tool is missing."""
    given = _arguments(arguments)
    counts = sorted(int(one) for one in given.questions.split(","))
    try:
        tool("wrk", "wrk")
        rates = _measured(counts, given)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 3
    one = rates[counts[0]]
    rows = [_row(count, found, one) for count, found in rates.items()]
    print(f"\nThousand requests per second by the fast lane; medians of {given.rounds} rounds.\n")
    print(harness.table(["different questions", "rate", "of the first line"], rows))
    return 0


def _row(count: int, found: list[float], one: list[float]) -> list[str]:
    median = statistics.median(found) / 1000
    return [f"{count:,}", f"{median:.1f}", f"{harness.ratio(found, one):.2f}"]


def _measured(counts: Sequence[int], given: argparse.Namespace) -> dict[int, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours.publish(folder, given.offers)
        with ours.serving(folder, SHELF_BYTES=_SHELF) as port:
            _ask_all(port, counts[-1], given.offers)
            cells = {
                count: partial(_rate, folder, port, count, given.offers, given.seconds)
                for count in counts
            }
            return harness.interleaved([cells], given.rounds)


def _ask_all(port: int, count: int, offers: int) -> None:
    """Ask every question once, so that it is known."""
    parts = [range(start, count, _THREADS) for start in range(_THREADS)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(lambda part: _ask(port, part, offers), parts):
            pass


def _ask(port: int, numbers: Sequence[int], offers: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for target in _targets(numbers, offers):
            connection.request("GET", target, headers={"accept-encoding": "br"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{target} is answered with {answer.status}")


def _targets(numbers: Sequence[int], offers: int) -> Iterator[str]:
    for number in numbers:
        yield f"/v1/models?limit={1 + number // offers}&offset={number % offers}"


def _rate(folder: Path, port: int, count: int, offers: int, seconds: float) -> float:
    script = folder / f"{count}.lua"
    script.write_text(_SCRIPT.format(count=count, offers=offers))
    url = f"http://127.0.0.1:{port}/"
    command = [tool("wrk", "wrk"), "-t1", f"-c{CONNECTIONS}", "-d1h", "-s", str(script), url]
    said = harness.stopped_after(seconds, command, harness.cores()[1])
    found = re.search(r"Requests/sec: +([0-9.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"wrk says: {said}")
    return float(found[1])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--questions", default="1,1000,100000")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--offers", type=int, default=10_000)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
