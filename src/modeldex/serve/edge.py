"""The edge: what every request passes, outermost first.

request id · access log and metrics · CORS · security (bounds, address, key, limits) · [view] shelf
· bodies · admission · deadline · compression · routes.

The outer half is one object, since each wrapped ``send`` costs; the fast lane asks the same one.
"""

from collections.abc import Callable
from functools import partial

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from modeldex.access.facts import Facts, facts, without_key
from modeldex.access.guards import Admitted, Case, Denied, Guards
from modeldex.access.rules import READING
from modeldex.serve.exchange import Exchange, Headers
from modeldex.serve.front import Front
from modeldex.serve.known import Known
from modeldex.serve.middleware.admission import Admission, Places
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.bounds import Bodies, Bounds
from modeldex.serve.middleware.compression import Compression
from modeldex.serve.middleware.cors import Cors, is_preflight
from modeldex.serve.middleware.deadline import BEGAN, Deadline
from modeldex.serve.middleware.refusals import refuse
from modeldex.serve.middleware.request_id import request_id
from modeldex.serve.middleware.watch import Watch
from modeldex.serve.principals import NOTE
from modeldex.telemetry import Log

HARDENING = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
DECIDED = "modeldex.decided"  # on the scope: what the guards said where they were asked before
_MOST_ROUTES = 4096  # paths whose template is remembered
Views = Callable[[str | None], ASGIApp | None]


class Refused(msgspec.Struct, frozen=True):
    """What the guards said of a request that they turned away.

    Attributes:
        said: the same as what an admitted request gets: whose it is, and what of limits to say.
        why: its status, a code for programs, and what to do; told in the dialect of who asks.
        challenge: headers that say how to do better.
    """

    said: Admitted
    why: tuple[int, str, str]
    challenge: tuple[tuple[bytes, bytes], ...] = ()


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What the edge is made of.

    Attributes:
        deadline: seconds from a request's arrival to the first byte of its answer.
        compress_from: bytes from which a body is worth packing.
    """

    guards: Guards
    watch: Watch
    cors: Cors
    bounds: Bounds
    places: Places
    deadline: float
    compress_from: int
    log: Log


class Edge:
    """Names, counts, guards and dresses every answer.

    Args:
        views: the application of a view by its name; ``None`` names the public one.
    """

    def __init__(self, gate: Gate, public: ASGIApp, views: Views | None = None) -> None:
        self.gate, self.public = gate, public
        self.views = views
        self._routes: dict[str, str] = {}
        self._fixed: dict[str, str] = {}  # apart, so that many names never crowd these out

    def case(self, of: Facts) -> Case:
        """Return what the guards have to decide. The fast lane asks this, too."""
        return self.gate.guards.case(of)

    def admit(self, case: Case) -> Admitted | Refused:
        """Let the guards decide. The fast lane asks this, too."""
        said = self.gate.guards.decide(case)
        return said if isinstance(said, Admitted) else _refused(said)

    def answered(self, one: Answered) -> None:
        """Take note of an answer that is over."""
        self.gate.watch.answered(one)

    def headers(self, origin: bytes, name: bytes, said: Admitted) -> Headers:
        """Return what the edge adds to any answer.

        Args:
            origin: the page that asks, empty where none does.
            name: the request's id.
        """
        cors = self.gate.cors.headers(origin)
        return [(b"x-request-id", name), *HARDENING, *cors, *said.headers]

    def route(self, path: str) -> str:
        """Return the template of the route that answered *path* before, ``-`` for none."""
        return self._fixed.get(path) or self._routes.get(path, "-")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.public(scope, receive, send)
            return
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        began = scope[BEGAN] = self.gate.watch.clock()
        name = request_id(scope["headers"])
        dress = partial(self.headers, origin)
        exchange = Exchange(scope, send, began, name, dress, self._over)
        try:
            await self._respond(exchange, scope, receive, origin)
        except Exception as error:
            facts_of_it = {"path": scope["path"][:200], "request_id": name.decode()}
            self.gate.log.error("a request failed", **facts_of_it, exc_info=error)
            await _apologise(exchange, scope, receive)
        finally:
            exchange.end()

    async def _respond(
        self, exchange: Exchange, scope: Scope, receive: Receive, origin: bytes
    ) -> None:
        problem = self.gate.bounds.problem(scope)
        if problem is not None:
            await refuse(scope, receive, exchange.send, problem)
        elif is_preflight(scope["method"], scope["headers"]):
            await exchange.whole(204, self.gate.cors.preflight(origin))
        else:
            await self._guarded(exchange, scope, receive)

    async def _guarded(self, exchange: Exchange, scope: Scope, receive: Receive) -> None:
        said = scope.pop(DECIDED, None) or self.admit(self.case(_facts(scope)))
        if isinstance(said, Refused):
            exchange.said = said.said
            await refuse(scope, receive, exchange.send, said.why, said.challenge)
            return
        exchange.said, scope[NOTE] = said, said.principal
        scope["query_string"] = without_key(scope["path"], scope["query_string"])
        await self._of(said.principal.view)(scope, receive, exchange.send)

    def _of(self, view: str | None) -> ASGIApp:
        """Return the application of a view: for a key that has one, never the public one."""
        if view is None:
            return self.public
        found = None if self.views is None else self.views(view)
        if found is None:
            raise LookupError(f"There is no application for the view {view!r}.")
        return found

    def _over(self, exchange: Exchange) -> None:
        route = self._learned(exchange.scope)
        watch = self.gate.watch
        parent = watch.parent(exchange.scope["headers"])
        self.answered(exchange.summary(watch.clock(), route, parent))

    def _learned(self, scope: Scope) -> str:
        """Return the template of the request's route; the shelf's answers reach none."""
        path: str = scope["path"]
        found: str | None = getattr(scope.get("route"), "path", None)
        if found is None:
            return self.route(path)
        if scope["method"] in READING:
            kept = self._fixed if path == found else self._routes
            if len(kept) >= _MOST_ROUTES and path not in kept:
                del kept[next(iter(kept))]
            kept[path] = found
        return found


def inner(routes: ASGIApp, known: Known, gate: Gate) -> ASGIApp:
    """Return the inner half of the edge around the routes of one view."""
    pool = known.answers.pool
    app: ASGIApp = Compression(routes, known.negotiator, pool, gate.compress_from)
    app = Deadline(app, gate.deadline, gate.watch.clock)
    app = Admission(app, gate.places)
    app = Bodies(app, gate.bounds)
    return Front(app, known)


async def _apologise(exchange: Exchange, scope: Scope, receive: Receive) -> None:
    """Answer 500 where nothing was sent yet.

    An answer that had begun is left as it is: the server cuts it off, for all to see.
    """
    if not exchange.status:
        said = (500, "internal", "Something failed here. It has been logged.")
        await refuse(scope, receive, exchange.send, said)


def _facts(scope: Scope) -> Facts:
    peer = scope.get("client")
    where = peer[0] if peer else None
    query = scope["query_string"]
    return facts(where, scope["method"], scope["path"], query, scope["headers"])


def _refused(said: Denied) -> Refused:
    of = Admitted(client=said.client, charge=said.charge)
    return Refused(of, (said.status, said.code, said.detail), said.challenge)
