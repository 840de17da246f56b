"""What is sent along, and what is sent back: types, sizes, and whose time they take."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from modeldex.serve.middleware.bounds import Bodies, Bounds
from support import edges, live, wire, workers
from support.administered import asked

MEANT = {
    "/v1/form": frozenset({"application/x-www-form-urlencoded", "multipart/form-data"}),
    "/v1/file": frozenset({"application/octet-stream"}),
}
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
BYTES = "application/octet-stream"
LARGE = b'{"a": "' + b"0123456789abcdef" * (10 * 2**20 // 16) + b'"}'
BESIDE = 50


@pytest.mark.finding("MW-M3")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_forms_and_bytes_pass_where_they_are_meant(method: str) -> None:
    """There and nowhere else, with any parameters; a route that means them takes no JSON."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        body, is_more = b"", True
        while is_more:
            message = await receive()
            body, is_more = body + message["body"], message["more_body"]
        await edges.reply(send, body)

    async def alive(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await layer(scope, receive, send)

    bounds = Bounds(url_bytes=1000, header_bytes=1000, body_bytes=1000, takes=MEANT)
    layer = Bodies(app, bounds)
    kinds = (FORM, PARTS, BYTES, "application/json")
    with live.served(alive) as url:
        found = {
            path: [asked(url, method, path, b"a=1", content_type=kind).status for kind in kinds]
            for path in ("/v1/form", "/v1/file", "/v1/other")
        }
        whole = asked(url, method, "/v1/file", b"\x00\xff", content_type=BYTES).body

    assert found == {
        "/v1/form": [200, 200, 415, 415],
        "/v1/file": [415, 415, 200, 415],
        "/v1/other": [415, 415, 415, 200],
    }
    assert whole == b"\x00\xff"


def test_all_bodies_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being sent at a time has room for so much; then 503, and room again after it."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await edges.reply(send, (await receive())["body"])

    monkeypatch.setattr("modeldex.serve.middleware.bounds.MOST_HELD", 5)
    kind = {"content_type": "application/json"}
    with live.served(edges.edge(tmp_path, app)) as url:
        refused = asked(url, "POST", "/v1/cost", b"1" * 6, **kind)
        live.eventually(lambda: asked(url, "POST", "/v1/cost", b"1" * 5, **kind).status == 200)

    assert (refused.status, refused.json["code"]) == (503, "bodies_full")
    assert refused.headers["retry-after"] == "1"


@pytest.mark.finding("MW-M4")
@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_large_document_is_packed_beside_the_loop(tmp_path: Path, encoding: str) -> None:
    """While 10 MB wait for a thread to pack them, others are answered; the loop packs nothing."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await edges.reply(send, LARGE if scope["path"] == "/v1/large" else b"{}")

    pool = workers.Watched(allowed=0)
    found = list[wire.Answer]()
    with live.served(edges.edge(tmp_path, app, pool, deadline=60)) as url:
        client = threading.Thread(
            target=lambda: found.append(wire.ask(url, "/v1/large", accept_encoding=encoding))
        )
        client.start()
        live.eventually(lambda: pool.given == 1)
        beside = [wire.ask(url, "/v1/small").status for _ in range(BESIDE)]
        early = list(found)
        pool.allow()
        client.join(live.PATIENCE)

    assert beside == [200] * BESIDE
    assert early == []
    assert pool.given == 1
    assert found[0].headers["content-encoding"] == encoding
    assert found[0].plain == LARGE


@pytest.mark.finding("MW-M4")
def test_a_large_document_needs_no_thread_where_nobody_wants_it_packed(tmp_path: Path) -> None:
    """Its bytes are sent as they are."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await edges.reply(send, LARGE)

    pool = workers.Watched(allowed=0)
    with live.served(edges.edge(tmp_path, app, pool)) as url, ThreadPoolExecutor(4) as clients:
        asks = [clients.submit(wire.ask, url, "/v1/large") for _ in range(4)]
        found = {one.result(live.PATIENCE).body == LARGE for one in asks}

    assert found == {True}
    assert pool.given == 0
