"""Both lanes say the same, byte for byte, whatever is sent and however it arrives."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from serve.conftest import KINDS, STREAMED, small
from support import catalogs, live, raw, wire, workers
from support.raw import LAST, get
from support.refreshing import Notebook

KNOWN, UNKNOWN = "/v1/models?limit=3", "/v1/models?limit=4&nope=1"
PLAIN = "accept-encoding: identity"
ASK = get(KNOWN, PLAIN)
SLOW = get("/readyz")
POST = (
    get("/v1/cost", "content-type: application/json", "content-length: 2", method="POST") + b"{}"
)
CASES = {
    "get": [ASK],
    "head": [get(KNOWN, PLAIN, method="HEAD")],
    "304": [get(KNOWN, PLAIN, "if-none-match: *")],
    "three in a pipeline": [ASK * 3],
    "known, not known, known": [ASK + SLOW + ASK],
    "not known, then known": [SLOW + ASK],
    "HTTP/1.0": [ASK.replace(b"HTTP/1.1", b"HTTP/1.0")],
    "HTTP/1.0 kept alive": [
        get(KNOWN, PLAIN, "connection: keep-alive").replace(b"1.1", b"1.0", 1)
    ],
    "close": [get(KNOWN, PLAIN, "connection: close")],
    "close, then more": [get(KNOWN, PLAIN, "connection: close") + ASK],
    "expect": [get(KNOWN, PLAIN, "expect: 100-continue")],
    "a body": [get(KNOWN, PLAIN, "content-length: 5") + b"hello"],
    "a body in chunks": [
        get(KNOWN, PLAIN, "transfer-encoding: chunked") + b"2\r\nhi\r\n0\r\n\r\n"
    ],
    "post, then known": [POST + ASK],
    "upgrade": [get(KNOWN, PLAIN, "connection: upgrade", "upgrade: h2c")],
    "upgrade, then known": [get(KNOWN, PLAIN, "connection: upgrade", "upgrade: h2c") + ASK],
    "websocket": [get(KNOWN, PLAIN, "connection: upgrade", "upgrade: websocket")],
    "absolute form": [ASK.replace(b"/v1", b"http://test/v1", 1)],
    "a fragment": [ASK.replace(b"limit=3", b"limit=3#here", 1)],
    "no HTTP": [b"hello\r\n\r\n"],
    "a line break before it": [b"\r\n" + ASK],
    "no host": [f"GET {KNOWN} HTTP/1.1\r\n{PLAIN}\r\n\r\n".encode()],
    "bare line feeds": [ASK.replace(b"\r\n", b"\n")],
    "two ways to say where it ends": [
        get(KNOWN, PLAIN, "content-length: 5", "transfer-encoding: chunked") + b"0\r\n\r\n"
    ],
    "two lengths": [get(KNOWN, PLAIN, "content-length: 1", "content-length: 2") + b"ab"],
    "range": [get(KNOWN, PLAIN, "range: bytes=0-9")],
    "origin": [get(KNOWN, PLAIN, "origin: https://example.org")],
    "a header twice": [get(KNOWN, PLAIN, "accept-encoding: br")],
    "another shape": [get(KNOWN, PLAIN, "anthropic-version: 2023-06-01")],
    "an id of its own": [get(KNOWN, PLAIN, "x-request-id: mine")],
    "bytes that are no ASCII": [get("/v1/models?q=\u00e9", PLAIN)],
    "byte by byte": [ASK[at : at + 1] for at in range(len(ASK))],
    "cut in two": [ASK[:40], ASK[40:]],
    "100 in a pipeline": [ASK * 100],
    "a fault": [get(UNKNOWN, PLAIN)],
}  # fmt: skip
ENCODINGS = ("identity", "br", "zstd", "gzip", "br;q=0, gzip", "")
FAST, ORDINARY = 0, 1


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server with the fast lane and one without, both of which have been asked everything."""
    directory = tmp_path_factory.mktemp("lanes")
    catalogs.publish(directory / "snapshots", small())
    with (
        live.served(live.application(directory)) as fast,
        live.served(live.application(directory, fast_lane=False)) as ordinary,
    ):
        for url in (fast, ordinary):
            assert raw.statuses(raw.exchange(url, ASK, LAST)) == [200, 200]
        yield fast, ordinary


@pytest.mark.parametrize("case", CASES)
def test_both_lanes_say_the_same(lanes: tuple[str, str], case: str) -> None:
    """Status, headers in their order, body, order of the answers, and whether it goes on."""
    fast, ordinary = (raw.masked(raw.exchange(url, *CASES[case], LAST)) for url in lanes)

    assert raw.statuses(fast)
    assert fast == ordinary


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_both_lanes_say_the_same_of_every_kind(
    lanes: tuple[str, str], kind: str, encoding: str
) -> None:
    """Miss, hit, HEAD and 304 of each kind of answer, in each encoding."""
    headers = [f"accept-encoding: {encoding}"] if encoding else []
    tag = wire.ask(lanes[FAST], KINDS[kind], accept_encoding=encoding).headers["etag"]
    asked = [
        get(KINDS[kind], *headers, *conditions, method=method)
        for method, conditions in product(
            ("GET", "HEAD"),
            ([], [f"if-none-match: {tag}"], ["if-none-match: *"], ['if-none-match: "x"'],
             ["if-modified-since: Wed, 25 Nov 2026 12:00:00 GMT"]),
        )
    ]  # fmt: skip
    fast, ordinary = (raw.masked(raw.exchange(url, *asked, LAST)) for url in lanes)

    assert set(raw.statuses(fast)) == {200, 304}
    assert fast == ordinary


def test_a_known_question_makes_no_request_of_the_application(tmp_path: Path) -> None:
    """With the lane open the application is asked once; with it closed, each time."""
    catalogs.publish(tmp_path / "snapshots", small())
    begun = []
    for is_open in (True, False):
        app = workers.Counted(live.application(tmp_path, fast_lane=is_open))
        with live.served(app) as url, wire.connected(url) as line:
            for _ in range(5):
                assert line.ask(KNOWN).status == 200
        begun.append(app.begun)

    assert begun == [1, 5]


@pytest.mark.parametrize("broken", ["known", "edge", "writer"])
def test_a_fault_of_the_lane_costs_nobody_an_answer(tmp_path: Path, broken: str) -> None:
    """Whether it fails to look or to write: a line in the log, and the ordinary way answers."""
    catalogs.publish(tmp_path / "snapshots", small())
    log = Notebook()
    app = workers.Breakable(workers.build(tmp_path, workers.Watched(), log))
    with live.served(app) as url, wire.connected(url) as line:
        before = line.ask(KNOWN)
        app.break_lane(broken)
        after = line.ask(KNOWN)

    assert (after.status, after.lasting, after.body) == (200, before.lasting, before.body)
    assert log.of("error") == ["the fast lane failed"]


def test_both_lanes_limit_alike(tmp_path: Path) -> None:
    """Each request is counted once, whichever lane it takes, and says what is left."""
    catalogs.publish(tmp_path / "snapshots", small())
    found = []
    for is_open in (True, False):
        limited = live.application(tmp_path, fast_lane=is_open, rate_limit_anonymous="5/minute")
        with live.served(limited) as url:
            found.append(raw.exchange(url, *[ASK] * 7, LAST))

    for said in found:
        assert raw.statuses(said) == [200] * 5 + [429] * 2 + [200]
        left = re.findall(rb"\r\nx-ratelimit-remaining: (\d+)", said)
        assert [int(one) for one in left] == [4, 3, 2, 1, 0, 0, 0]
    assert raw.masked(found[0]) == raw.masked(found[1])


def test_a_stream_takes_the_ordinary_way(streaming: str) -> None:
    """What is made while it is sent is never on the shelf, whoever asks how often."""
    found = [raw.masked(raw.exchange(streaming, get(STREAMED), LAST)) for _ in range(2)]

    assert found[0] == found[1]


def test_the_same_again_on_one_connection_is_asked_in_full(tmp_path: Path) -> None:
    """Byte for byte the same: limits, ids and what lies between are as in the ordinary lane."""
    catalogs.publish(tmp_path / "snapshots", small())
    found = []
    for is_open in (True, False):
        limited = live.application(tmp_path, fast_lane=is_open, rate_limit_anonymous="6/minute")
        with live.served(limited) as url, wire.connected(url) as line:
            paths = [KNOWN, KNOWN, KNOWN, "/v1/models?limit=2", KNOWN, KNOWN, KNOWN, "/readyz"]
            found.append([line.ask(path) for path in paths])

    fast, ordinary = found
    assert [one.status for one in fast] == [200] * 6 + [429, 200]
    left = [one.headers.get("x-ratelimit-remaining") for one in fast]
    assert left == ["5", "4", "3", "2", "1", "0", "0", None]
    assert len({one.headers["x-request-id"] for one in fast}) == len(fast)
    answers = [
        [(one.status, one.lasting, one.body) for one in lane[:6]] for lane in (fast, ordinary)
    ]
    assert answers[0] == answers[1]


def test_the_same_again_after_a_swap_is_answered_anew(tmp_path: Path) -> None:
    """Nothing of an answer is kept with the connection."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url, wire.connected(url) as line:
        before = [line.ask("/v1/models").headers["etag"] for _ in range(3)]
        catalogs.publish(tmp_path / "snapshots", small("0.4"))
        live.eventually(lambda: line.ask("/v1/models").headers["etag"] != before[-1])

    assert len(set(before)) == 1
