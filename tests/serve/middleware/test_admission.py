"""Admission: L run, Q wait in line, the next is turned away, and no storm changes that."""

import asyncio
import random
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from modeldex.serve.middleware.admission import Full, Places
from support import edges, live, wire
from support.scale import scaled

LIMIT, QUEUE = 3, 4


class Gated:
    """An application that answers when it is told to, and counts what it sees.

    Attributes:
        begun: requests that came, by path.
        most: the largest number that ran at once.
    """

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running = self.most = 0
        self.open = threading.Event()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.begun.append(scope["path"])
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await edges.opened(self.open)
            if scope["path"].startswith("/fail"):
                raise RuntimeError("a fault")
            await edges.reply(send)
        finally:
            self.running -= 1


@pytest.mark.finding("MW-H4", "MW-C1")
def test_the_one_too_many_is_turned_away_at_once(tmp_path: Path) -> None:
    """With L running and Q queued the next is 503 with a wait; each of the others runs once."""
    app = Gated()
    gate = edges.edge(
        tmp_path, app, concurrency_limit=LIMIT, queue_size=QUEUE, queue_timeout=60.0, deadline=60.0
    )
    places = gate.gate.places
    with live.served(gate) as url, ExitStack() as stack:
        lines = [
            stack.enter_context(edges.connection(url, edges.get(f"/v1/{n}")))
            for n in range(LIMIT + QUEUE)
        ]
        live.eventually(lambda: (places.running, places.queued) == (LIMIT, QUEUE))
        refused = wire.ask(url, "/v1/more")
        probe = [wire.ask(url, path).status for path in ("/healthzz", "/v1/more2")]
        app.open.set()
        answers = [edges.until(line, b"{}") for line in lines]

    assert (refused.status, refused.json["code"]) == (503, "queue_full")
    assert int(refused.headers["retry-after"]) >= 1
    assert probe == [503, 503]
    assert all(b"200 OK" in one for one in answers)
    assert app.most == LIMIT
    assert sorted(app.begun) == [f"/v1/{n}" for n in range(LIMIT + QUEUE)]
    assert (places.running, places.queued) == (0, 0)


def test_who_waits_comes_in_the_order_of_arrival(tmp_path: Path) -> None:
    """With one place, the queue is served first come, first served."""
    app = Gated()
    gate = edges.edge(tmp_path, app, concurrency_limit=1, queue_size=QUEUE, deadline=60.0)
    places = gate.gate.places
    with live.served(gate) as url, ExitStack() as stack:
        lines = []
        for n in range(1 + QUEUE):
            lines.append(stack.enter_context(edges.connection(url, edges.get(f"/v1/{n}"))))
            came = n + 1
            live.eventually(lambda: places.running + places.queued == came)  # noqa: B023
        app.open.set()
        for line in lines:
            edges.until(line, b"{}")

    assert app.begun == [f"/v1/{n}" for n in range(1 + QUEUE)]


def test_who_waits_too_long_is_turned_away(tmp_path: Path) -> None:
    """The wait in the queue has an end of its own, with a code of its own."""
    app = Gated()
    gate = edges.edge(
        tmp_path, app, concurrency_limit=1, queue_size=1, queue_timeout=0.1, deadline=60.0
    )
    with live.served(gate) as url, edges.connection(url, edges.get("/v1/first")) as line:
        live.eventually(lambda: app.running == 1)
        late = wire.ask(url, "/v1/second")
        app.open.set()
        edges.until(line, b"{}")

    assert (late.status, late.json["code"]) == (503, "queue_timeout")
    assert app.begun == ["/v1/first"]


def test_health_and_metrics_are_answered_when_nothing_else_is(tmp_path: Path) -> None:
    """By exact path: what only begins like it waits in line like anything else."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/held":
            await edges.opened(door)
        await edges.reply(send)

    door = threading.Event()
    gate = edges.edge(tmp_path, app, concurrency_limit=1, queue_size=0, deadline=60.0)
    with live.served(gate) as url, edges.connection(url, edges.get("/v1/held")) as line:
        live.eventually(lambda: gate.gate.places.running == 1)
        found = {
            path: wire.ask(url, path).status
            for path in ("/healthz", "/readyz", "/metrics", "/healthz/x", "/metricsx", "/v1/x")
        }
        door.set()
        edges.until(line, b"{}")

    assert found == {
        "/healthz": 200, "/readyz": 200, "/metrics": 200,
        "/healthz/x": 503, "/metricsx": 503, "/v1/x": 503,
    }  # fmt: skip


@pytest.mark.finding("MW-C1")
def test_a_request_that_fails_runs_once_and_gives_its_place_back(tmp_path: Path) -> None:
    """However many fail, one after the other with a single place: each is 500, each ran once."""
    app = Gated()
    app.open.set()
    gate = edges.edge(tmp_path, app, concurrency_limit=1, queue_size=0)
    with live.served(gate) as url:
        found = []
        for n in range(5):
            found.append(wire.ask(url, f"/fail/{n}").status)
            live.eventually(lambda: gate.gate.places.running == 0)

    assert found == [500] * 5
    assert app.begun == [f"/fail/{n}" for n in range(5)]
    assert gate.gate.places.running == 0


@pytest.mark.finding("MW-C1")
def test_a_storm_of_clients_who_leave_costs_no_place(tmp_path: Path) -> None:
    """Clients cut their connections at any moment; afterwards everything is as before it."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        running.append(1)
        seen.add(len(running))
        try:
            await asyncio.sleep(chance.random() / 100)
            await edges.reply(send)
        finally:
            running.pop()

    running, seen, chance = list[int](), set[int](), random.Random(7)  # noqa: S311
    gate = edges.edge(tmp_path, app, concurrency_limit=LIMIT, queue_size=QUEUE, queue_timeout=0.05)
    places = gate.gate.places
    with live.served(gate) as url:
        for _ in range(scaled(20, 500)):
            with ExitStack() as stack:
                lines = [
                    stack.enter_context(edges.connection(url, edges.get(f"/v1/{n}")))
                    for n in range(12)
                ]
                for line in chance.sample(lines, 6):
                    line.close()
        live.eventually(lambda: (places.running, places.queued, len(running)) == (0, 0, 0))
        assert wire.ask(url, "/v1/after").status == 200

    assert max(seen) == LIMIT


STREAM = {"type": "http.response.start", "status": 200, "headers": [edges.JSON]}


@pytest.mark.parametrize("length", [[], [(b"content-length", b"9")]])
def test_a_slow_stream_keeps_no_question_out(
    tmp_path: Path, length: list[tuple[bytes, bytes]]
) -> None:
    """What comes in pieces, its length known or not, gives its place back when it begins.

    Of such there are so many, then 503.
    """

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] != "/v1/stream":
            await edges.reply(send)
            return
        await send({**STREAM, "headers": [edges.JSON, *length]})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await edges.opened(door)
        await send({"type": "http.response.body", "body": b"last"})

    door = threading.Event()
    gate = edges.edge(tmp_path, app, concurrency_limit=1, queue_size=0, stream_limit=1)
    places = gate.gate.places
    with live.served(gate) as url, edges.connection(url, edges.get("/v1/stream")) as line:
        edges.until(line, b"first")
        asked = wire.ask(url, "/v1/question").status
        live.eventually(lambda: places.running == 0)
        second = wire.ask(url, "/v1/stream")
        live.eventually(lambda: (places.running, places.streams) == (0, 1))
        door.set()
        edges.until(line, b"last")
        live.eventually(lambda: (places.running, places.streams) == (0, 0))

    assert asked == 200
    assert (second.status, second.json["code"]) == (503, "streams_full")


class Actor:
    """One who enters, stays and leaves, and may be cancelled at any moment."""

    def __init__(self, places: Places, staying: int) -> None:
        self.places, self.staying = places, staying
        self.outcome = "waiting"

    async def run(self) -> None:
        try:
            await self.places.enter()
        except Full:
            self.outcome = "full"
            return
        self.outcome = "in"
        try:
            for _ in range(self.staying):
                await asyncio.sleep(0)
        finally:
            self.outcome = "out"
            self.places.leave()


@pytest.mark.finding("MW-C1", "MW-H4")
@given(
    limit=st.integers(1, 3),
    queue=st.integers(0, 3),
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("come"), st.integers(0, 5)),
            st.tuples(st.just("cancel"), st.integers(0, 20)),
            st.tuples(st.just("wait"), st.integers(1, 3)),
        ),
        max_size=40,
    ),
)
def test_no_interleaving_breaks_the_count(
    limit: int, queue: int, steps: list[tuple[str, int]]
) -> None:
    """Never more than L in, never more than Q queued, and in the end nobody is left behind."""

    async def play() -> None:
        places, actors, tasks = (
            Places(limit, queue, 60, 1),
            list[Actor](),
            list[asyncio.Task[None]](),
        )
        for what, number in steps:
            if what == "come":
                actors.append(Actor(places, number))
                tasks.append(asyncio.create_task(actors[-1].run()))
            elif what == "cancel" and tasks:
                tasks[number % len(tasks)].cancel()
            else:
                for _ in range(number):
                    await asyncio.sleep(0)
            inside = sum(one.outcome == "in" for one in actors)
            assert inside <= places.running <= limit
            assert places.queued <= queue
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert (places.running, places.queued) == (0, 0)

    asyncio.run(play())
