"""``python full_disk.py DATA_DIR SOURCES_DIR LIMIT…``: refreshes with files that may grow so far.

Prints a JSON list for each: the problem, the offers that are current, and the files left half.
"""

import asyncio
import json
import resource
import sys
from pathlib import Path

from modeldex.bootstrap import refreshing
from modeldex.errors import StoreError
from modeldex.refresh.order import Order
from modeldex.settings import Settings
from support import live
from support.refreshing import Notebook, offers

UNLIMITED = resource.RLIM_INFINITY


async def refreshed(settings: Settings, most: int) -> list[object]:
    """Return what comes of one refresh."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, UNLIMITED))
    problem: str | None
    try:
        problem = (await refreshing.once(settings, Notebook(), Order(), lambda _: None)).problem
    except StoreError as error:
        problem = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
    half = [one.name for one in settings.snapshots.iterdir() if one.name.startswith(".")]
    return [problem, offers(settings.snapshots), half]


def main(data_dir: Path, sources_dir: Path, limits: list[int]) -> None:
    """Refresh once with each limit; a negative one is none."""
    settings = live.settings(data_dir, sources_dir=sources_dir, sources=("acme",))
    for most in limits:
        sys.stdout.write(json.dumps(asyncio.run(refreshed(settings, most))) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [int(limit) for limit in sys.argv[3:]])
