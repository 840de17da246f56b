"""The fast lane: known questions are answered before a scope's task or a router exists.

It decides when the headers are complete and answers when the message is, by the same functions as
the ordinary way, and steps aside for whatever is unusual. Then nothing of it has happened; what
the guards decided goes along on the scope, so that nobody is counted twice.
"""

from typing import Any, cast

import msgspec
from typing_extensions import override

from modeldex.access.facts import facts
from modeldex.access.guards import Admitted, Denied
from modeldex.serve.front import request_id
from modeldex.serve.lane.door import DECIDED, Lane
from modeldex.serve.lane.protocol import BoundedProtocol
from modeldex.serve.representation import Conditions, Representation, conditions

_READING = {b"GET": "GET", b"HEAD": "HEAD"}
# With these it is no plain read, or its answer depends on more than the shelf knows.
_UNUSUAL = frozenset(
    {b"expect", b"range", b"content-length", b"transfer-encoding", b"upgrade", b"origin",
     b"anthropic-version", b"if-modified-since"}
)  # fmt: skip
_OK = 200
_COPIED = 32 * 1024  # bytes; a larger body is handed over as it is


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer that waits for the end of its request."""

    found: Representation
    body: bytes
    asked: Conditions
    admitted: Admitted
    is_head: bool


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
            lane.log.error("the fast lane failed", exc_info=error)
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
        path, _, query = self.url.partition(b"?")
        asked = conditions(given.items())
        found = lane.known.find((path, query), asked)
        if found is None or not isinstance(found.body, bytes):
            return None
        peer = self.client[0] if self.client else None
        decided = lane.gate.admit(facts(peer, method, path.decode(), query, given.items()))
        if not isinstance(decided, Admitted) or decided.principal.view is not None:
            self._note(decided)
            return None
        return Hit(found, found.body, asked, decided, method == "HEAD")

    def _is_written(self, lane: Lane, hit: Hit) -> bool:
        """Write the answer; return false where that failed before a byte of it was written."""
        try:
            passing = ((b"x-request-id", request_id(self.headers)), *hit.admitted.headers)
            status, head = lane.writer.head(
                hit.found, hit.asked, self.server_state.default_headers, passing
            )
            body = b"" if hit.is_head or status != _OK else hit.body
        except Exception as error:
            lane.log.error("the fast lane failed", exc_info=error)
            self._note(hit.admitted)
            return False
        if len(body) > _COPIED:
            self.transport.writelines((head, body))
        else:
            self.transport.write(head + body)
        return True

    def _note(self, decided: Admitted | Denied) -> None:
        """Let the ordinary way know what the guards said."""
        scope: dict[str, Any] = cast("dict[str, Any]", self.scope)
        scope[DECIDED] = decided
