"""Before anything is published, every read says so in the dialect of who asks; and true counts."""

from collections import Counter
from collections.abc import Iterator

import pytest

from serve.test_restart import PATHS
from support import live, wire
from support.declared import Description

HEALTH = {"/healthz", "/metrics"}
SAYS_MORE = {"/api/models/detail", "/providers"}  # 400 without a parameter; 410 at any time
OURS = {"type", "title", "status", "code", "detail", "error"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a directory in which nothing has been published."""
    with live.served(live.application(tmp_path_factory.mktemp("empty"))) as found:
        yield found


def described(url: str) -> list[str]:
    """Return every path that the description has a GET of, with names put in."""
    names = {"{model_id}": "a/b", "{rate_id}": "r", "{slug}": "acme", "{name}": "a/b",
             "{dialect}": "litellm", "{author}": "a"}  # fmt: skip
    paths = Description(url).document["paths"]
    found = [one for one, methods in paths.items() if "get" in methods and one not in HEALTH]
    for name, value in names.items():
        found = [one.replace(name, value) for one in found]
    return [one for one in found if not one.startswith("/v1/admin")]


@pytest.mark.finding("DB-M6")
def test_every_read_is_later_in_its_own_envelope(empty: str) -> None:
    """503 with Retry-After, GET and HEAD, whatever the description or a dialect can be asked."""
    asked = {*described(empty), *PATHS}
    for path in sorted(asked - SAYS_MORE):
        answer, head = wire.ask(empty, path), wire.ask(empty, path, "HEAD")

        assert (answer.status, head.status) == (503, 503), path
        assert int(answer.headers["retry-after"]) > 0, path
        assert answer.headers["cache-control"] == "no-store", path
        assert head.lasting == answer.lasting, path
        assert set(answer.json) == envelope(path), path
    assert len(asked) > 50


@pytest.mark.finding("DB-M6")
def test_an_anthropic_client_is_told_to_come_later(empty: str) -> None:
    """The header decides the envelope as it decides the shape."""
    answer = wire.ask(empty, "/v1/models", anthropic_version="2023-06-01")

    assert (answer.status, answer.json["type"]) == (503, "error")
    assert answer.json["error"]["type"] == "overloaded_error"


def envelope(path: str) -> set[str]:
    """Return the keys of an error there."""
    if "shape=anthropic" in path or "shape=union" in path:
        return {"type", "error"}
    lean = ("/api/v1/", "/v1beta/", "/vercel/", "/huggingface/", "/priced/")
    return {"error"} if path.startswith(lean) or "shape=openai" in path else OURS


@pytest.mark.finding("RT-H2", "DB-M5")
def test_counts_are_those_of_the_rows_whatever_is_shown(url: str) -> None:
    """Gateways count what is shown; with `include_inactive`, facets and totals count all rows."""
    shown = Counter(one["provider_slug"] for one in listed(url, ""))
    every = Counter(one["provider_slug"] for one in listed(url, "?include_inactive=true"))
    status = wire.ask(url, "/v1/gateways/status").json["data"]
    providers = wire.ask(url, "/v1/providers").json["data"]

    assert every.total() > shown.total()
    assert {one["id"]: one["model_count"] for one in status if one["model_count"]} == shown
    assert {one["slug"]: one["model_count"] for one in providers} == shown
    for counted, query in ((shown, "facets=1"), (every, "facets=1&include_inactive=true")):
        found = wire.ask(url, f"/v1/models?{query}&limit=1").json
        assert found["facets"]["provider"] == counted
        assert found["total"] == counted.total()
        for slug, count in counted.items():
            path = f"/v1/models?{query}&gateway={slug}&limit=1"
            assert wire.ask(url, path).json["total"] == count


def listed(url: str, query: str) -> list[dict[str, str]]:
    """Return the rows of the whole list."""
    found: list[dict[str, str]] = wire.ask(url, f"/v1/models{query}").json["data"]
    return found
