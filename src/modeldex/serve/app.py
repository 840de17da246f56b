"""The ASGI application of a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from modeldex import __version__
from modeldex.serve import openapi, problems, routing
from modeldex.serve.answers import Answers
from modeldex.serve.edge import Edge, Gate, inner
from modeldex.serve.representation import Negotiator
from modeldex.serve.routes import (
    catalog,
    cost,
    gateways,
    health,
    metrics,
    models,
    predecessor,
    remembered,
    who,
)
from modeldex.serve.statuses import StatusFile
from modeldex.serve.views import Views
from modeldex.serve.workings import workings
from modeldex.telemetry import Log

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
POLL = 0.25  # seconds between two looks for a new snapshot


def build(
    answers: Answers,
    statuses: StatusFile,
    log: Log,
    now: Callable[[], datetime],
    *,
    gate: Gate,
    views: Views | None = None,
) -> ASGIApp:
    """Return the application that serves *answers*.

    Args:
        now: the current time, for costs that name none.
        gate: what stands before it.
        views: those of keys that see another catalog.
    """
    lifespan = partial(_lifespan, answers=answers, log=log, gate=gate, views=views)
    public = application(answers, statuses, now, gate, lifespan)
    return Edge(gate, public, views)


def application(
    answers: Answers,
    statuses: StatusFile,
    now: Callable[[], datetime],
    gate: Gate,
    lifespan: Lifespan | None = None,
) -> ASGIApp:
    """Return what stands behind the edge: all routes, over one catalog and no other."""
    negotiator = Negotiator()
    handlers = catalog.Catalog(answers, negotiator, now)
    routers = (
        catalog.router(handlers),
        models.router(handlers),
        predecessor.router(handlers),
        remembered.router(handlers),
        who.router(handlers),
        cost.router(answers, now),
        gateways.router(answers, statuses),
        health.router(answers.current),
        metrics.router(statuses, answers.current, workings(gate, answers, now)),
    )
    app = openapi.Application(
        title="modeldex",
        summary="One fast, truthful list of every LLM you can call.",
        version=__version__,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        routes=routing.in_order(routers),
    )
    app.add_exception_handler(404, _not_found)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(Exception, _failed)
    return inner(app, answers, negotiator, gate)


@asynccontextmanager
async def _lifespan(
    _app: FastAPI, answers: Answers, log: Log, gate: Gate, views: Views | None
) -> AsyncIterator[None]:
    answers.current.poll()
    running = (watch(answers, log, views or ()), gate.watch.run(), gate.guards.ring.run())
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
