"""The edge as a whole, over real sockets: its order, its headers, its log and its metrics."""

import threading
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from modeldex.access.limits import Limiter
from modeldex.access.quotas import Quota
from modeldex.serve.edge import Edge
from serve.conftest import small
from support import catalogs, edges, live, wire, workers
from support.logged import Lines
from support.refreshing import Notebook
from support.scale import scaled

ORIGIN = "https://page.example"
LIMITS = {"ratelimit", "ratelimit-policy", "x-ratelimit-limit", "x-ratelimit-remaining",
          "x-ratelimit-reset"}  # fmt: skip


async def plain(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer; fail where the path says so."""
    if scope["path"] == "/v1/fail":
        raise RuntimeError("a secret reason")
    await edges.reply(send)


def catalog(tmp_path: Path, **settings: Any) -> Any:
    """Return a worker's application with the small catalog."""
    catalogs.publish(tmp_path / "snapshots", small())
    return live.application(tmp_path, **settings)


def metric(url: str, name: str, **labels: str) -> float:
    """Return the sum of a metric's samples with these labels."""
    text = wire.ask(url, "/metrics").body.decode()
    return sum(
        one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    )


@pytest.mark.finding("MW-H1", "MW-L4")
def test_a_limited_client_reaches_nothing_behind_the_guards(tmp_path: Path) -> None:
    """Its 429 has an id, CORS and a log line; no place was taken and no application was called."""
    calls, lines = list[str](), Lines()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await edges.reply(send, b" " * 4096)

    gate = edges.edge(
        tmp_path, app, rate_limit_anonymous="1/minute", cors_origins=ORIGIN,
        concurrency_limit=1, queue_size=0,
    )  # fmt: skip
    gate.gate.watch.log = lines.log
    with live.served(gate) as url:
        wire.ask(url, "/v1/a")
        limited = wire.ask(url, "/v1/b", origin=ORIGIN, accept_encoding="br", x_request_id="mine")

    assert (limited.status, limited.json["code"], calls) == (429, "rate_limited", ["/v1/a"])
    assert limited.headers["access-control-allow-origin"] == ORIGIN
    assert limited.headers["x-request-id"] == "mine"
    assert "content-encoding" not in limited.headers
    assert [(one["status"], one["outcome"]) for one in lines.found] == [
        (200, "-"), (429, "rate_limited"),
    ]  # fmt: skip


@pytest.mark.finding("MW-L4")
def test_a_known_answer_needs_no_place_and_is_counted_against_the_limit(tmp_path: Path) -> None:
    """Security comes before the shelf, the shelf before admission."""
    app = catalog(tmp_path, rate_limit_anonymous="2/minute", concurrency_limit=1, queue_size=0)
    with live.served(app) as url:
        wire.ask(url, "/v1/models?limit=1")
        app.gate.places.running = 1  # as if all places were taken
        hit, limited = (wire.ask(url, "/v1/models?limit=1") for _ in range(2))
        app.gate.places.running = 0

    assert (hit.status, limited.status) == (200, 429)


@pytest.mark.finding("MW-M2")
def test_every_answer_says_what_is_left(tmp_path: Path) -> None:
    """Miss, hit, 304, 404 and 429; those of a 429 with the true wait."""
    with live.served(catalog(tmp_path, rate_limit_anonymous="5/minute")) as url:
        first = wire.ask(url, "/v1/models?limit=1")
        tag = first.headers["etag"]
        rest = [
            wire.ask(url, "/v1/models?limit=1"),
            wire.ask(url, "/v1/models?limit=1", if_none_match=tag),
            wire.ask(url, "/nowhere"),
            wire.ask(url, "/v1/models?nope=1"),
            wire.ask(url, "/v1/models"),
        ]
    found = [first, *rest]

    assert [one.status for one in found] == [200, 200, 304, 404, 400, 429]
    assert all(one.headers.keys() >= LIMITS for one in found)
    assert [one.headers["x-ratelimit-remaining"] for one in found] == [
        "4",
        "3",
        "2",
        "1",
        "0",
        "0",
    ]
    assert found[0].headers["ratelimit-policy"] == '"read";q=5;w=60'
    assert found[-1].headers["retry-after"] == found[-1].headers["x-ratelimit-reset"]
    assert 1 <= int(found[-1].headers["retry-after"]) <= 60


@pytest.mark.finding("MW-M2")
def test_waiting_as_long_as_told_succeeds_over_http(tmp_path: Path) -> None:
    """With a limit of a second, the very next request after the wait is answered."""
    with live.served(edges.edge(tmp_path, plain, rate_limit_anonymous="2/second")) as url:
        found = [wire.ask(url, "/v1/x") for _ in range(3)]
        threading.Event().wait(float(found[-1].headers["retry-after"]))
        after = wire.ask(url, "/v1/x").status

    assert [one.status for one in found] == [200, 200, 429]
    assert after == 200


@pytest.mark.finding("X20")
def test_a_flood_of_forwarded_addresses_gains_nothing_and_fills_nothing(tmp_path: Path) -> None:
    """From a stranger they mean nothing; through a trusted proxy memory stays bounded."""
    strange = edges.edge(tmp_path, plain, rate_limit_anonymous="3/minute")
    with live.served(strange) as url:
        found = [
            wire.ask(url, "/v1/x", x_forwarded_for=f"198.51.100.{n}").status for n in range(5)
        ]
    proxied = edges.edge(
        tmp_path, plain, rate_limit_anonymous="3/minute", trusted_proxies="127.0.0.1"
    )
    limits = proxied.gate.guards.limits
    limits.of(Quota("read", 3, 60)).most_clients = 50
    with live.served(proxied) as url, wire.connected(url) as line:
        for n in range(scaled(1_000, 100_000)):
            where = f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"
            assert line.ask("/v1/x", x_forwarded_for=where).status == 200
        honest = line.ask("/v1/x", x_forwarded_for="203.0.113.9").status

    assert found == [200, 200, 200, 429, 429]
    assert len(limits) <= 100
    assert honest == 200


@pytest.mark.finding("X51")
def test_one_busy_browser_leaves_the_same_browser_elsewhere_alone(tmp_path: Path) -> None:
    """Same headers, another address behind the proxy: not limited."""
    browser = {"user_agent": "Mozilla/5.0", "accept_language": "en", "accept_encoding": "gzip"}
    gate = edges.edge(
        tmp_path, plain, rate_limit_anonymous="3/minute", trusted_proxies="127.0.0.0/8"
    )
    with live.served(gate) as url:
        busy = [
            wire.ask(url, "/v1/x", x_forwarded_for="198.51.100.1", **browser).status
            for _ in range(4)
        ]
        other = wire.ask(url, "/v1/x", x_forwarded_for="198.51.100.2", **browser).status

    assert busy == [200, 200, 200, 429]
    assert other == 200


@pytest.mark.finding("X52")
def test_our_own_failures_tighten_nobodys_limit(tmp_path: Path) -> None:
    """After any number of 500 and 503 exactly as much is left as after as many good answers."""
    gate = edges.edge(tmp_path, plain, rate_limit_anonymous="20/minute", queue_size=0)
    with live.served(gate) as url:
        failed = [wire.ask(url, "/v1/fail") for _ in range(5)]
        gate.gate.places.running = gate.gate.places.limit
        busy = [wire.ask(url, "/v1/x") for _ in range(5)]
        gate.gate.places.running = 0
        good = wire.ask(url, "/v1/x")

    assert {one.status for one in failed} == {500}
    assert {one.status for one in busy} == {503}
    assert (good.status, good.headers["x-ratelimit-remaining"]) == (200, "9")
    assert good.headers["ratelimit-policy"] == '"read";q=20;w=60'


@pytest.mark.finding("MW-C2", "MW-C3")
def test_keys_and_allow_lists_need_no_store(tmp_path: Path) -> None:
    """With a store where nobody answers, any number of keyed requests is answered."""
    edges.key_file(
        tmp_path,
        here=edges.key(networks=("127.0.0.0/8",)),
        there=edges.key(networks=("192.0.2.0/24",)),
    )
    app = catalog(tmp_path, store_url="postgresql+asyncpg://x:x@192.0.2.1:1/x", anonymous=False)
    with live.served(app) as url:
        found = {wire.ask(url, f"/v1/models?limit={n % 9 + 1}", x_api_key="here").status
                 for n in range(50)}  # fmt: skip
        elsewhere = wire.ask(url, "/v1/models", x_api_key="there").status
        private = wire.ask(url, "/v1/models", x_api_key="here").headers["cache-control"]

    assert found == {200}
    assert elsewhere == 403
    assert private.startswith("private,")


def test_a_revocation_counts_in_a_running_worker(tmp_path: Path) -> None:
    """The file is replaced; soon the key is none."""
    edges.key_file(tmp_path, mine=edges.key())
    with live.served(catalog(tmp_path)) as url:
        before = wire.ask(url, "/v1/models?limit=1", x_api_key="mine").status
        edges.key_file(tmp_path)
        live.eventually(
            lambda: wire.ask(url, "/v1/models?limit=1", x_api_key="mine").status == 401, 10
        )

    assert before == 200


@pytest.mark.finding("MW-H6", "MW-L6", "MW-L1")
def test_a_request_is_one_line_with_the_id_of_its_answer(tmp_path: Path) -> None:
    """Whatever the path and the headers hold, and whoever answered: one line, no query, no key."""
    lines = Lines()
    app = catalog(tmp_path, admin_key="s3cret-key")
    app.gate.watch.log = lines.log
    asked: tuple[tuple[str, dict[str, str]], ...] = (
        ("/v1/models?limit=1&q=hidden", {"x_request_id": "mine.1"}),
        ("/v1/models?limit=1&q=hidden", {"x_request_id": "not mine"}),
        ("/v1/models/a%0Ab%0D%22c%00", {"authorization": "Bearer s3cret-key"}),
        ("/v1beta/models?key=s3cret-key", {}),
        ("/v1/models?nope", {"x_api_key": "made-up-key"}),
        ("/healthz", {}),
    )
    with live.served(app) as url:
        answers = [wire.ask(url, path, **headers) for path, headers in asked]
        live.eventually(lambda: len(lines.found) == len(asked))

    assert [one["request_id"] for one in lines.found] == [
        one.headers["x-request-id"] for one in answers
    ]
    assert lines.found[0]["request_id"] == "mine.1"
    assert [one["status"] for one in lines.found] == [one.status for one in answers]
    assert [one["shelf"] for one in lines.found][:2] == ["miss", "hit"]
    for secret in (b"s3cret-key", b"made-up-key", b"hidden"):
        assert secret not in lines.bytes


@pytest.mark.finding("PV-L7")
def test_a_request_is_one_line_however_many_rows_it_answers(tmp_path: Path) -> None:
    """One row or all of them, a page or a stream, gateways with their logos or one logo."""
    catalogs.publish(tmp_path / "snapshots", catalogs.sized(1200))
    lines, notes = Lines(), Notebook()
    app = workers.build(tmp_path, workers.Watched(), notes)
    assert isinstance(app, Edge)
    app.gate.watch.log = lines.log
    paths = (
        "/v1/models?limit=1", "/v1/models?limit=1000", "/v1/models", "/v1/models?order=desc",
        "/v1/gateways", "/logos/acme.svg", "/logos/no-such.svg",
    )  # fmt: skip
    with live.served(app) as url:
        for path in paths:
            wire.ask(url, path)
        live.eventually(lambda: len(lines.found) >= len(paths))

    assert [one["path"] for one in lines.found] == [path.partition("?")[0] for path in paths]
    assert notes.lines == []


@pytest.mark.finding("MW-H6")
def test_a_console_line_is_one_line(tmp_path: Path) -> None:
    """A path with line breaks in it is quoted."""
    lines = Lines("console")
    gate = edges.edge(tmp_path, plain)
    gate.gate.watch.log = lines.log
    with live.served(gate) as url:
        wire.ask(url, "/v1/a%0Ab%1B%5B2J")
    lines.log.flush()

    assert lines.bytes.count(b"\n") == 1
    assert b"\x1b" not in lines.bytes


@pytest.mark.finding("MW-L2")
def test_one_failure_is_one_event(tmp_path: Path) -> None:
    """The client learns nothing of the reason; the log has it once, with the request's id."""
    log = Notebook()
    with live.served(edges.edge(tmp_path, plain, log=log)) as url:
        answer = wire.ask(url, "/v1/fail", x_request_id="mine")

    assert (answer.status, b"secret" in answer.body) == (500, False)
    assert [facts["request_id"] for level, _, facts in log.lines if level == "error"] == ["mine"]


@pytest.mark.finding("MW-M1", kind="absent")
def test_a_limiter_that_fails_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no server that could be gone; a fault of its own is a 500 and a line in the log."""
    log = Notebook()
    app = edges.edge(tmp_path, plain, log=log, rate_limit_anonymous="9/minute")

    def broken(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(Limiter, "charge", broken)
    with live.served(app) as url:
        answer = wire.ask(url, "/v1/models")

    assert answer.status == 500
    assert log.of("error") == ["a request failed"]


@pytest.mark.finding("MW-M5", "CA-M4")
def test_metrics_see_every_answer(tmp_path: Path) -> None:
    """2xx, 4xx and 5xx apart, and the edge's own 429, 503 and 504 by their codes."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=1)
    app = workers.build(
        tmp_path, pool, deadline=0.2, queue_size=0, rate_limit_anonymous="9/minute",
        trusted_proxies="127.0.0.1",
    )  # fmt: skip
    assert isinstance(app, Edge)
    with live.served(app) as url:
        for _ in range(3):
            wire.ask(url, "/v1/models?limit=1")
        wire.ask(url, "/v1/models?limit=2")  # 504
        live.eventually(lambda: app.gate.places.running == 0)
        app.gate.places.running = app.gate.places.limit
        wire.ask(url, "/v1/models?limit=3")  # 503
        app.gate.places.running = 0
        for _ in range(6):
            wire.ask(url, "/nowhere")  # four 404, two 429
        found = {
            kind: metric(url, "modeldex_http_requests_total", status_class=kind)
            for kind in ("4xx", "5xx")
        }
        refused = {
            code: metric(url, "modeldex_edge_refusals_total", code=code)
            for code in ("rate_limited", "queue_full", "deadline")
        }
        listed = metric(
            url, "modeldex_http_requests_total", route="/v1/models", status_class="2xx"
        )
        shelf = [metric(url, "modeldex_shelf_questions_total", shelf=s) for s in ("hit", "miss")]
        pool.allow()

    assert found == {"4xx": 6, "5xx": 2}
    assert refused == {"rate_limited": 2, "queue_full": 1, "deadline": 1}
    assert listed == 3
    assert shelf[0] == 2
    assert shelf[1] >= 7


@pytest.mark.finding("CA-L2")
def test_gauges_of_shelf_and_snapshot_are_their_sizes(tmp_path: Path) -> None:
    """Bytes as held and as on disk."""
    app = catalog(tmp_path)
    with live.served(app) as url:
        before = metric(url, "modeldex_shelf_bytes")
        wire.ask(url, "/v1/models?limit=3")
        after = metric(url, "modeldex_shelf_bytes")
        name = wire.ask(url, "/readyz").json["snapshot"]
        (file,) = (one for one in (tmp_path / "snapshots").iterdir() if name in one.name)
        size = metric(url, "modeldex_snapshot_bytes")

    assert before == 0 < after
    assert size == file.stat().st_size


@pytest.mark.finding("MW-M4")
def test_what_nobody_packed_is_packed_from_the_set_size_on(tmp_path: Path) -> None:
    """2 KB are; below the threshold, streams and packed bodies are left as they are."""
    body = b'{"a": "' + b"x" * 2000 + b'"}'

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["path"] == "/v1/stream":
            start = {"type": "http.response.start", "status": 200, "headers": [edges.JSON]}
            await send(start)
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        else:
            await edges.reply(send, body)

    for threshold, encoding in ((512, "gzip"), (4096, None)):
        with live.served(edges.edge(tmp_path, app, compress_from=threshold)) as url:
            found = wire.ask(url, "/v1/x", accept_encoding="gzip")
            streamed = wire.ask(url, "/v1/stream", accept_encoding="gzip")
            asis = wire.ask(url, "/v1/x")

        assert found.headers.get("content-encoding") == encoding
        assert found.plain == streamed.body == asis.body == body
        assert "content-encoding" not in streamed.headers


@pytest.mark.finding("MW-M3")
@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/json", 200), ("application/json; charset=utf-8", 200), ("", 200),
        ("text/xml", 415), ("multipart/form-data; boundary=x", 415), ("text/plain", 415),
        ("application/octet-stream", 415), ("application/x-www-form-urlencoded", 415),
    ],
)  # fmt: skip
def test_a_body_is_of_a_type_that_is_taken(tmp_path: Path, media: str, status: int) -> None:
    """JSON, unless a route says otherwise; and nothing is asked of a body without a type."""
    given = f"content-type: {media}\r\n" if media else ""
    sent = f"POST /v1/cost HTTP/1.1\r\nhost: x\r\n{given}content-length: 2\r\n\r\n{{}}"
    with (
        live.served(edges.edge(tmp_path, plain)) as url,
        edges.connection(url, sent.encode()) as line,
    ):
        assert f" {status} ".encode() in edges.until(line, b"\r\n\r\n")


def test_what_is_too_large_is_refused_by_name(tmp_path: Path) -> None:
    """A URL, headers and bodies, said to be large or found to be while they come."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await edges.reply(send)

    gate = edges.edge(tmp_path, app, url_bytes=300, header_bytes=1024, body_bytes=1024)
    chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
    post = b"POST /v1/cost HTTP/1.1\r\nhost: x\r\n"
    with live.served(gate) as url:
        found = [
            wire.ask(url, f"/v1/{'x' * 300}").status,
            wire.ask(url, "/v1/x", x_bomb="x" * 1024).status,
        ]
        for sent in (
            post + b"content-length: 1025\r\n\r\n",
            post + b"transfer-encoding: chunked\r\n\r\n" + chunk + chunk,
        ):
            with edges.connection(url, sent) as line:
                found.append(int(edges.until(line, b"\r\n").split()[1]))

    assert found == [414, 431, 413, 413]


def test_pages_of_named_origins_may_read_and_others_may_not(tmp_path: Path) -> None:
    """The answer's bytes and tag are the same for all; only the edge's headers differ."""
    with live.served(catalog(tmp_path, cors_origins=ORIGIN)) as url:
        mine = wire.ask(url, "/v1/models?limit=1", origin=ORIGIN)
        other = wire.ask(url, "/v1/models?limit=1", origin="https://evil.example")
        none = wire.ask(url, "/v1/models?limit=1")
        asked = wire.ask(
            url, "/v1/cost", "OPTIONS", origin=ORIGIN, access_control_request_method="POST"
        )

    assert mine.body == other.body == none.body
    assert mine.headers["access-control-allow-origin"] == ORIGIN
    exposed = mine.headers["access-control-expose-headers"].split(", ")
    assert {"etag", "retry-after", "x-request-id", *LIMITS} <= set(exposed)
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-origin" not in none.headers
    assert all(("vary", "origin") in one.fields for one in (mine, other, none))
    assert asked.status == 204
    assert "POST" in asked.headers["access-control-allow-methods"]


def test_where_every_page_may_read_all_answers_say_so(tmp_path: Path) -> None:
    """A cache may hand a page what was sent to somebody without an origin."""
    with live.served(catalog(tmp_path, cors_origins="*")) as url:
        answers = [wire.ask(url, "/v1/models?limit=1"), wire.ask(url, "/v1/none", origin=ORIGIN)]

    assert [one.headers["access-control-allow-origin"] for one in answers] == ["*", "*"]


def test_many_names_crowd_out_no_route(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are counted under their route after any number of other paths; HEAD sends no bytes."""
    monkeypatch.setattr("modeldex.serve.edge._MOST_ROUTES", 3)
    app = catalog(tmp_path)
    with live.served(app) as url, wire.connected(url) as line:
        line.ask("/v1/models")
        for number in range(9):
            line.ask(f"/v1/models/nobody/{number}", "HEAD")
        line.ask("/v1/models")
    answers = app.gate.watch.counts.answers

    assert answers["GET", "/v1/models", "2xx", "hit"].count == 1
    assert len(app._routes) == 3
    assert {one.bytes for (method, *_), one in answers.items() if method == "HEAD"} == {0}


def test_every_answer_is_hardened_and_names_no_server(tmp_path: Path) -> None:
    """Not sniffed, not framed, no banner; whatever the status."""
    with live.served(catalog(tmp_path)) as url:
        for path in ("/v1/models", "/nowhere", "/v1/models?nope=1", "/healthz"):
            found = wire.ask(url, path).headers
            assert found["x-content-type-options"] == "nosniff"
            assert found["x-frame-options"] == "DENY"


def test_a_key_with_a_view_never_gets_the_public_catalog(tmp_path: Path) -> None:
    """Where there is no application for its view, that is an error of ours, and said so."""
    log = Notebook()
    edges.key_file(tmp_path, viewer=edges.key(view="0" * 32), other=edges.key())
    with live.served(edges.edge(tmp_path, plain, log=log)) as url:
        seen = wire.ask(url, "/v1/models", x_api_key="viewer").status
        public = wire.ask(url, "/v1/models", x_api_key="other").status

    assert (seen, public) == (500, 200)
    assert log.of("error") == ["a request failed"]
