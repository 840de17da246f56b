"""The deadline: one for all routes, the queue included, and nobody works for who has gone."""

import asyncio
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from serve.conftest import small
from support import catalogs, edges, live, wire, workers

STREAM = {"type": "http.response.start", "status": 200, "headers": [edges.JSON]}


class Hanging:
    """An application that never answers; what became of each request is in ``ended``."""

    def __init__(self) -> None:
        self.begun, self.ended = 0, list[str]()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.begun += 1
        try:
            if scope["path"] == "/v1/stream":
                await send(dict(STREAM))
                await send({"type": "http.response.body", "body": b"first", "more_body": True})
            await edges.opened(threading.Event())
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise


@pytest.mark.finding("MW-C4")
def test_an_answer_that_does_not_begin_is_504_and_its_work_ends(tmp_path: Path) -> None:
    """The client is told, the handler is cancelled, and its place is free again."""
    app = Hanging()
    gate = edges.edge(tmp_path, app, deadline=0.1)
    with live.served(gate) as url:
        answer = wire.ask(url, "/v1/models")
        live.eventually(lambda: app.ended == ["cancelled"])
        live.eventually(lambda: gate.gate.places.running == 0)

    assert (answer.status, answer.json["code"]) == (504, "deadline")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["x-request-id"]


@pytest.mark.finding("MW-H2")
def test_the_time_in_the_queue_counts(tmp_path: Path) -> None:
    """Who waited for all of the deadline has none left: 504, without having been begun anew."""
    app = Hanging()
    gate = edges.edge(tmp_path, app, deadline=0.3, concurrency_limit=1, queue_timeout=60.0)
    with live.served(gate) as url, ExitStack() as stack:
        lines = [
            stack.enter_context(edges.connection(url, edges.get(f"/v1/{n}"))) for n in range(4)
        ]
        answers = [edges.until(line, b'"deadline"') for line in lines]

    assert all(b" 504 " in one for one in answers)


@pytest.mark.finding("MW-H2")
def test_every_catalog_route_has_the_same_deadline(tmp_path: Path) -> None:
    """With threads that never get to work, each way to the catalog is 504, and health is not."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=0)
    asked = ("/v1/models", "/models", "/v1/models?limit=2", "/v1/models/acme/labs/Large",
             "/v1/gateways", "/v1/models?q=x", "/v1/changes")  # fmt: skip
    app = workers.build(tmp_path, pool, deadline=0.2)
    with live.served(app) as url:
        found = {path: wire.ask(url, path).status for path in asked}
        health = wire.ask(url, "/healthz").status
        pool.allow()

    assert found == dict.fromkeys(asked, 504)
    assert health == 200


@pytest.mark.finding("MW-H3")
def test_a_stream_comes_as_it_is_made_and_outlives_the_deadline(tmp_path: Path) -> None:
    """The first piece is there before the handler ends; nothing begins a second time."""
    door = threading.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(dict(STREAM))
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await edges.opened(door)
        await send({"type": "http.response.body", "body": b"last"})

    gate = edges.edge(tmp_path, app, deadline=0.05)
    with live.served(gate) as url, edges.connection(url, edges.get("/v1/stream")) as line:
        begun = edges.until(line, b"first")
        threading.Event().wait(0.2)  # four deadlines
        door.set()
        rest = edges.until(line, b"0\r\n\r\n")

    assert (begun + rest).count(b"HTTP/1.1") == 1
    assert b"last" in rest


@pytest.mark.finding("MW-H3")
@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/stream"])
def test_who_goes_away_ends_the_work(tmp_path: Path, path: str) -> None:
    """Before the answer begins or in the middle of it: the handler is cancelled."""
    app = Hanging()
    gate = edges.edge(tmp_path, app, deadline=600.0)
    with live.served(gate) as url:
        with edges.connection(url, edges.get(path)) as line:
            live.eventually(lambda: app.begun == 1)
            if path == "/v1/stream":
                edges.until(line, b"first")
        live.eventually(lambda: app.ended == ["cancelled"])
        live.eventually(lambda: gate.gate.places.running + gate.gate.places.streams == 0)


@pytest.mark.finding("X38")
def test_after_a_hundred_late_requests_known_questions_are_answered(tmp_path: Path) -> None:
    """All threads hang: what is asked is 504, but what is on the shelf is there."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=1)
    app = workers.build(tmp_path, pool, deadline=0.3, queue_size=200)
    with live.served(app) as url, ExitStack() as stack:
        known = wire.ask(url, "/v1/models?limit=1")
        lines = [
            stack.enter_context(edges.connection(url, edges.get(f"/v1/models?limit={n + 2}")))
            for n in range(100)
        ]
        late = [edges.until(line, b'"deadline"') for line in lines]
        again = [wire.ask(url, "/v1/models?limit=1") for _ in range(5)]
        metrics = wire.ask(url, "/metrics").body.decode()
        pool.allow()

    assert all(b" 504 " in one for one in late)
    assert {(one.status, one.body) for one in again} == {(200, known.body)}
    assert 'modeldex_shelf_questions_total{shelf="hit"} 5.0' in metrics


def test_who_sends_slowly_holds_no_place(tmp_path: Path) -> None:
    """A handler is asked, and a place taken, once all of a body is there."""
    bodies = list[bytes]()

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message["more_body"]
        bodies.append(message["body"])
        await edges.reply(send)

    head = b"POST /v1/cost HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    edge = edges.edge(tmp_path, app, concurrency_limit=1, queue_size=1)
    with (
        live.served(edge) as url,
        edges.connection(url, head + b"3\r\none\r\n") as line,
        edges.connection(url, head) as other,
    ):
        assert [wire.ask(url, "/v1/models").status for _ in range(3)] == [200] * 3
        line.sendall(b"3\r\ntwo\r\n0\r\n\r\n")
        edges.until(line, b"{}")
        other.close()
        live.eventually(lambda: not edge.gate.places.running)

    assert bodies == [b"", b"", b"", b"onetwo"]
