"""A serving worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp

from modeldex import settings as settings_module
from modeldex import telemetry
from modeldex.bootstrap import guarding
from modeldex.query.shelf import Shelf
from modeldex.serve import app as serve_app
from modeldex.serve.answers import Answers
from modeldex.serve.statuses import StatusFile
from modeldex.serve.views import Scenery, Views
from modeldex.settings import Settings
from modeldex.snapshot.current import Current
from modeldex.snapshot.publish import views_directory
from modeldex.telemetry import Log

LARGEST_SHELVED = 2 * 2**20  # bytes; a page of 1,000 real rows is about 1.3 million
_SHELF_OF_A_VIEW = 4 * 2**20


def app() -> ASGIApp:
    """Return a worker's application; uvicorn calls this in each process."""
    settings = settings_module.load()
    return build(settings, telemetry.configure(settings.log_format))


def build(settings: Settings, log: Log) -> ASGIApp:
    """Return the application that serves what is published in ``DATA_DIR``."""
    current = Current(settings.snapshots, log.error)
    pool = ThreadPoolExecutor(settings.query_threads, thread_name_prefix="question")
    shelf = Shelf(settings.shelf_bytes, LARGEST_SHELVED)
    answers = Answers(current, shelf, pool, settings.compress_from)
    statuses = StatusFile(settings.snapshots)
    gate = guarding.gate(settings, log)

    def view(directory: Path) -> Scenery:
        held, shelf = Current(directory, log.error), Shelf(_SHELF_OF_A_VIEW, LARGEST_SHELVED)
        own = Answers(held, shelf, pool, settings.compress_from)
        return Scenery(own, serve_app.application(own, statuses, _now, gate))

    views = Views(views_directory(settings.snapshots), view)
    return serve_app.build(answers, statuses, log, _now, gate=gate, views=views)


def _now() -> datetime:
    return datetime.now(UTC)
