"""The fast lane: known questions are answered before a scope's task or a router exists.

It decides when the headers are complete and answers when the message is, by the same functions as
the ordinary way, and steps aside for whatever is unusual. Then nothing of it has happened; what
the guards decided goes along on the scope, so that nobody is counted twice.
"""

from typing import Any, cast
from urllib.parse import unquote

import msgspec
from typing_extensions import override

from modeldex.access.facts import Facts, decisive, without_key
from modeldex.access.guards import Admitted, Case
from modeldex.serve.edge import DECIDED, Refused
from modeldex.serve.lane.bounds import PIECE
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


class Given(msgspec.Struct, frozen=True):
    """What the headers of a plain request say.

    Attributes:
        decisive: what the guards look at.
        name: the client's own id.
    """

    conditions: Conditions
    decisive: tuple[bytes, ...]
    name: bytes | None


class Asked(msgspec.Struct, frozen=True):
    """A plain request.

    Attributes:
        key: of its answer on the shelf.
        case: what the guards have to decide.
    """

    key: tuple[bytes, bytes, bool]
    method: str
    path: str
    case: Case
    given: Given


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer that waits for the end of its request."""

    asked: Asked
    found: Representation
    body: bytes
    admitted: Admitted
    began: float


class FastLane(BoundedProtocol):
    """One connection, whose known questions are answered here.

    Most clients that keep a connection ask the same again, byte for byte. Such a request is not
    parsed anew, but nothing else is spared: guards, shelf, conditions, log and metrics.
    """

    _hit: Hit | None = None
    _decision: Admitted | Refused | None = None  # for the ordinary way
    _last: tuple[bytes, Asked] | None = None  # a request that came whole and alone, and was a hit
    _asked: Asked | None = None  # the hit among what is being parsed
    _heard: list[tuple[bytes, bytes]] | None = None  # headers, the same each time, mostly
    _given: Given | None = None  # what they say

    @override
    def data_received(self, data: bytes) -> None:
        last, lane = self._last, self.door.lane
        if last is not None and data == last[0] and lane is not None and self._is_resting():
            hit = self._decided(lane, last[1])
            if hit is not None and self._is_written(lane, hit):
                self.has_answered()
                return
        self._read(data)

    def _read(self, data: bytes) -> None:
        """Parse what came; remember it where it was one request and a hit."""
        is_start, begun = self._is_between(), self._begun
        super().data_received(data)
        asked, self._asked = self._asked, None
        if asked is not None and is_start and len(data) <= PIECE:
            is_alone = self._begun == begun + 1 and not self._is_open
            self._last = (data, asked) if is_alone else None

    @override
    def on_headers_complete(self) -> None:
        lane, self._asked, hit = self.door.lane, None, None
        if lane is not None and self._decision is None and self._is_plain():
            hit = self._decided(lane, None)
        self._hit = hit
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
            self._is_open, self._asked = False, hit.asked
            self.on_response_complete()
        else:
            super().on_headers_complete()
            super().on_message_complete()

    def _decided(self, lane: Lane, asked: Asked | None) -> Hit | None:
        """Return the answer; ``None`` where the ordinary way has to find it.

        Args:
            asked: ``None`` for what has just been read.
        """
        try:
            asked = asked or self._plainly(lane)
            if asked is None:
                return None
            found = lane.known.find(asked.key, asked.given.conditions)
            if found is None or not isinstance(found.body, bytes):
                return None
            began = lane.clock()
            decided = lane.edge.admit(asked.case)
        except Exception as error:  # the ordinary way finds out what is to be said
            self.door.log.error("the fast lane failed", exc_info=error)
            return None
        if not isinstance(decided, Admitted) or decided.principal.view is not None:
            self._decision = decided
            return None
        return Hit(asked, found, found.body, decided, began)

    def _is_resting(self) -> bool:
        """Whether an answer is over, and the connection waits for the next request."""
        return (
            self.idling.is_set
            and self._held is None
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _is_between(self) -> bool:
        """Whether the next byte begins a request, and nothing is under way."""
        return (
            not self._is_open
            and self._held is None
            and self._refusal is None
            and not self.is_answering
            and self._is_writable()
        )

    def _is_plain(self) -> bool:
        """Whether no other answer is under way, and the connection goes on after this one."""
        return (
            not self.is_answering
            and self._is_writable()
            and self.parser.should_keep_alive()
            and self.parser.get_http_version() == "1.1"
        )

    def _is_writable(self) -> bool:
        is_stuck = self.flow.write_paused or self._is_half_closed
        return not is_stuck and not self.transport.is_closing()

    def _plainly(self, lane: Lane) -> Asked | None:
        """Return what is asked; ``None`` where that is no plain reading."""
        if self.headers != self._heard:
            self._heard, self._given = self.headers, _given(self.headers)
        method, given = _READING.get(self.parser.get_method()), self._given
        if method is None or given is None or not self.url.isascii():
            return None
        raw, _, query = self.url.partition(b"?")
        path = raw.decode("ascii")
        path = unquote(path) if "%" in path else path
        facts = Facts(self.peer, method, path, query, *given.decisive)
        key = (raw, without_key(path, query), False)
        return Asked(key, method, path, lane.edge.case(facts), given)

    def _is_written(self, lane: Lane, hit: Hit) -> bool:
        """Write the answer; return false where that failed before a byte of it was written."""
        try:
            asked, defaults = hit.asked, self.server_state.default_headers
            name = asked.given.name or new_id()
            status, head = lane.writer.head(
                hit.found, asked.given.conditions, defaults, name, hit.admitted
            )
        except Exception as error:
            self.door.log.error("the fast lane failed", exc_info=error)
            self._decision = hit.admitted
            return False
        body = hit.body if status == _OK and asked.method == "GET" else b""
        if len(body) > _COPIED:
            self.transport.writelines((b"".join(head), body))
        else:
            self.transport.write(b"".join((*head, body)))
        self._count(lane, hit, name, status, len(body))
        return True

    def _count(self, lane: Lane, hit: Hit, name: bytes, status: int, size: int) -> None:
        """Let metrics and log know, as the ordinary way does."""
        try:
            asked, watch = hit.asked, lane.watch
            route, seconds = lane.edge.route(asked.path), lane.clock() - hit.began
            watch.counts.add((asked.method, route, status, "hit"), size, seconds)
            if watch.tells:
                said, parent = hit.admitted, watch.parent(self.headers)
                one = Answered(
                    name.decode(), asked.method, asked.path, route, status, size, seconds,
                    "hit", "-", said.principal.key_id or "-", said.client, parent,
                )  # fmt: skip
                watch.tell(one)
        except Exception as error:
            self.door.log.error("an answer could not be counted", exc_info=error)

    @override
    def _begin(self) -> None:
        """Let the ordinary way know what the guards said, if they were asked."""
        super()._begin()
        if self._decision is not None:
            cast("dict[str, Any]", self.scope)[DECIDED] = self._decision
            self._decision = None


def _given(headers: list[tuple[bytes, bytes]]) -> Given | None:
    """Return what headers say, ``None`` where one is unusual or occurs twice."""
    found = dict(headers)
    if len(found) != len(headers) or not _UNUSUAL.isdisjoint(found):
        return None
    asked = Conditions(found.get(b"accept-encoding", b""), found.get(b"if-none-match"))
    return Given(asked, decisive(headers), own_id(headers))
