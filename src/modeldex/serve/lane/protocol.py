"""uvicorn's httptools protocol with bounds: bytes, headers, time and pipelines.

Stock uvicorn reads a header or a target of any length, waits for the end of a request for ever,
and never gives up on a client that does not read. Here each of these ends, with a problem where
one can still be told. Both lanes are served by it.
"""

import asyncio
from itertools import islice
from math import isinf
from typing import Any, cast

import httptools
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from modeldex.serve.lane import bounds as limits
from modeldex.serve.lane import refusals, unsent
from modeldex.serve.lane.deadline import Deadline
from modeldex.serve.lane.door import DOOR, Door
from modeldex.serve.lane.refusals import Refusal

_CLIENTS_FAULT = (httptools.HttpParserError, UnicodeError)


class BoundedProtocol(HttpToolsProtocol):
    """One connection, within the bounds of the worker's door."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.door: Door = app_state.get(DOOR) or Door()
        self.bounds = self.door.bounds
        self.receiving = Deadline(self.loop, self._is_too_slow)
        self.draining = Deadline(self.loop, self._takes_nothing)
        self.idling = Deadline(self.loop, self.timeout_keep_alive_handler)
        self.peer: str | None = None  # address of the client, where it has one
        self._refusal: Refusal | None = None
        self._is_refused = self._is_half_closed = False
        self._held: memoryview | None = None  # what came and is not parsed yet
        self._is_open = False  # in the middle of a request
        self._is_head = False  # in the middle of its head
        self._head = self._room = self._body = 0
        self._begun = 0  # requests so far
        self._unsent: int | None = None

    @property
    def is_answering(self) -> bool:
        """Whether a request is being answered, or waits for its turn."""
        cycle: RequestResponseCycle | None = self.cycle  # there is none at first
        return cycle is not None and not cycle.response_complete

    @property
    def waits_since(self) -> float:
        """Since when it does nothing, in the loop's time; infinite where it is of use."""
        if self.is_answering:
            return float("inf")
        if self.idling.is_set:
            return self.idling.due - self.timeout_keep_alive
        return self.receiving.due - self.bounds.receive

    # The connection

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.peer = self.client[0] if self.client else None
        self.receiving.set(self.bounds.receive)
        if len(self.connections) > self.bounds.connections and not make_room(self):
            self.refuse(refusals.too_many())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.receiving.end()
        self.draining.end()
        self.idling.end()
        self._held = None
        super().connection_lost(exc)

    @override
    def eof_received(self) -> Any:
        """Let who has ended its side only have what can be answered soon.

        Most who end it have gone, so the work for them does not go on for long.
        """
        if self._is_half_closed or self._is_open or not self.is_answering:
            return False
        self._is_half_closed = True
        self.loop.call_later(limits.HALF_CLOSED, self._has_gone)
        return True

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return  # read and thrown away, so that the client gets to read why
        if self._held is None and len(data) <= limits.PIECE and not self.pipeline:
            self._parse(data)
        else:
            self._hold(data)

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._unsent = None  # most of it was taken
        if self._held is not None:
            self.loop.call_soon(self._take)

    @override
    def on_response_complete(self) -> None:
        """Go on with what has come since, or wait; as uvicorn does it, but for a lazy timer."""
        self.server_state.total_requests += 1
        self.draining.set(self.bounds.drain)
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif not self._is_open:
            self.idling.set(self.timeout_keep_alive)
        if self._held is not None:
            self.flow.pause_reading()
            self.loop.call_soon(self._take)
        elif self._refusal is not None or self._is_half_closed:
            self._end()

    def has_answered(self) -> None:
        """Take note of an answer after which nothing is under way."""
        self.server_state.total_requests += 1
        now = self.loop.time()
        self.draining.at(now + self.bounds.drain)
        self.idling.at(now + self.timeout_keep_alive)

    @override
    def _unset_keepalive_if_required(self) -> None:
        self.idling.clear()

    # The parser

    @override
    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []
        self.idling.clear()
        self._begun += 1
        self._is_open = self._is_head = True
        self._head, self._body, self._room = 0, 0, self.bounds.headers

    @override
    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > self.bounds.url:
            raise refusals.url_too_long(self.bounds.url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        headers = self.headers
        self._room -= len(name) + len(value)
        if self._room < 0 or len(headers) >= self.bounds.header_count:
            raise self._too_large()
        if self._is_head:  # what follows a body in pieces was not seen by any guard
            headers.append((name.lower(), value))

    @override
    def on_headers_complete(self) -> None:
        for name, value in self.headers:
            if name == b"content-length" and int(value) > self.bounds.body:
                raise refusals.body_too_large(self.bounds.body)
        self._begin()
        super().on_headers_complete()
        self._is_head = False

    def _begin(self) -> None:
        """Make what uvicorn makes at the first byte of a request; a known question needs none."""
        url, headers = self.url, self.headers
        HttpToolsProtocol.on_message_begin(self)
        self.url = url
        self.headers.extend(headers)
        self.expect_100_continue = any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in headers
        )

    @override
    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        if self._body > self.bounds.body:
            raise refusals.body_too_large(self.bounds.body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._is_open = False
        super().on_message_complete()

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a client's wish is no event, and it may wish as often as it likes."""

    # What the bounds do

    def refuse(self, why: Refusal) -> None:
        """Tell why, after what is being answered, and close."""
        self._refusal, self._held = why, None
        self.receiving.clear()
        if self._is_open and not self._is_head:
            self._give_up_body()
        if self.is_answering:
            self.flow.pause_reading()
        else:
            self._end()

    def _parse(self, data: bytes | memoryview) -> None:
        began = self._is_head
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # No other protocol is spoken here: what follows is the next request.
            if rest := data[upgrade.args[0] :]:
                self._parse(rest)
                return
        except httptools.HttpParserError as error:
            self.refuse(self._reason(error))
            return
        if not self._is_open and (self.idling.is_set or self.is_answering):
            self.receiving.clear()
            return
        if began and self._is_head:
            self._head += len(data)
            if self._head > self.bounds.headers + self.bounds.url:
                self.refuse(self._too_large())
                return
        if not self.receiving.is_set:
            self.receiving.set(self.bounds.receive)

    def _reason(self, error: Exception) -> Refusal:
        """Return what to answer to what the parser or one of its callbacks did not take."""
        cause = error.__context__ or error
        if isinstance(cause, Refusal):
            return cause
        if isinstance(cause, _CLIENTS_FAULT):
            return refusals.invalid()
        self.door.log.error("a request could not be read", exc_info=cause)
        return refusals.failed()

    def _take(self) -> None:
        """Parse what came, piece by piece, as long as it can be answered or may wait."""
        while (held := self._held) is not None and not self._is_full():
            self._held = held[limits.PIECE :] if len(held) > limits.PIECE else None
            self._parse(held[: limits.PIECE])
        if self.transport.is_closing() or self._is_refused:
            return
        if self._held is not None:
            self.flow.pause_reading()
        elif not self.pipeline and self._refusal is None:
            self.flow.resume_reading()

    def _is_full(self) -> bool:
        return (
            self.transport.is_closing()
            or self.flow.write_paused
            or len(self.pipeline) >= limits.MOST_PIPELINED
        )

    def _hold(self, data: bytes) -> None:
        held = data if self._held is None else bytes(self._held) + data
        self._held = memoryview(held)
        if len(held) > limits.MOST_HELD:
            self.transport.abort()
        else:
            self._take()

    def _end(self) -> None:
        """Close, unless something is still to be answered; say why, where that is known."""
        if self.transport.is_closing() or self.is_answering:
            return
        if self._refusal is None:
            self.transport.close()
        else:
            self._say(self._refusal)

    def _say(self, why: Refusal) -> None:
        """Write the answer, end this side, and let what still comes in go by for a moment."""
        self._is_refused = True
        self._unset_keepalive_if_required()
        given, defaults = self.headers or (), self.server_state.default_headers
        self.transport.write(self.door.refused(self.peer, why, given, defaults))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.receiving.set(limits.LINGER)

    def _give_up_body(self) -> None:
        """End a request whose body does not come as it should; nothing of it is sent any more."""
        if self.pipeline or self.cycle.response_started:
            self.transport.abort()  # too late to say anything
        self.cycle.disconnected = self.cycle.response_complete = True
        self.cycle.message_event.set()

    def _is_too_slow(self) -> None:
        if self._held is not None:
            self.receiving.set(self.bounds.receive)  # it is we who have not looked yet
        elif self._is_refused or not self._is_open:
            self.transport.abort()
        else:
            self.refuse(refusals.too_slow(self.bounds.receive))

    def _watch(self) -> None:
        self.draining.set(self.bounds.drain)

    def _takes_nothing(self) -> None:
        """Cut off who has taken less than a little since the last look."""
        size = self.transport.get_write_buffer_size()
        size, before = size and size + unsent.by_kernel(self.transport), self._unsent
        self._unsent = size or None
        if size and before is not None and before - size < limits.LEAST_PROGRESS:
            self.transport.abort()
        elif size:
            self._watch()

    def _has_gone(self) -> None:
        if self.is_answering and self.cycle.response_started:
            self.loop.call_later(self.bounds.drain, self._abandon)  # it may be reading on
        else:
            self._abandon()

    def _abandon(self) -> None:
        if self.is_answering:
            self.transport.abort()

    def _too_large(self) -> Refusal:
        return refusals.headers_too_large(self.bounds.headers, self.bounds.header_count)


def make_room(newcomer: BoundedProtocol) -> bool:
    """Close the connection that has waited longest, of some; return whether one waits at all.

    Who holds connections open and does nothing with them so never keeps others out.
    """
    some = islice(newcomer.connections, limits.SAMPLE)
    others = [one for one in some if isinstance(one, BoundedProtocol) and one is not newcomer]
    longest = min(others, key=lambda one: one.waits_since, default=None)
    if longest is None or isinf(longest.waits_since):
        return False
    longest.transport.abort()
    return True
