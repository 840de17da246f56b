"""The fast lane: known questions are answered before a scope's task or a router exists.

It decides when the headers are complete and answers when the message is, by the same functions as
the ordinary way, and steps aside for whatever is unusual. Then nothing of it has happened; what
the guards decided goes along on the scope, so that nobody is counted twice.
"""

from typing import Any, cast
from urllib.parse import unquote

import msgspec
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from modeldex.access.facts import Facts, decisive, without_key
from modeldex.access.guards import Admitted
from modeldex.serve.edge import DECIDED, Refused
from modeldex.serve.lane.door import Lane
from modeldex.serve.lane.protocol import BoundedProtocol
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.request_id import new_id, own_id
from modeldex.serve.representation import Conditions, Representation

_READING = {b"GET": "GET", b"HEAD": "HEAD"}
# With these it is no plain read, or its answer depends on more than the shelf knows.
_UNUSUAL = frozenset(
    {b"expect", b"range", b"content-length", b"transfer-encoding", b"upgrade", b"origin",
     b"anthropic-version", b"if-modified-since", b"access-control-request-method"}
)  # fmt: skip
_OK = 200
_COPIED = 32 * 1024  # bytes; a larger body is handed over as it is
_Headers = list[tuple[bytes, bytes]]


class Given(msgspec.Struct, frozen=True, gc=False):
    """What the headers of a plain request say.

    Attributes:
        name: the client's own id.
        decisive: what the guards look at.
    """

    asked: Conditions
    name: bytes | None
    decisive: tuple[bytes, ...]


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer that waits for the end of its request."""

    found: Representation
    body: bytes
    given: Given
    admitted: Admitted
    method: str
    path: str
    began: float


class FastLane(BoundedProtocol):
    """One connection, whose known questions are answered here."""

    _hit: Hit | None = None
    _decision: Admitted | Refused | None = None  # for the ordinary way
    _heard: _Headers | None = None  # headers that a client sends again and again
    _given: Given | None = None  # what they say

    @override
    def on_headers_complete(self) -> None:
        lane = self.door.lane
        self._hit = hit = None if lane is None else self._decided(lane)
        if hit is None:
            super().on_headers_complete()
        else:
            self._is_head = False

    @override
    def on_message_complete(self) -> None:
        hit, lane, self._hit = self._hit, self.door.lane, None
        if hit is None or lane is None:
            super().on_message_complete()
        elif self._is_written(lane, hit):
            self._is_open = False
            self.on_response_complete()
        else:
            super().on_headers_complete()
            super().on_message_complete()

    def _decided(self, lane: Lane) -> Hit | None:
        """Return the answer; ``None`` where the ordinary way has to find it."""
        try:
            return self._known(lane) if self._is_plain() else None
        except Exception as error:  # the ordinary way finds out what is to be said
            self.door.log.error("the fast lane failed", exc_info=error)
            return None

    def _is_plain(self) -> bool:
        """Whether nothing is under way, and the connection goes on after the answer."""
        cycle: RequestResponseCycle | None = self.cycle
        parser = self.parser
        return (
            (cycle is None or cycle.response_complete)
            and not self.flow.write_paused
            and not self._is_half_closed
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and not self.transport.is_closing()
        )

    def _listened(self) -> Given | None:
        """Return what the headers say; a client that says the same again is not asked again."""
        if self.headers != self._heard:
            self._heard, self._given = self.headers, given(self.headers)
        return self._given

    def _known(self, lane: Lane) -> Hit | None:
        given, method = self._listened(), _READING.get(self.parser.get_method())
        if given is None or method is None:
            return None
        raw, _, query = self.url.partition(b"?")
        path = raw.decode("ascii")
        path = unquote(path) if "%" in path else path
        found = lane.known.find((raw, without_key(path, query), False), given.asked)
        if found is None or not isinstance(found.body, bytes):
            return None
        began = lane.clock()
        decided = lane.edge.admit(Facts(self.peer, method, path, query, *given.decisive))
        if not isinstance(decided, Admitted) or decided.principal.view is not None:
            self._decision = decided
            return None
        return Hit(found, found.body, given, decided, method, path, began)

    def _is_written(self, lane: Lane, hit: Hit) -> bool:
        """Write the answer; return false where that failed before a byte of it was written."""
        try:
            name, defaults = hit.given.name or new_id(), self.server_state.default_headers
            status, head = lane.writer.head(
                hit.found, hit.given.asked, defaults, name, hit.admitted
            )
        except Exception as error:
            self.door.log.error("the fast lane failed", exc_info=error)
            self._decision = hit.admitted
            return False
        body = hit.body if status == _OK and hit.method == "GET" else b""
        if len(body) > _COPIED:
            self.transport.writelines((b"".join(head), body))
        else:
            self.transport.write(b"".join((*head, body)))
        self._tell(lane, hit, name.decode(), status, len(body))
        return True

    def _tell(self, lane: Lane, hit: Hit, name: str, status: int, size: int) -> None:
        """Let log and metrics know, as the ordinary way does."""
        try:
            said, route = hit.admitted, lane.edge.route(hit.path)
            seconds, key = lane.clock() - hit.began, said.principal.key_id or "-"
            one = Answered(
                name, hit.method, hit.path, route, status, size, seconds, "hit", "-", key,
                said.client,
            )  # fmt: skip
            lane.edge.answered(one)
        except Exception as error:
            self.door.log.error("an answer could not be counted", exc_info=error)

    @override
    def _begin(self) -> None:
        """Let the ordinary way know what the guards said, if they were asked."""
        super()._begin()
        if self._decision is not None:
            cast("dict[str, Any]", self.scope)[DECIDED] = self._decision
            self._decision = None


def given(headers: _Headers) -> Given | None:
    """Return what headers say, ``None`` where one is unusual or occurs twice."""
    found = dict(headers)
    if len(found) != len(headers) or not _UNUSUAL.isdisjoint(found):
        return None
    asked = Conditions(found.get(b"accept-encoding", b""), found.get(b"if-none-match"))
    return Given(asked, own_id(headers), decisive(headers))
