"""The fast lane: known questions are answered before a scope's task or a router exists.

It decides when the headers are complete and answers when the message is, by the same functions as
the ordinary way, and steps aside for whatever is unusual. Then nothing of it has happened; what
the guards decided goes along on the scope, so that nobody is counted twice.
"""

from typing import Any, cast
from urllib.parse import unquote

import msgspec
from typing_extensions import override

from modeldex.access.facts import facts, without_key
from modeldex.access.guards import Admitted
from modeldex.serve.edge import DECIDED, Refused
from modeldex.serve.envelopes import VERSION
from modeldex.serve.lane.door import Lane
from modeldex.serve.lane.protocol import BoundedProtocol
from modeldex.serve.middleware.answered import Answered
from modeldex.serve.middleware.request_id import request_id
from modeldex.serve.representation import Conditions, Representation

_READING = {b"GET": "GET", b"HEAD": "HEAD"}
# With these it is no plain read, or its answer depends on more than the shelf knows.
_UNUSUAL = frozenset(
    {b"expect", b"range", b"content-length", b"transfer-encoding", b"upgrade", b"origin",
     b"anthropic-version", b"if-modified-since", b"access-control-request-method"}
)  # fmt: skip
_OK = 200
_COPIED = 32 * 1024  # bytes; a larger body is handed over as it is


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer that waits for the end of its request."""

    found: Representation
    body: bytes
    asked: Conditions
    admitted: Admitted
    method: str
    path: str
    began: float


class FastLane(BoundedProtocol):
    """One connection, whose known questions are answered here."""

    _hit: Hit | None = None

    @override
    def on_headers_complete(self) -> None:
        lane = self.door.lane
        self._hit = None if lane is None else self._decided(lane)
        if self._hit is None:
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
        return (
            not self.is_answering
            and not self.flow.write_paused
            and not self._is_half_closed
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.transport.is_closing()
        )

    def _known(self, lane: Lane) -> Hit | None:
        method = _READING.get(self.parser.get_method())
        given = dict(self.headers)
        if method is None or len(given) != len(self.headers) or not _UNUSUAL.isdisjoint(given):
            return None
        raw, _, query = self.url.partition(b"?")
        path = raw.decode("ascii")
        path = unquote(path) if "%" in path else path
        asked = Conditions(given.get(b"accept-encoding", b""), given.get(b"if-none-match"))
        found = lane.known.find((raw, without_key(path, query), VERSION in given), asked)
        if found is None or not isinstance(found.body, bytes):
            return None
        began = lane.clock()
        decided = lane.edge.admit(facts(self.peer, method, path, query, given.items()))
        if not isinstance(decided, Admitted) or decided.principal.view is not None:
            self._note(decided)
            return None
        return Hit(found, found.body, asked, decided, method, path, began)

    def _is_written(self, lane: Lane, hit: Hit) -> bool:
        """Write the answer; return false where that failed before a byte of it was written."""
        try:
            name, decided = request_id(self.headers), hit.admitted
            passing = lane.edge.headers(b"", name, decided)
            status, head = lane.writer.head(
                hit.found,
                hit.asked,
                self.server_state.default_headers,
                passing,
                is_private=decided.is_private,
            )
        except Exception as error:
            self.door.log.error("the fast lane failed", exc_info=error)
            self._note(hit.admitted)
            return False
        body = hit.body if status == _OK and hit.method == "GET" else b""
        if len(body) > _COPIED:
            self.transport.writelines((head, body))
        else:
            self.transport.write(head + body)
        self._tell(lane, hit, name.decode(), status, len(body))
        return True

    def _tell(self, lane: Lane, hit: Hit, name: str, status: int, size: int) -> None:
        """Let log and metrics know, as the ordinary way does."""
        try:
            lane.edge.answered(
                Answered(
                    request_id=name,
                    method=hit.method,
                    path=hit.path,
                    route=lane.edge.route(hit.path),
                    status=status,
                    bytes=size,
                    seconds=lane.clock() - hit.began,
                    shelf="hit",
                    key=hit.admitted.principal.key_id or "-",
                    client=hit.admitted.client,
                    parent=lane.edge.gate.watch.parent(self.headers),
                )
            )
        except Exception as error:
            self.door.log.error("an answer could not be counted", exc_info=error)

    def _note(self, decided: Admitted | Refused) -> None:
        """Let the ordinary way know what the guards said."""
        scope: dict[str, Any] = cast("dict[str, Any]", self.scope)
        scope[DECIDED] = decided
