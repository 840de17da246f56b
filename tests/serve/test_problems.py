"""Errors: what was wrong and what is allowed, and nothing of what is inside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldex.query.parameters import PARAMETERS
from serve.conftest import small
from support import catalogs, live, wire, workers
from support.refreshing import Notebook

CATALOG = ("/v1/models", "/v1/models?limit=2", "/v1/models?order=desc", "/v1/models/acme/x")
ROWS = "a whole number from 1 to 1000"
SORTS = "id, name, created, context, price, output_price, provider_count"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a directory in which nothing has been published."""
    with live.served(live.application(tmp_path_factory.mktemp("empty"))) as found:
        yield found


@pytest.mark.finding("RT-M5", "RT-L2")
@pytest.mark.parametrize("value", ["0", "1001", "-1", "ten", "1.5", "", "1e3", "٣", "9" * 400])
def test_a_limit_that_is_none_is_refused(url: str, value: str) -> None:
    """Whatever is no whole number from 1 to 1000 is 400, not a guess."""
    answer = wire.ask(url, f"/v1/models?limit={wire.quoted(value)}")

    assert (answer.status, answer.json["parameter"]) == (400, "limit")
    assert answer.json["detail"] == f"limit={value[:80]!r} is not allowed. Use {ROWS}."


@pytest.mark.finding("RT-M5", "RT-L2")
@pytest.mark.parametrize("value", ["-1", "-0", "x", "1.0", "", "9" * 11])
def test_an_offset_that_is_none_is_refused(url: str, value: str) -> None:
    """A negative offset, or no number at all, is 400."""
    answer = wire.ask(url, f"/v1/models?offset={value}&limit=2")

    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert answer.json["parameter"] == "offset"


@pytest.mark.finding("RT-M1", "RT-M2")
@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("gateway=nowhere", "gateway", "acme, all, bolt (or an alias of one)"),
        ("gateway=acme&gateway=nowhere", "gateway", "acme, all, bolt"),
        ("gateway=", "gateway", "acme, all, bolt"),
        ("sort=size", "sort", SORTS),
        ("sort_by=", "sort", SORTS),
        ("order=up", "order", "asc, desc"),
        ("unique=maybe", "unique", "true or false"),
        ("unique_models=", "unique", "true or false"),
        ("include_inactive=2", "include_inactive", "true or false"),
        ("author=", "author", "a slug"),
        ("limit=2&limit=3", "limit", "given twice"),
        ("q=a&search=b", "search", "given twice"),
        (f"q={'a' * 513}", "q", "at most 512 characters"),
    ],
)
def test_a_bad_value_is_refused_and_the_allowed_ones_named(
    url: str, query: str, parameter: str, allowed: str
) -> None:
    """No value is silently replaced by another."""
    answer = wire.ask(url, f"/v1/models?{query}")

    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert answer.json["parameter"] == parameter
    assert allowed in answer.json["detail"]


@pytest.mark.finding("X01")
@pytest.mark.parametrize("query", ["uniqe=true", "limit=2&page=1", "GATEWAY=acme", "=1", "x"])
def test_an_unknown_parameter_is_refused_and_the_known_ones_named(url: str, query: str) -> None:
    """A misspelled parameter is 400 naming every parameter there is."""
    answer = wire.ask(url, f"/v1/models?{query}")

    assert (answer.status, answer.json["code"]) == (400, "unknown_parameter")
    _, _, allowed = answer.json["detail"].partition("Allowed: ")
    assert allowed.rstrip(".").split(", ") == sorted(one.name for one in PARAMETERS)


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/model", "/v2/models", "/v1/models%00x", "/%ff"])
def test_an_unknown_path_is_a_404_problem(url: str, path: str) -> None:
    """A path that does not exist is told apart from a model that does not."""
    answer = wire.ask(url, path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert is_problem(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v1/models/acme/x", "/healthz"])
def test_a_wrong_method_is_a_405_that_names_the_right_ones(
    url: str, method: str, path: str
) -> None:
    """Nothing here can be written."""
    answer = wire.ask(url, path, method)

    assert (answer.status, answer.json["code"]) == (405, "wrong_method")
    assert answer.headers["allow"] == "GET, HEAD"
    assert is_problem(answer)


@pytest.mark.finding("DB-M6")
@pytest.mark.parametrize("path", [*CATALOG, "/readyz", "/v1/models?unique=true"])
def test_without_a_snapshot_the_answer_is_503(empty: str, path: str) -> None:
    """What cannot be known is not answered with 404 or an empty list, but later."""
    answer = wire.ask(empty, path)

    assert (answer.status, answer.json["code"]) == (503, "not_ready")
    assert int(answer.headers["retry-after"]) > 0
    assert is_problem(answer)


def test_a_server_without_a_snapshot_lives(empty: str) -> None:
    """The process answers while it has nothing to serve, and serves what is published then."""
    assert wire.ask(empty, "/healthz").json == {"status": "ok"}


@pytest.mark.finding("X28")
@pytest.mark.parametrize("path", CATALOG)
def test_an_internal_error_says_nothing_of_its_cause(tmp_path: Path, path: str) -> None:
    """A fault is a 500 that says so and no more; the log has the rest."""
    catalogs.publish(tmp_path / "snapshots", small())
    log = Notebook()
    with live.served(workers.build(tmp_path, workers.Broken(), log)) as url:
        answer = wire.ask(url, path)
        assert wire.ask(url, "/healthz").status == 200

    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert answer.json["detail"] == "Something failed here. It has been logged."
    assert is_problem(answer)
    assert answer.headers["x-request-id"]
    assert "secret" not in answer.body.decode() + str(answer.fields)
    assert {"secret" in str(facts) for _, event, facts in log.lines if "request" in event} == {
        True
    }


@pytest.mark.parametrize("path", CATALOG)
def test_damage_beyond_repair_is_a_503_without_details(tmp_path: Path, path: str) -> None:
    """With every published file destroyed under a worker, reads are 503 and name no file."""
    directory, log = tmp_path / "snapshots", Notebook()
    for last in ("0.7", "0.8"):
        catalogs.publish(directory, small(last=last))
    with live.served(workers.build(tmp_path, workers.Watched(1), log)) as url:
        for file in directory.glob("*.sqlite"):
            file.chmod(0o644)
            file.write_bytes(b"x" * file.stat().st_size)
        answer = wire.ask(url, path)

    assert (answer.status, answer.json["code"]) == (503, "not_ready")
    assert "sqlite" not in answer.body.decode()
    assert sum("damaged" in line for line in log.of("error")) == 2


def is_problem(answer: wire.Answer) -> bool:
    """Return whether an error is a whole RFC 9457 problem that no cache keeps."""
    found = answer.json
    return (
        answer.headers["content-type"] == "application/problem+json"
        and answer.headers["cache-control"] == "no-store"
        and found["type"] == f"urn:modeldex:problem:{found['code']}"
        and found["status"] == answer.status
        and bool(found["title"] and found["detail"])
    )
