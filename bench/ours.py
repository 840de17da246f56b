"""A worker of modeldex for the benches: as `modeldex serve` runs it, with all guards on."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import harness
import synthetic
from modeldex.snapshot.publish import Publisher
from payloads import TODAY

_SERVE = (
    "from modeldex import settings; from modeldex.bootstrap import serving; "
    "serving.run_workers(settings.load())"
)
LIMIT = "100000000/minute"  # counted like any other, and never met


def publish(folder: Path, offers: int, stamp: str = f"{TODAY}T12:00:00Z", seed: int = 1) -> None:
    """Publish a synthetic catalog below *folder*."""
    with ThreadPoolExecutor(1) as pool:
        publisher = Publisher(folder / "data" / "snapshots", lambda: 0.0, pool)
        publisher.publish(synthetic.catalog(offers, seed), stamp)


def environment(folder: Path, port: int, **settings: str) -> dict[str, str]:
    """Return the settings of a worker that serves what lies below *folder*."""
    given = {
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "SOURCE_MIRROR": "http://127.0.0.1:9/{source}",
        "LOG_FORMAT": "json",
        "ACCESS_LOG": "false",
        "RATE_LIMIT_ANONYMOUS": LIMIT,
        **settings,
    }
    return {f"MODELDEX_{name}": value for name, value in given.items()}


def command() -> list[str]:
    """Return the command of a worker without a refresher."""
    return [sys.executable, "-c", _SERVE]


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[int]:
    """Give the port of a worker."""
    port = harness.free_port()
    given = environment(folder, port, **settings)
    url = f"http://127.0.0.1:{port}/readyz"
    with harness.running(command(), harness.cores()[0], url, **given):
        yield port
