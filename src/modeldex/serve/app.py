"""The ASGI application of a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import NamedTuple

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from modeldex import __version__
from modeldex.serve import openapi, problems, routing
from modeldex.serve.answers import Answers
from modeldex.serve.desk import Opener
from modeldex.serve.edge import Edge, Gate, inner
from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.lane.door import DOOR, Door, Lane
from modeldex.serve.representation import Negotiator
from modeldex.serve.routes import (
    admin,
    catalog,
    cost,
    dialects,
    gateways,
    google,
    health,
    metrics,
    models,
    observations,
    popular,
    predecessor,
    remembered,
    routers,
    who,
)
from modeldex.serve.statuses import StatusFile
from modeldex.serve.views import Views
from modeldex.serve.warming import Warmer
from modeldex.serve.workings import workings
from modeldex.telemetry import Log

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[dict[str, object]]]
POLL = 0.25  # seconds between two looks for a new snapshot


class Site(NamedTuple):
    """What all catalogs of a worker share.

    Attributes:
        now: the current time, for costs and calls that name none.
        gate: what stands before the routes.
        recorder: where reports of calls go; closed with the application.
        opener: of the desk of an operator; without one there is nothing to administer.
        bounds: of the worker's connections.
    """

    statuses: StatusFile
    log: Log
    now: Callable[[], datetime]
    gate: Gate
    recorder: observations.Recorder = observations.NOWHERE
    opener: Opener | None = None
    bounds: Bounds = Bounds()


def build(answers: Answers, site: Site, views: Views | None = None) -> ASGIApp:
    """Return the application that serves *answers*.

    Args:
        views: the catalogs of keys that see another one.
    """
    opened = list[Door]()
    lifespan = partial(_lifespan, answers=answers, site=site, views=views, opened=opened)
    known = Known(answers, Negotiator())
    public = application(known, site, lifespan)
    answers.left.append(Warmer(public, site.log).begin)
    edge = Edge(site.gate, public, views)
    lane = Lane(known, edge) if site.bounds.fast_lane else None
    opened.append(Door(bounds=site.bounds, edge=edge, lane=lane, log=site.log))
    return edge


def application(known: Known, site: Site, lifespan: Lifespan | None = None) -> ASGIApp:
    """Return what stands behind the edge: all routes, over one catalog and no other."""
    handlers = catalog.Catalog(known.answers, known.negotiator, site.now)
    app = openapi.Application(
        title="modeldex",
        summary="One fast, truthful list of every LLM you can call.",
        version=__version__,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        routes=routing.in_order((*_reading(handlers), *_others(known.answers, site))),
    )
    app.add_exception_handler(404, _not_found)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(Exception, _failed)
    return inner(app, known, site.gate)


def _reading(handlers: catalog.Catalog) -> Iterator[APIRouter]:
    """Yield the routes that answer from the catalog."""
    yield catalog.router(handlers)
    yield models.router(handlers)
    yield predecessor.router(handlers)
    yield popular.router(handlers)
    yield remembered.router(handlers)
    yield who.router(handlers)
    yield google.router(handlers)
    yield routers.router(handlers)
    yield dialects.router(handlers)


def _others(answers: Answers, site: Site) -> Iterator[APIRouter]:
    """Yield the routes that compute, take something, or tell of the worker itself."""
    yield cost.router(answers, site.now)
    yield observations.router(answers, site.recorder, site.now)
    yield gateways.router(answers, site.statuses)
    yield health.router(answers.current)
    inside = workings(site.gate, answers, site.now)
    yield metrics.router(site.statuses, answers.current, inside)
    if site.opener is not None:
        directory = site.statuses.directory  # of the public snapshots, whoever asks
        yield admin.router(site.opener, site.statuses, directory, site.log)


@asynccontextmanager
async def _lifespan(
    _app: FastAPI, answers: Answers, site: Site, views: Views | None, opened: Sequence[Door]
) -> AsyncIterator[dict[str, object]]:
    answers.current.poll()
    gate = site.gate
    shown = () if views is None else views  # which is false while none is open
    running = (watch(answers, site.log, shown), gate.watch.run(), gate.guards.ring.run())
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield {DOOR: opened[0]}
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await site.recorder.close()
        if site.opener is not None:
            await site.opener.close()


async def watch(answers: Answers, log: Log, views: Iterable[Answers] = ()) -> None:
    """Swap to each new snapshot soon after it is published, and check its bytes once."""
    while True:
        try:
            for one in (answers, *views):
                await _look(one)
        except Exception as error:  # else this worker would serve the old one for ever
            log.error("looking for a new snapshot failed", exc_info=error)
        await asyncio.sleep(POLL)


async def _look(answers: Answers) -> None:
    current = answers.current
    current.poll()
    damage = await asyncio.get_running_loop().run_in_executor(answers.pool, current.verify)
    if damage is not None:
        current.damaged(damage)


async def _not_found(request: Request, _error: Exception) -> Response:
    return problems.not_found(request)


async def _wrong_method(request: Request, error: Exception) -> Response:
    allowed = (getattr(error, "headers", None) or {}).get("Allow", "")
    return problems.wrong_method(request, allowed)


async def _failed(_request: Request, _error: Exception) -> Response:
    """Answer; the edge reports it."""
    return problems.problem(500, "internal", "Something failed here. It has been logged.")
