"""``POST /v1/observations`` over HTTP: what is counted, what is refused, and where it shows."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from modeldex.access.principal import ADMIN, Principal
from modeldex.serve.routes.observations import MOST_BYTES, MOST_CALLS
from support import catalogs, live, observing, wire
from support.catalogs import build, listing, priced, rows
from support.observing import GATEWAY, keyed, post, report
from support.provider import FakeProvider
from support.refreshing import models, page
from support.scale import scaled

CALLED = "acme/labs/fast"


def catalog_of_three(directory: Path) -> None:
    """Publish a catalog of two offers of a model, and one of another."""
    found = build(
        rows("acme", [priced("acme", "labs/fast", "0.1", "0.2", aliases=("quick",))]),
        rows("bolt", [priced("bolt", "labs/fast", "0.2", "0.3"), listing("bolt", "labs/slow")]),
    )
    catalogs.publish(directory / "snapshots", found)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data directory with a small catalog."""
    catalog_of_three(tmp_path)
    return tmp_path


@pytest.fixture
def url(place: Path) -> Iterator[str]:
    """A worker whose every caller may report calls."""
    with live.served(keyed(place)) as found:
        yield found


def tallies(place: Path) -> list[tuple[Any, ...]]:
    """Return offers with the sums of their calls, as the store has them."""
    statement = (
        "select offer, sum(requests), sum(ok), sum(failed), sum(input_tokens), "
        "sum(output_tokens) from call_tallies group by offer order by offer"
    )
    with closing(sqlite3.connect(place / "modeldex.db")) as connection:
        return connection.execute(statement).fetchall()


def test_calls_are_in_the_store_when_they_are_answered(place: Path, url: str) -> None:
    """With all that was told of them; what was not told is nothing."""
    found = post(
        url,
        {
            "observations": [
                report(CALLED, latency_ms=120.5, input_tokens=10, output_tokens=5, cost="0.01"),
                report(CALLED, outcome="timeout"),
                report("bolt/labs/slow", outcome="rate_limited"),
            ]
        },
    )

    assert found.status == 200
    assert found.json == {"accepted": 3, "rejected": 0, "repeated": False, "errors": []}
    assert found.headers["cache-control"] == "no-store"
    assert tallies(place) == [(CALLED, 2, 1, 1, 10, 5), ("bolt/labs/slow", 1, 0, 0, None, None)]


def test_each_item_is_judged_alone(place: Path, url: str) -> None:
    """Bad ones are named by their place with a sentence; the others count."""
    wrong = [
        7,
        {"offer": CALLED},
        report("nobody/nothing"),
        report("labs/fast"),
        report(CALLED, outcome="fine"),
        report(CALLED, latency_ms=-1),
        report(CALLED, latency_ms=True),
        report(CALLED, latency_ms=5, first_token_ms=6),
        report(CALLED, input_tokens=1.5),
        report(CALLED, output_tokens=10**9 + 1),
        report(CALLED, cost=0.1),
        report(CALLED, cost="1e3"),
        report(CALLED, at="2026-08-15T12:30:00"),
        report(CALLED, at=time.time() + 3600),
        report(CALLED, at=time.time() - 31 * 86_400),
        report(CALLED, at="soon"),
        report(CALLED, at=10**400),
        report(CALLED, at="9999-12-31T23:59:59-23:59"),
        report(CALLED, outcome=["ok"]),
        report(CALLED) | {"offer": ["acme"]},
        report(CALLED, latency=5),
    ]
    found = post(url, [report(CALLED), *wrong, report(CALLED)]).json

    assert (found["accepted"], found["rejected"]) == (2, len(wrong))
    assert [one["index"] for one in found["errors"]] == list(range(1, len(wrong) + 1))
    assert all(one["detail"].endswith((".", "Z.", '".')) for one in found["errors"])
    details = [one["detail"] for one in found["errors"]]
    assert "No offer is called 'nobody/nothing'." in details[2]
    assert "'labs/fast' is a model" in details[3]
    assert "ok, error, timeout" in details[4]
    assert tallies(place) == [(CALLED, 2, 2, 0, None, None)]


def test_an_alias_of_an_offer_means_the_offer(place: Path, url: str) -> None:
    """What is counted bears the offer's id."""
    assert post(url, [report("acme/quick"), report(CALLED)]).json["accepted"] == 2
    assert tallies(place) == [(CALLED, 2, 2, 0, None, None)]


def test_moments_are_seconds_or_times_with_a_zone(place: Path, url: str) -> None:
    """Both fall into the same hour; a clock that is a little ahead is forgiven."""
    at = int(time.time()) - 2 * 86_400
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    moments = [at, at + 0.5, text, time.time() + 30]
    found = post(url, [report(CALLED, at=one) for one in moments]).json

    assert (found["accepted"], found["errors"]) == (4, [])
    with closing(sqlite3.connect(place / "modeldex.db")) as connection:
        counts = connection.execute("select requests from call_tallies order by start").fetchall()
    assert counts == [(3,), (1,)]


def test_a_batch_that_is_sent_again_is_counted_once(place: Path, url: str) -> None:
    """Whether its id stands in the body or in the header; the answer says so."""
    body = {"batch_id": "7", "observations": [report(CALLED)]}
    again = [post(url, body).json for _ in range(3)]
    assert [(one["accepted"], one["repeated"]) for one in again] == [
        (1, False),
        (1, True),
        (1, True),
    ]
    header = [post(url, [report(CALLED)], idempotency_key="8").json for _ in range(2)]

    assert [one["repeated"] for one in header] == [False, True]
    assert tallies(place) == [(CALLED, 2, 2, 0, None, None)]


def test_another_batch_under_the_same_id_is_refused(place: Path, url: str) -> None:
    """Silence would lose its calls."""
    assert post(url, {"batch_id": "7", "observations": [report(CALLED)]}).status == 200
    found = post(url, {"batch_id": "7", "observations": [report(CALLED), report(CALLED)]})

    assert (found.status, found.json["code"]) == (409, "batch_conflict")
    assert tallies(place) == [(CALLED, 1, 1, 0, None, None)]


def test_ids_of_batches_belong_to_those_who_send_them(place: Path) -> None:
    """Two gateways may both count from 1."""
    body = {"batch_id": "1", "observations": [report(CALLED)]}
    for key in ("one", "two"):
        who = Principal(key_id=key, scopes=frozenset({"observe"}))
        with live.served(keyed(place, who)) as url:
            assert post(url, body).json["repeated"] is False
    assert tallies(place) == [(CALLED, 2, 2, 0, None, None)]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (Principal(), 401, "key_needed"),
        (Principal(key_id="reader"), 403, "scope_needed"),
        (Principal(key_id="admin", scopes=frozenset({ADMIN})), 200, None),
        (GATEWAY, 200, None),
    ],
)
def test_reporting_needs_a_key_that_may(
    place: Path, who: Principal, status: int, code: str | None
) -> None:
    """Nobody else's word counts; an administrator may everything."""
    with live.served(keyed(place, who)) as url:
        found = post(url, [report(CALLED)])
    assert (found.status, found.json.get("code")) == (status, code)


def test_without_any_guard_nobody_may(place: Path) -> None:
    """A caller of whom nobody said who it is, is anonymous."""
    with live.served(live.application(place)) as url:
        assert post(url, [report(CALLED)]).status == 401
    assert not (place / "modeldex.db").exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b'[{"at": 1e9999999999999999999}]', 400, "bad_json"),
        (b'"text"', 400, "bad_value"),
        ([], 400, "bad_value"),
        ({"observations": {}}, 400, "bad_value"),
        ({"observations": [report()], "more": 1}, 400, "bad_value"),
        ({"observations": [report()], "batch_id": 7}, 400, "bad_value"),
        ({"observations": [report()], "batch_id": "x" * 201}, 400, "bad_value"),
        ([report()] * (MOST_CALLS + 1), 400, "bad_value"),
        (b" " * (MOST_BYTES + 1), 413, "body_too_large"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(
    place: Path, url: str, body: object, status: int, code: str
) -> None:
    """With a problem that says what to send; nothing is counted."""
    found = post(url, body)
    assert (found.status, found.json["code"]) == (status, code)
    assert found.headers["content-type"] == "application/problem+json"
    assert not (place / "modeldex.db").exists()


def test_other_media_and_parameters_are_refused(url: str) -> None:
    """A body must say that it is JSON."""
    assert post(url, [report(CALLED)], content_type="text/plain").status == 415
    assert wire.ask(url, observing.PATH).status == 405


def test_a_store_that_cannot_be_written_is_a_503(place: Path) -> None:
    """To be tried again; nothing of the reason is shown."""
    (place / "modeldex.db").mkdir()
    with live.served(keyed(place)) as url:
        found = post(url, [report(CALLED)])
        assert (found.status, found.json["code"]) == (503, "not_recorded")
        assert int(found.headers["retry-after"]) > 0
        assert "modeldex.db" not in found.body.decode()
        (place / "modeldex.db").rmdir()
        assert post(url, [report(CALLED)]).status == 200


def test_without_a_catalog_calls_wait(tmp_path: Path) -> None:
    """There is nothing to know offers by."""
    with live.served(keyed(tmp_path)) as url:
        assert (found := post(url, [report(CALLED)])).status == 503
    assert found.json["code"] == "not_ready"


def test_workers_and_batches_at_once_give_exact_sums(place: Path) -> None:
    """Three workers on one store, each told of many batches by several callers, some twice."""
    batches, each = scaled(30, 400), 7
    with ExitStack() as stack:
        urls = [stack.enter_context(live.served(keyed(place))) for _ in range(3)]

        def twice(number: int) -> list[int]:
            items = [report(CALLED, input_tokens=number, output_tokens=1)] * each
            body = {"batch_id": str(number), "observations": items}
            return [post(urls[(number + again) % 3], body).status for again in range(2)]

        with ThreadPoolExecutor(6) as pool:
            assert set(chain(*pool.map(twice, range(batches)))) == {200}
    inputs = each * sum(range(batches))
    assert tallies(place) == [(CALLED, each * batches, each * batches, 0, inputs, each * batches)]


def test_reported_calls_show_in_rows_and_lists(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """From a request to the rows of the next catalog: a real worker, and the command."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "acme.toml").write_text(page("acme", fake_provider.url))
    fake_provider.script("/acme/models", models("m1", "m2"))
    settings = {"SOURCES_DIR": str(tmp_path / "sources"), "SOURCES": "acme"}
    mirror = {"SOURCE_MIRROR": fake_provider.url}

    def refresh() -> None:
        done = live.run(tmp_path, "refresh", **settings, **mirror)
        assert done.returncode == 0, done.stderr

    refresh()
    with live.served(keyed(tmp_path)) as url:
        live.eventually(lambda: live.is_ready(url))
        before = wire.ask(url, "/v1/models/acme/m1").json
        calls = [report("acme/m1", latency_ms=200, output_tokens=50, cost="0.10")] * 19
        calls += [report("acme/m1", outcome="error"), report("acme/m2", outcome="cancelled")]
        assert post(url, calls).json["accepted"] == 21
        refresh()
        live.eventually(lambda: wire.ask(url, "/v1/models/acme/m1").json["popularity"])
        row = wire.ask(url, "/v1/models/acme/m1").json
        trend = wire.ask(url, "/v1/models/trending").json
        quick = wire.ask(url, "/v1/models/low-latency").json
    assert (before["latency"], before["health_status"]) == (None, "unknown")
    assert row["latency"] == {"p50": 200, "p90": 200, "p99": 200}
    assert (row["average_response_time_ms"], row["throughput"]["p50"]) == (200, 250)
    assert row["uptime"] == {"1h": 0.95, "24h": 0.95, "7d": 0.95}
    assert (row["health_status"], row["popularity"]) == ("healthy", 20)
    assert [(one["model"], one["requests"]) for one in trend["data"]] == [
        ("acme/m1", 20),
        ("acme/m2", 1),
    ]
    assert (trend["data"][0]["total_tokens"], trend["data"][0]["total_cost"]) == (950, "1.9")
    assert quick["models"] == ["acme/m1"]


def test_a_running_refresher_folds_calls_in_by_itself(tmp_path: Path) -> None:
    """While `modeldex serve` runs, calls reported to any worker of its directory show in rows."""
    with (
        live.serve_command(tmp_path, OBSERVED_INTERVAL="1") as url,
        live.served(keyed(tmp_path)) as reporting,
    ):
        offer = wire.ask(url, "/v1/models?limit=1").ids[0]
        live.eventually(lambda: live.is_ready(reporting))
        for number in range(3):
            body = {"batch_id": str(number), "observations": [report(offer, latency_ms=90)] * 5}
            assert post(reporting, body).json["accepted"] == 5
        live.eventually(
            lambda: (
                wire.ask(url, "/v1/models/trending").json["data"][:1]
                and wire.ask(url, "/v1/models/trending").json["data"][0]["requests"] == 15
            )
        )
        quick = wire.ask(url, "/v1/models/low-latency?include_ultra_only=true").json
        row = wire.ask(url, f"/v1/models/{offer}").json
    assert quick["models"] == [offer]
    assert (row["popularity"], row["health_status"]) == (15, "healthy")


def test_what_waits_is_recorded_when_a_worker_ends(place: Path) -> None:
    """A worker that is told to stop has counted all that it answered."""
    with live.served(keyed(place)) as url:
        assert post(url, [report(CALLED)] * 3).status == 200
    assert tallies(place) == [(CALLED, 3, 3, 0, None, None)]


def test_the_least_times_cost_no_other_call_anything(place: Path, url: str) -> None:
    """A call of no time at all has no throughput; those beside it are counted."""
    least = [b"0", b"1e-300", b"1e-400"]
    items = [
        b'{"offer": "%s", "outcome": "ok", "output_tokens": 9, "latency_ms": %s}'
        % (CALLED.encode(), one)
        for one in least
    ]
    assert post(url, b"[%s]" % b",".join(items)).json["accepted"] == len(least)
    assert tallies(place) == [(CALLED, 3, 3, 0, None, 27)]
