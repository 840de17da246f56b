"""Every problem in the envelope of who asks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from modeldex.serve import envelopes
from modeldex.serve.envelopes import Problem
from support import live, wire

STATUSES = (400, 401, 403, 404, 405, 410, 413, 429, 500, 503, 504)
VERSION = ((b"anthropic-version", b"2023-06-01"),)
OURS = {"type", "title", "status", "code", "detail", "error"}
PLACES = {
    "/v1/models": "native",
    "/v1beta/models": "google",
    "/v1betamax": "native",
    "/api/v1/models": "openrouter",
    "/api/v1": "openrouter",
    "/api/v10": "native",
    "/vercel/v1/models": "vercel",
    "/huggingface/v1/models": "huggingface",
    "/priced/v1/models": "openai",
    "/nothing": "native",
}


def said(dialect: str, status: int, parameter: str | None = None) -> dict[str, Any]:
    """Return a problem's body in a dialect."""
    problem = Problem(status=status, code="odd", detail="It is odd.", parameter=parameter)
    found: dict[str, Any] = json.loads(envelopes.render(dialect, problem)[1])
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has nothing to serve yet."""
    with live.served(live.application(tmp_path_factory.mktemp("empty"))) as url:
        yield url


@pytest.mark.parametrize("path", PLACES)
def test_a_path_tells_the_dialect(path: str) -> None:
    """A whole part of a path, not a beginning of a word."""
    assert envelopes.dialect_of(path, ()) == PLACES[path]


@pytest.mark.parametrize(
    ("query", "headers", "dialect"),
    [
        (b"", VERSION, "anthropic"),
        (b"shape=openai", (), "openai"),
        (b"a=b&shape=UNION", (), "union"),
        (b"shape=openai", VERSION, "openai"),
        (b"shape=native", VERSION, "native"),
        (b"shape=odd", (), "native"),
        (b"reshape=openai", (), "native"),
        (b"shape=%ff%00", VERSION, "anthropic"),
    ],
)
def test_a_query_and_a_header_tell_the_dialect(
    query: bytes, headers: tuple[tuple[bytes, bytes], ...], dialect: str
) -> None:
    """A shape that is named comes before the header; one that there is not means nothing."""
    assert envelopes.dialect_of("/v1/models", headers, query) == dialect


def test_a_place_of_its_own_comes_before_the_header() -> None:
    """Google's path is Google's, whatever else a proxy adds."""
    assert envelopes.dialect_of("/v1beta/models", VERSION) == "google"


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_words_in_every_envelope(status: int) -> None:
    """The sentence is in each; types, codes and names are the dialect's own."""
    native = said("native", status)
    theirs = said("anthropic", status)["error"]
    google = said("google", status)["error"]

    assert set(native) == OURS
    assert native["error"]["message"] == native["detail"] == "It is odd."
    assert set(theirs) == {"type", "message"}
    assert theirs["type"] == theirs["type"].lower()
    assert (google["code"], google["status"]) == (status, google["status"].upper())
    assert said("openrouter", status)["error"] == {"code": status, "message": "It is odd."}
    for name in ("openai", "vercel", "huggingface"):
        assert set(said(name, status)["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("status", "theirs", "google", "openai"),
    [
        (400, "invalid_request_error", "INVALID_ARGUMENT", "invalid_request_error"),
        (401, "authentication_error", "UNAUTHENTICATED", "authentication_error"),
        (403, "permission_error", "PERMISSION_DENIED", "permission_error"),
        (404, "not_found_error", "NOT_FOUND", "invalid_request_error"),
        (405, "invalid_request_error", "UNIMPLEMENTED", "invalid_request_error"),
        (410, "invalid_request_error", "FAILED_PRECONDITION", "invalid_request_error"),
        (413, "request_too_large", "INVALID_ARGUMENT", "invalid_request_error"),
        (429, "rate_limit_error", "RESOURCE_EXHAUSTED", "rate_limit_error"),
        (500, "api_error", "INTERNAL", "server_error"),
        (503, "overloaded_error", "UNAVAILABLE", "server_error"),
        (504, "timeout_error", "DEADLINE_EXCEEDED", "server_error"),
    ],
)
def test_kinds_of_errors(status: int, theirs: str, google: str, openai: str) -> None:
    """Each dialect's own word for a status."""
    assert said("anthropic", status)["error"]["type"] == theirs
    assert said("google", status)["error"]["status"] == google
    assert said("openai", status)["error"]["type"] == openai


def test_a_parameter_is_named_as_the_dialect_names_it() -> None:
    """What natively is the path's `model_id` is OpenAI's `model`."""
    assert said("native", 404, "model_id")["parameter"] == "model_id"
    assert said("native", 404, "model_id")["error"]["param"] == "model"
    assert said("openai", 400, "limit")["error"]["param"] == "limit"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/v1/models", "application/problem+json"),
        ("/api/v1/models", "application/json"),
        ("/v1beta/models", "application/json"),
        ("/vercel/v1/models", "application/json"),
        ("/priced/v1/models", "application/json"),
    ],
)
def test_before_there_is_a_catalog(empty: str, path: str, media_type: str) -> None:
    """Each says so in its own envelope, and when to come again."""
    found = wire.ask(empty, path)

    assert (found.status, found.headers["content-type"]) == (503, media_type)
    assert found.headers["retry-after"]
    assert int(found.headers["content-length"]) == len(found.body)
    assert "catalog" in json.dumps(found.json)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/v1/nothing", {"error"}),
        ("/v1beta/nothing", {"error"}),
        ("/v1/nothing", OURS),
        ("/vercel/nothing", {"error"}),
    ],
)
def test_a_path_that_is_not_there(empty: str, path: str, keys: set[str]) -> None:
    """Nobody's route, but somebody's client."""
    found = wire.ask(empty, path)

    assert (found.status, set(found.json)) == (404, keys)


@pytest.mark.parametrize("path", ["/api/v1/models", "/v1beta/models", "/priced/v1/models"])
def test_a_method_that_is_not_possible(empty: str, path: str) -> None:
    """It is 405 with what is allowed, in the envelope too."""
    found = wire.ask(empty, path, "POST")

    assert (found.status, found.headers["allow"]) == (405, "GET, HEAD")
    assert "POST" in found.json["error"]["message"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/v1/nothing"])
def test_a_problem_is_never_kept(empty: str, path: str) -> None:
    """A client that was told no asks again, natively and in a dialect."""
    assert wire.ask(empty, path).headers["cache-control"] == "no-store"
