"""Bad input at the socket: a clear status each, bounded memory, and others are still answered."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest
from starlette.types import Receive, Scope, Send

from modeldex.serve.lane.bounds import Bounds
from support import live, raw, wire
from support.plain import BODY, Plain
from support.raw import LAST, get

BOUNDS = Bounds(url=200, headers=300, header_count=9, body=50, receive=0.3, drain=0.3)
PATIENT = Bounds(receive=live.PATIENCE, drain=live.PATIENCE)
ASK = get("/")


def said(answers: bytes) -> tuple[int, str]:
    """Return the status and the code of the last answer, which is a problem and closes."""
    head, _, body = re.split(rb"(?=HTTP/1\.1 \d{3} )", answers)[-1].partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    assert b"\r\nx-request-id: " in head
    assert b"\r\nserver: " not in head.lower()
    assert b"\r\ncontent-type: application/problem+json" in head
    found = json.loads(body)
    assert found["status"] == int(head[9:12])
    return found["status"], found["code"]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with tight bounds but for time, that answers everything at once."""
    patient = msgspec.structs.replace(BOUNDS, receive=live.PATIENCE, drain=live.PATIENCE)
    with live.served(Plain(patient)) as found:
        yield found


@pytest.fixture(scope="module")
def hasty() -> Iterator[str]:
    """A server that waits for nobody."""
    with live.served(Plain(BOUNDS)) as found:
        yield found


POST = get("/", "content-length: 20", method="POST")
CHUNKED = get("/", "transfer-encoding: chunked", method="POST")
REFUSED = {
    "a long target": ([get("/" + "x" * 300)], 414, "url_too_long"),
    "a target without an end": ([b"GET /", *[b"x" * 50] * 9], 414, "url_too_long"),
    "many headers": ([get("/", *["a: b"] * 20)], 431, "headers_too_large"),
    "large headers": ([get("/", "a: " + "b" * 400)], 431, "headers_too_large"),
    "a header without an end": (
        [b"GET / HTTP/1.1\r\na: ", *[b"x" * 2000] * 9], 431, "headers_too_large",
    ),
    "a body declared too large": (
        [get("/", "content-length: 51", method="POST")], 413, "body_too_large",
    ),
    "no HTTP": ([b"hello\r\n\r\n"], 400, "invalid_http"),
    "TLS": ([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 30], 400, "invalid_http"),
    "a path that is no ASCII": (["GET /\u00e9 HTTP/1.1\r\nhost: a\r\n\r\n".encode()],
                                400, "invalid_http"),
    "a control character": ([get("/", "a: b\x00c")], 400, "invalid_http"),
    "a target that is none": ([b"GET http:// HTTP/1.1\r\nhost: a\r\n\r\n"], 400, "invalid_http"),
    "half a head": ([ASK[:20]], 408, "too_slow"),
    "one byte": ([b"G"], 408, "too_slow"),
    "an answer, then half a head": ([ASK + ASK[:9]], 408, "too_slow"),
    "an answer, then no HTTP": ([ASK + b"hello\r\n\r\n"], 400, "invalid_http"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_request_is_told_so(url: str, hasty: str, case: str) -> None:
    """Too long, too large, too slow or no HTTP at all: a problem, and the connection closes."""
    pieces, status, code = REFUSED[case]

    server = hasty if code == "too_slow" else url
    assert said(raw.exchange(server, *pieces)) == (status, code)
    assert wire.ask(url, "/").status == 200


@pytest.mark.parametrize("body", [b"", b"half"])
def test_a_body_that_does_not_come_is_too_slow(body: bytes) -> None:
    """A request whose application waits for the rest gets 408; the application is told."""
    app = Plain(BOUNDS, holds=True)
    with live.served(app) as url:
        assert said(raw.exchange(url, POST + body)) == (408, "too_slow")
        live.eventually(lambda: app.gone == 1)


def test_a_body_in_chunks_is_counted_while_it_comes() -> None:
    """Without a length the bytes themselves are counted, however small the chunks."""
    app = Plain(msgspec.structs.replace(BOUNDS, receive=live.PATIENCE), holds=True)
    with live.served(app) as url:
        assert said(raw.exchange(url, CHUNKED, *[b"1\r\nx\r\n"] * 60)) == (413, "body_too_large")
        live.eventually(lambda: app.gone == 1)


def test_what_follows_a_body_is_no_header() -> None:
    """A trailer is counted and thrown away: no guard looked at it."""
    heard = list[bytes]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            heard.extend(name for name, _ in scope["headers"])
            while (await receive()).get("more_body"):
                pass
            heard.extend(name for name, _ in scope["headers"])
        await Plain(BOUNDS)(scope, receive, send)

    with live.served(app) as url:
        answers = raw.exchange(url, CHUNKED + b"1\r\nx\r\n0\r\nx-forwarded-for: 9\r\n\r\n", LAST)
        large = b"x: " + b"y" * 400
        refused = raw.exchange(url, CHUNKED + b"1\r\nx\r\n0\r\n" + large + b"\r\n\r\n", LAST)

    assert raw.statuses(answers)[0] == 200
    assert b"x-forwarded-for" not in heard
    assert raw.statuses(refused) == [431]


def test_a_body_nobody_wanted_ends_the_connection(url: str) -> None:
    """What goes on after its request has been answered is not read for ever."""
    answers = raw.exchange(url, CHUNKED, *[b"1\r\nx\r\n"] * 60)

    assert raw.statuses(answers) == [200]


def test_who_says_nothing_is_closed_without_a_word(hasty: str) -> None:
    """A connection on which nothing ever comes ends with nothing; so does one with blank lines."""
    with raw.connected(hasty) as silent, raw.connected(hasty) as blank:
        blank.sendall(b"\r\n\r\n")
        assert raw.rest(silent) == b""
        assert raw.rest(blank) == b""


def test_a_drop_at_a_time_does_not_move_the_deadline(hasty: str) -> None:
    """A header every now and then keeps no connection open."""
    with raw.connected(hasty) as line:
        line.sendall(b"GET / HTTP/1.1\r\n")
        line.settimeout(0.05)
        drops, found = 0, b""
        while not found:
            try:
                found = line.recv(1)
            except TimeoutError:
                line.sendall(b"a")
                drops += 1
        line.settimeout(live.PATIENCE)
        assert said(found + raw.rest(line)) == (408, "too_slow")
    assert drops > 1


def test_what_is_left_of_a_refused_request_is_thrown_away(url: str) -> None:
    """A client that goes on sending is told all the same, and nothing of it is kept."""
    with raw.connected(url) as line:
        line.sendall(b"GET /")
        for _ in range(50):
            line.sendall(b"x" * 2**18)
        assert said(raw.rest(line)) == (414, "url_too_long")


def test_who_does_not_read_is_cut_off() -> None:
    """An answer that nobody takes does not wait for ever: the server lets go of it."""
    app = Plain(Bounds(drain=0.2), pieces=40)
    with live.served(app) as url, raw.connected(url, receive_buffer=2**12) as line:
        line.sendall(ASK)
        live.eventually(lambda: app.ended == 1)
        assert len(raw.rest(line)) < 40 * len(BODY)


def test_who_reads_gets_it_all() -> None:
    """An answer far larger than any buffer arrives whole."""
    app = Plain(Bounds(drain=5.0), pieces=40)
    with live.served(app) as url:
        assert len(wire.ask(url, "/").body) == 40 * len(BODY)


def test_what_waits_in_a_pipeline_is_bounded() -> None:
    """Of 3,000 requests at once the application gets one at a time, and each its answer."""
    app = Plain(PATIENT, holds=True)
    with live.served(app) as url, raw.connected(url) as line:
        line.sendall(ASK * 3000 + LAST)
        live.eventually(lambda: app.begun == 1)
        app.release()
        answers = raw.rest(line)

    assert raw.statuses(answers) == [200] * 3001


def test_half_a_close_leaves_the_answer() -> None:
    """Who ends its own side after the request still gets what can be answered soon."""
    with live.served(Plain(PATIENT)) as url, raw.connected(url) as line:
        line.sendall(ASK * 2)
        line.shutdown(socket.SHUT_WR)
        assert raw.statuses(raw.rest(line)) == [200, 200]


@pytest.mark.parametrize("sent", [b"", ASK[:20], POST])
def test_half_a_close_in_the_middle_ends_it(sent: bytes) -> None:
    """Who ends its own side before the request's end has gone."""
    with live.served(Plain(PATIENT, holds=True)) as url, raw.connected(url) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        assert raw.rest(line) == b""


def test_work_for_who_has_gone_ends() -> None:
    """Whether the connection is reset or only ended, the application is told soon."""
    app = Plain(PATIENT, holds=True)
    with live.served(app) as url:
        with raw.connected(url) as line:
            line.sendall(ASK)
            live.eventually(lambda: app.begun == 1)
        live.eventually(lambda: app.gone == 1)


def test_idle_connections_make_room() -> None:
    """The one that has waited longest goes; who comes to ask is always answered."""
    app = Plain(Bounds(connections=8, receive=live.PATIENCE))
    with live.served(app) as url, ExitStack() as stack:
        idle = [stack.enter_context(raw.connected(url)) for _ in range(30)]
        for _ in range(3):
            assert wire.ask(url, "/").status == 200
        live.eventually(lambda: sum(map(raw.is_closed, idle)) >= 22)


def test_where_all_are_busy_the_next_is_told() -> None:
    """No connection that is being answered is closed for another: that one gets 503."""
    app = Plain(Bounds(connections=8, receive=live.PATIENCE), holds=True)
    with live.served(app) as url, ExitStack() as stack:
        busy = [stack.enter_context(raw.connected(url)) for _ in range(8)]
        for line in busy:
            line.sendall(get("/", "connection: close"))
        live.eventually(lambda: app.begun == 8)
        answer = raw.exchange(url)
        app.release()

        assert said(answer) == (503, "too_many_connections")
        assert b"\r\nretry-after: 1\r\n" in answer
        assert [raw.statuses(raw.rest(line)) for line in busy] == [[200]] * 8
