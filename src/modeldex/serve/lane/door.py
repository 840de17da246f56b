"""What a connection knows of the worker that it came to."""


import msgspec
import structlog

from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.telemetry import Log

DOOR = "modeldex.door"  # in the lifespan's state, which uvicorn hands to every connection


class Door(msgspec.Struct, kw_only=True, frozen=True):
    """The bounds of a worker's connections, and what its fast lane knows.

    Attributes:
        known: what can be answered at once; ``None`` where the fast lane is closed.
    """

    bounds: Bounds = Bounds()
    log: Log = structlog.get_logger("modeldex")
    known: Known | None = None
