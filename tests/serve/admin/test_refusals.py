"""What the administration refuses, and how it says so."""

import re
from functools import partial
from typing import Any

import pytest

from modeldex.serve.routes.admin.counter import MOST_BYTES
from support import live
from support.administered import Site, asked
from support.wire import ask

METHODS = ("post", "put", "patch", "delete")


def routes(site: Site, *methods: str) -> list[tuple[str, str]]:
    """Return the routes that administer, by these methods, with something in their braces."""
    paths = ask(site.urls[0], "/openapi.json").json["paths"]
    return [
        (method.upper(), re.sub(r"{\w+}", "something", path))
        for path, operations in paths.items()
        if path.startswith("/v1/admin")
        for method in operations
        if method in methods
    ]


def is_known(url: str, token: str) -> bool:
    """Whether a worker lets a key read."""
    return ask(url, "/v1/models?limit=1", x_api_key=token).status == 200


@pytest.mark.finding("X19")
def test_every_route_needs_an_administrators_key(site: Site) -> None:
    """Without a key 401, with a reader's 403, with an expired or revoked one 401: each of them."""
    reader = site.ask("POST", "/keys", {"scopes": ["read", "observe"]}).json["token"]
    expired = site.ask("POST", "/keys", {"scopes": ["admin"], "expires_at": 1}).json["token"]
    revoked = site.ask("POST", "/keys", {"scopes": ["admin"]}).json
    site.ask("DELETE", f"/keys/{revoked['id']}")
    for url in site.urls:
        live.eventually(partial(is_known, url, reader))
    found = routes(site, "get", *METHODS)
    before = site.ask("GET", "/audit?limit=1").json["data"]
    assert len(found) > 45
    for method, path in found:
        statuses = [
            asked(site.urls[0], method, path, {}, **headers).status
            for headers in (
                {},
                {"x_api_key": reader},
                {"authorization": f"Bearer {expired}"},
                {"x_api_key": revoked["token"]},
            )
        ]
        assert statuses == [401, 403, 401, 401], (method, path)
    assert site.ask("GET", "/audit?limit=1").json["data"] == before


def test_every_route_that_changes_takes_json_alone(site: Site) -> None:
    """A form or bare bytes are 415, wherever a body is read."""
    for method, path in routes(site, "post", "put", "patch"):
        for media in ("application/x-www-form-urlencoded", "application/octet-stream"):
            answer = site.ask(method, path, b"a=1", content_type=media)
            assert (answer.status, answer.json["code"]) == (415, "wrong_content_type"), path


def test_a_body_is_bounded_and_must_be_an_object(site: Site) -> None:
    """Larger ones are 413; what is no JSON object is 400."""
    large = b'{"reason": "' + b"a" * MOST_BYTES + b'"}'
    answer = site.ask("POST", "/keys", large, content_type="application/json")
    assert answer.status == 413
    for body in (b"", b"[]", b"{", b'"a"', b"[" * 5_000, b'{"a": \xff}'):
        answer = site.ask("POST", "/keys", body, content_type="application/json")
        assert (answer.status, answer.json["code"]) == (400, "bad_json"), body


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("/tenants", {}),
        ("/tenants", {"tenant": "a", "color": "red"}),
        ("/tenants", {"tenant": "A/b"}),
        ("/overrides", {"rates": {"input": {"usd": "1", "per": "1M"}}}),
        ("/overrides", {"provider": "acme", "rates": {"inputs": {"usd": "1", "per": "1M"}}}),
        ("/overrides", {"provider": "acme", "rates": {"input": {"usd": "-1", "per": "1M"}}}),
        ("/overrides", {"provider": "acme", "rates": {"input": {"usd": "1", "per": "1G"}}}),
        ("/overrides", {"provider": "acme", "rates": {"input": {"usd": "1e99", "per": "1"}}}),
        ("/rules/joins", {"name": "acme/a", "into": "acme/a"}),
        ("/rules/joins", {"name": "acme/a"}),
        ("/rules/parts", {"name": "no-slash"}),
        ("/rules/aliases", {"name": "our/best", "meaning": "a/b"}),
        ("/models", {"provider": "acme", "model": "a"}),
        ("/models", {"tenant": "shop", "provider": "acme", "model": " "}),
        ("/models", {"tenant": "shop", "provider": "acme", "model": "a", "context_length": "9"}),
    ],
    ids=str,
)
def test_what_is_no_such_thing_is_refused_with_a_sentence(
    site: Site, place: str, body: dict[str, Any]
) -> None:
    """400, and nothing is there afterwards."""
    before = site.ask("GET", place).json
    answer = site.ask("POST", place, body)
    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert answer.json["detail"].startswith("This is no ")
    assert site.ask("GET", place).json == before


def test_an_unknown_parameter_is_refused(site: Site) -> None:
    """Wherever it stands; the log's own ones are checked."""
    for _, path in routes(site, "get"):
        assert site.ask("GET", f"{path}?color=red").json["code"] == "unknown_parameter", path
    for wrong in ("limit=0", "limit=501", "limit=ten", "before=-1", "before=x"):
        assert site.ask("GET", f"/audit?{wrong}").json["code"] == "bad_value"


def test_nothing_that_is_answered_is_stored_by_anybody(site: Site) -> None:
    """Each answer, be it a refusal, says that caches must not keep it."""
    for path in ("/keys", "/tenants/nobody", "/audit", "/settings", "/keys?x=1"):
        assert site.ask("GET", path).headers["cache-control"] == "no-store"
