"""What a connection knows of the worker that it came to."""

from typing import Protocol

import msgspec
import structlog

from modeldex.access.facts import Facts
from modeldex.access.guards import Admitted, Denied
from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.lane.writing import Writer
from modeldex.telemetry import Log

DOOR = "modeldex.door"  # in the lifespan's state, which uvicorn hands to every connection
DECIDED = "modeldex.decided"  # on a scope: what the guards said, where they have been asked


class Gate(Protocol):
    """The guards, as the fast lane asks them."""

    def admit(self, facts: Facts) -> Admitted | Denied:
        """Return whether a request may go on, having counted it."""


class Open:
    """A gate that lets everybody in."""

    def admit(self, facts: Facts) -> Admitted | Denied:
        """Let it go on."""
        del facts
        return Admitted()


class Lane:
    """What the fast lane answers with."""

    def __init__(self, known: Known, gate: Gate, log: Log) -> None:
        self.known, self.gate, self.log = known, gate, log
        self.writer = Writer()


class Door(msgspec.Struct, kw_only=True, frozen=True):
    """The bounds of a worker's connections, and its fast lane.

    Attributes:
        lane: ``None`` where it is closed.
    """

    bounds: Bounds = Bounds()
    log: Log = structlog.get_logger("modeldex")
    lane: Lane | None = None
