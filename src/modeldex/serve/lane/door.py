"""What a connection knows of the worker that it came to."""

import msgspec
import structlog
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from modeldex.access.guards import Admitted
from modeldex.serve.edge import Edge
from modeldex.serve.known import Known
from modeldex.serve.lane.bounds import Bounds
from modeldex.serve.lane.refusals import Refusal
from modeldex.serve.lane.writing import Headers, Writer, lines
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.request_id import request_id
from modeldex.telemetry import Log

ADMITTED = Admitted()
DOOR = "modeldex.door"  # in the lifespan's state, which uvicorn hands to every connection


class Lane:
    """What the fast lane answers with."""

    def __init__(self, known: Known, edge: Edge) -> None:
        self.known, self.edge = known, edge
        self.watch, self.writer = edge.gate.watch, Writer(edge)
        self.clock = self.watch.clock


class Door(msgspec.Struct, kw_only=True, frozen=True):
    """The bounds of a worker's connections, its edge, and its fast lane.

    Attributes:
        edge: ``None`` where there is none, and nothing is counted.
        lane: ``None`` where it is closed.
    """

    bounds: Bounds = Bounds()
    edge: Edge | None = None
    lane: Lane | None = None
    log: Log = structlog.get_logger("modeldex")

    def refused(self, peer: str | None, why: Refusal, given: Headers, defaults: Headers) -> bytes:
        """Return the whole answer to what never became a request, having taken note of it.

        Args:
            given: headers of the request, as far as they came.
            defaults: what the server adds to every answer.
        """
        name, answer = request_id(given), why.answer()
        own: Headers = [(b"x-request-id", name)]
        if self.edge is not None:
            own = self.edge.headers(b"", name, ADMITTED)
            self.edge.answered(_noted(self.edge, peer, name.decode(), why, answer))
        headers = [*defaults, *answer.raw_headers, *own, (b"connection", b"close")]
        opening = STATUS_LINE[answer.status_code] + lines(headers)
        return b"".join((opening, b"\r\n", bytes(answer.body)))


def _noted(edge: Edge, peer: str | None, name: str, why: Refusal, answer: Response) -> Answered:
    client = edge.gate.guards.proxies.client(peer, b"", b"")
    return Answered(
        request_id=name,
        method="-",
        path="-",
        route="-",
        status=answer.status_code,
        bytes=len(answer.body),
        seconds=0.0,
        outcome=why.code,
        client=client.group,
    )
