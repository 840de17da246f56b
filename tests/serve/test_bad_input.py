"""Odd input is a clear 4xx problem, whichever route it comes to."""

import json
from collections.abc import Iterator

import pytest

from modeldex.serve.envelopes import NATIVE, dialect_of
from serve.test_cost import post
from support import live, wire
from support.declared import Description

LISTS = (
    "/v1/models", "/models", "/v1/models/search", "/v1/models/unique", "/v1/authors",
    "/v1/providers", "/v1/changes",
)  # fmt: skip
OF_ONE = ("", "/offers", "/compare", "/history")
SENDING = ("/v1/cost", "/v1/models/batch-compare")
NUMBERS = (
    "0",
    "-1",
    "1e3",
    "NaN",
    "1.0",
    "+1",
    "0x1",
    "",
    "9" * 40,
    "%00",
    "%ff",
    "1%0a",
    "%D9%A3",
)
NAMES = (
    "%00", "%ff%fe", "%ED%A0%80", "%0d%0aset-cookie:x", "x" * 4000, "%F0%9F%A6%99" * 300,
    "%22%20OR%20name%3A*", "NEAR(", "a" + "%2F" * 900, "-".join(str(n) for n in range(700)),
)  # fmt: skip
BODIES = (
    b"", b"{", b"\xff\xfe", b"NaN", b"[" * 100_000, b'{"a":' * 50_000, b"null", b"1e999999999",
    b'{"model_ids": ["\\ud800"]}', b'"' + b"x" * 1000 + b'"', b"\x00",
)  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a directory in which nothing has been published."""
    with live.served(live.application(tmp_path_factory.mktemp("empty"))) as found:
        yield found


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize("path", LISTS)
def test_a_limit_that_is_no_number_from_one_on_is_refused(url: str, path: str, value: str) -> None:
    """In every list alike, naming the parameter."""
    answer = wire.ask(url, f"{path}?limit={value}")

    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert answer.json["parameter"] == "limit"


@pytest.mark.parametrize("path", [*LISTS, *(f"/v1/models/labs/large{one}" for one in OF_ONE)])
@pytest.mark.parametrize("query", ["%00=1", "x", "=", "limit%00=1", "a=1&" * 500 + "b"])
def test_an_unknown_parameter_is_refused_everywhere(url: str, path: str, query: str) -> None:
    """However it is written, and however many there are."""
    answer = wire.ask(url, f"{path}?{query}")

    assert (answer.status, answer.json["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_that_is_given_twice_must_mean_one_thing(url: str, path: str) -> None:
    """Two values contradict each other; the same one twice does not."""
    assert wire.ask(url, f"{path}?limit=1&limit=2").json["parameter"] == "limit"
    assert wire.ask(url, f"{path}?limit=1&limit=1").status == 200


@pytest.mark.parametrize("ending", OF_ONE)
@pytest.mark.parametrize("name", NAMES)
def test_an_odd_name_is_unknown(url: str, name: str, ending: str) -> None:
    """It is looked for as it stands, and what is told of it stays short."""
    answer = wire.ask(url, f"/v1/models/{name}{ending}")

    assert (answer.status, answer.json["code"]) == (404, "model_not_found")
    assert len(answer.body) < 4000
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", SENDING)
def test_an_odd_body_is_refused(url: str, path: str, body: bytes) -> None:
    """Cut off, no text, nested without end, or no object."""
    answer = post(url, body, path=path)

    assert answer.status == 400
    assert answer.json["code"] in {"bad_json", "bad_value"}


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "json", ""])
@pytest.mark.parametrize("path", SENDING)
def test_a_body_of_another_kind_is_refused(url: str, path: str, media: str) -> None:
    """JSON must be said to be JSON."""
    answer = post(url, json.dumps({"model_ids": ["labs/large"]}), media, path)

    assert answer.status == 415
    assert answer.json["code"] in {"not_json", "wrong_content_type"}


@pytest.mark.finding("DB-M6")
def test_without_a_snapshot_every_read_is_503(empty: str) -> None:
    """Of the whole description: never 404, never an empty list, but later."""
    paths = Description(empty).document["paths"]
    reading = [
        path
        for path, methods in paths.items()
        if "get" in methods
        and not path.startswith("/v1/admin")  # that needs a key first
        and dialect_of(path, ()) == NATIVE  # test_nothing_published has the others
    ]
    asked = [one.replace("{model_id}", "a/b").replace("{rate_id}", "r") for one in reading]
    asked += [
        "/models", "/v1/provider", "/v1/models/labs", "/v1/models?unique=true",
        "/api/models/detail?modelId=a/b", "/v1/models/a/b?explain=1",
    ]  # fmt: skip
    answered = {
        path: wire.ask(empty, path.replace("{slug}", "acme"))
        for path in asked
        if path not in {"/healthz", "/metrics", "/api/models/detail", "/providers"}
    }
    answered |= {path: post(empty, json.dumps(SENT[path]), path=path) for path in SENDING}

    assert len(answered) > 30
    for path, answer in answered.items():
        assert (answer.status, answer.json["code"]) == (503, "not_ready"), path
        assert int(answer.headers["retry-after"]) > 0


SENT = {
    "/v1/cost": {"model": "a/b", "usage": {"input": 1}},
    "/v1/models/batch-compare": {"model_ids": ["a/b"]},
}
