"""A serving worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp

from modeldex import settings as settings_module
from modeldex import telemetry
from modeldex.bootstrap import following, guarding, recording
from modeldex.bootstrap.opening import LateDesk
from modeldex.query.shelf import Shelf
from modeldex.serve import app as serve_app
from modeldex.serve.answers import Answers
from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.representation import Negotiator
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
    following.end_with_supervisor()
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
    recorder, opener = recording.recorder(settings, log), LateDesk(settings, log)
    site = serve_app.Site(statuses, log, _now, gate, recorder, opener, bounds(settings))

    def view(directory: Path) -> Scenery:
        held, shelf = Current(directory, log.error), Shelf(_SHELF_OF_A_VIEW, LARGEST_SHELVED)
        own = Answers(held, shelf, pool, settings.compress_from)
        return Scenery(own, serve_app.application(Known(own, Negotiator()), site))

    views = Views(views_directory(settings.snapshots), view)
    return serve_app.build(answers, site, views)


def _now() -> datetime:
    return datetime.now(UTC)


def bounds(settings: Settings) -> Bounds:
    """Return the bounds of a worker's connections.

    Those of the edge, which answers better, come first where it can still be asked.
    """
    return Bounds(
        url=settings.url_bytes + 1024,
        headers=settings.header_bytes,
        body=2 * settings.body_bytes,
        receive=settings.receive_timeout,
        drain=settings.drain_timeout,
        connections=settings.connection_limit,
        fast_lane=settings.fast_lane,
    )
