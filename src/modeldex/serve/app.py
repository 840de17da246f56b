"""The ASGI application of a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from modeldex import __version__
from modeldex.serve import problems
from modeldex.serve.answers import Answers
from modeldex.serve.edge import Edge, Gate, inner
from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.lane.door import DOOR, Door, Lane
from modeldex.serve.representation import Negotiator
from modeldex.serve.routes import catalog, cost, gateways, health, metrics, remembered
from modeldex.serve.statuses import StatusFile
from modeldex.serve.warming import Warmer
from modeldex.serve.workings import workings
from modeldex.telemetry import Log

BOUNDS = Bounds()
POLL = 0.25  # seconds between two looks for a new snapshot


def build(
    answers: Answers,
    statuses: StatusFile,
    log: Log,
    now: Callable[[], datetime],
    *,
    gate: Gate,
    bounds: Bounds = BOUNDS,
) -> ASGIApp:
    """Return the application that serves *answers*.

    Args:
        now: the current time, for costs that name none.
        gate: what stands before it.
        bounds: of the worker's connections.
    """
    negotiator, opened = Negotiator(), list[Door]()
    known = Known(answers, negotiator)
    app = FastAPI(
        title="modeldex",
        summary="One fast, truthful list of every LLM you can call.",
        version=__version__,
        lifespan=partial(_lifespan, answers=answers, gate=gate, opened=opened),
        redoc_url=None,
    )
    handlers = catalog.Catalog(answers, negotiator)
    app.include_router(remembered.router(handlers))
    app.include_router(catalog.router(handlers))
    app.include_router(cost.router(answers, now))
    app.include_router(gateways.router(answers, statuses))
    app.include_router(health.router(answers.current))
    app.include_router(metrics.router(statuses, answers.current, workings(gate, answers, now)))
    app.add_exception_handler(404, _not_found)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(Exception, _failed)
    public = inner(app, known, gate)
    answers.left.append(Warmer(public, log).begin)
    edge = Edge(gate, public)
    lane = Lane(known, edge) if bounds.fast_lane else None
    opened.append(Door(bounds=bounds, edge=edge, lane=lane, log=log))
    return edge


@asynccontextmanager
async def _lifespan(
    _app: FastAPI, answers: Answers, gate: Gate, opened: Sequence[Door]
) -> AsyncIterator[dict[str, object]]:
    answers.current.poll()
    running = (watch(answers, gate.log), gate.watch.run(), gate.guards.ring.run())
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield {DOOR: opened[0]}
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def watch(answers: Answers, log: Log) -> None:
    """Swap to each new snapshot soon after it is published, and check its bytes once."""
    while True:
        try:
            await _look(answers)
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
    headers = {"allow": "GET, HEAD" if allowed == "GET" else allowed}
    detail = f"{request.method[:20]} is not possible at {request.scope['path'][:200]!r}."
    return problems.problem(405, "wrong_method", detail, headers=headers)


async def _failed(_request: Request, _error: Exception) -> Response:
    """Answer; the edge reports it."""
    return problems.problem(500, "internal", "Something failed here. It has been logged.")
