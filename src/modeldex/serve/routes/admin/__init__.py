"""What an operator may do over HTTP: everything needs the scope ``admin`` and is logged."""

from pathlib import Path

from fastapi import APIRouter

from modeldex.serve.desk import Opener
from modeldex.serve.routes.admin import entries, keys, log, snapshots, sources
from modeldex.serve.routes.admin.counter import Counter
from modeldex.serve.statuses import StatusFile
from modeldex.telemetry import Log


def router(opener: Opener, statuses: StatusFile, directory: Path, log_to: Log) -> APIRouter:
    """Return the routes that administer.

    Args:
        directory: where snapshots are published.
    """
    counter = Counter(opener, log_to)
    keys.add(counter)
    sources.add(counter, statuses)
    snapshots.add(counter, directory)
    log.add(counter)
    entries.add(counter)
    return counter.routes
