"""The ASGI application of a worker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from modeldex import __version__
from modeldex.serve import openapi, problems, routing
from modeldex.serve.answers import Answers
from modeldex.serve.front import Front
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
from modeldex.telemetry import Log

POLL = 0.25  # seconds between two looks for a new snapshot


def build(
    answers: Answers, statuses: StatusFile, log: Log, now: Callable[[], datetime]
) -> ASGIApp:
    """Return the application that serves *answers*.

    Args:
        now: the current time, for costs that name none.
    """
    negotiator = Negotiator()
    handlers = catalog.Catalog(answers, negotiator)
    routers = (
        catalog.router(handlers),
        models.router(handlers),
        predecessor.router(handlers),
        remembered.router(handlers),
        who.router(handlers),
        cost.router(answers, now),
        gateways.router(answers, statuses),
        health.router(answers.current),
        metrics.router(statuses, answers.current),
    )
    app = openapi.Application(
        title="modeldex",
        summary="One fast, truthful list of every LLM you can call.",
        version=__version__,
        lifespan=partial(_lifespan, answers=answers, log=log),
        redoc_url=None,
        redirect_slashes=False,
        routes=routing.in_order(routers),
    )
    app.add_exception_handler(404, _not_found)
    app.add_exception_handler(405, _wrong_method)
    app.add_exception_handler(Exception, partial(_failed, log))
    return Front(app, answers, negotiator)


@asynccontextmanager
async def _lifespan(_app: FastAPI, answers: Answers, log: Log) -> AsyncIterator[None]:
    answers.current.poll()
    watching = asyncio.create_task(watch(answers, log))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


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
    return problems.wrong_method(request, allowed)


async def _failed(log: Log, request: Request, error: Exception) -> Response:
    log.error("a request failed", path=request.scope["path"][:200], exc_info=error)
    return problems.problem(500, "internal", "Something failed here. It has been logged.")
