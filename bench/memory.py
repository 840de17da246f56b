"""What a worker holds in memory, by the size of the catalog, after questions of all kinds.

PSS: pages that are shared with others count in part. The page cache is the system's.

Run: ``python bench/memory.py [--sizes 10000,100000] [--questions 2000]``
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import harness
import ours

_KINDS = (
    "/v1/models?limit=100&offset={0}", "/v1/models?unique=true&limit=20&offset={0}",
    "/v1/models?q=model&limit=10&offset={0}", "/v1/models?sort=price&limit=50&offset={0}",
)  # fmt: skip
_KIB = 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    given = _arguments(arguments)
    sizes = sorted(int(one) for one in given.sizes.split(","))
    rows = [_row(size, given.questions) for size in sizes]
    print(f"\nMB of one worker; {given.questions:,} different questions, then the whole list.\n")
    print(harness.table(["offers", "at the start: PSS", "after: PSS", "after: anonymous"], rows))
    return 0


def _row(offers: int, questions: int) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), harness.free_port()
        ours.publish(folder, offers)
        process = subprocess.Popen(ours.command(), env=os.environ | ours.environment(folder, port))
        try:
            _ask(port, ["/readyz"], patience=600)
            before = memory(process.pid)
            _ask(port, [_KINDS[n % len(_KINDS)].format(n) for n in range(questions)])
            _ask(port, ["/v1/models", "/v1/models?unique=true"])
            after = memory(process.pid)
        finally:
            process.terminate()
            process.wait(30)
    pss, anonymous = before["Pss"], after["Pss_Anon"]
    return [f"{offers:,}", *(f"{one / _KIB:.0f}" for one in (pss, after["Pss"], anonymous))]


def memory(process: int) -> dict[str, int]:
    """Return the kernel's sums for a process, in KiB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return {name: int(size) for name, size in re.findall(r"(\w+): +(\d+) kB", text)}


def _ask(port: int, targets: Sequence[str], patience: int = 1) -> None:
    for target in targets:
        for left in range(patience, 0, -1):
            try:
                _get(port, target)
                break
            except OSError:
                if left == 1:
                    raise
                harness.pause()


def _get(port: int, target: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", target, headers={"accept-encoding": "br"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{target} is answered with {answer.status}")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--questions", type=int, default=2000)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
