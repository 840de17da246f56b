"""Entries of each kind: a full round trip, and who may overwrite what."""

from typing import Any

import pytest

from support.administered import Site
from support.declared import Description

RATES = {"input": {"usd": "1.10", "per": "1M"}}
ROUND_TRIPS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "tenant": ("/tenants", {"tenant": "round", "name": "One"}, {"name": "Two"}),
    "model": (
        "/models",
        {"tenant": "owner", "provider": "acme", "model": "Own/x", "rates": RATES},
        {"context_length": 9000, "capabilities": {"tools": True}},
    ),
    "override": (
        "/overrides",
        {"provider": "acme", "model": "none*", "tenant": "owner", "rates": RATES},
        {"expires": "2031-01-01", "reason": "contract"},
    ),
    "join": ("/rules/joins", {"name": "acme/none", "into": "labs/x"}, {"into": "labs/y"}),
    "part": ("/rules/parts", {"name": "acme/none"}, {"reason": "because"}),
    "alias": ("/rules/aliases", {"name": "our/none", "means": "labs/x"}, {"means": "labs/y"}),
    "tenant's rule": (
        "/rules/aliases",
        {"tenant": "owner", "name": "our/own", "means": "labs/x"},
        {"means": "labs/y"},
    ),
}


@pytest.mark.finding("X29")
@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_what_is_created_is_read_changed_and_deleted(site: Site, kind: str) -> None:
    """Over both workers; what was sent is what is read, field by field."""
    place, stated, changes = ROUND_TRIPS[kind]
    site.ask("PUT", "/tenants/owner", {"tenant": "owner"})
    created = site.ask("POST", place, stated)
    assert created.status == 201
    path = f"{place}/{created.json['id']}"
    read = site.ask("GET", path, at=1)
    assert (read.json, read.json["stated"]) == (created.json, stated)
    description = Description(site.urls[0])
    description.check("POST", f"/v1/admin{place}", created)
    description.check("GET", f"/v1/admin{path}", read)
    assert read.headers["etag"] == created.headers["etag"] == f'"{read.json["version"]}"'
    changed = site.ask("PATCH", path, changes)
    assert changed.json["stated"] == {**stated, **changes}
    assert changed.json["version"] > created.json["version"]
    listed = site.ask("GET", place, at=1).json["data"]
    assert changed.json in listed
    assert site.ask("DELETE", path, at=1).status == 204
    for method in ("GET", "DELETE"):
        answer = site.ask(method, path)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert site.ask("PATCH", path, changes).status == 404


def test_a_name_is_given_once(site: Site) -> None:
    """A second creation is refused; to put it twice is as good as once, by its own name only."""
    body = {"tenant": "twice"}
    assert site.ask("POST", "/tenants", body).status == 201
    again = site.ask("POST", "/tenants", body)
    assert (again.status, again.json["code"]) == (409, "already_there")
    for _ in range(2):
        assert site.ask("PUT", "/tenants/twice", {**body, "name": "T"}).status == 200
    assert site.ask("PUT", "/tenants/other", body).json["code"] == "bad_value"
    assert site.ask("PATCH", "/tenants/twice", {"tenant": "other"}).json["code"] == "bad_value"
    assert site.ask("DELETE", "/tenants/twice").status == 204


def test_nobody_overwrites_what_somebody_else_changed(site: Site) -> None:
    """With the ETag that was read, a change, a replacement and a removal are refused."""
    created = site.ask("POST", "/tenants", {"tenant": "shared"})
    read, path = created.headers["etag"], "/tenants/shared"
    assert site.ask("PATCH", path, {"name": "first"}, if_match=read).status == 200
    for method, body in (
        ("PATCH", {"name": "x"}),
        ("PUT", {"tenant": "shared"}),
        ("DELETE", None),
    ):
        answer = site.ask(method, path, body, if_match=read)
        assert (answer.status, answer.json["code"]) == (412, "changed")
    assert site.ask("GET", path).json["stated"]["name"] == "first"
    for wrong in ("12", 'W/"12"', '"x"'):
        assert site.ask("DELETE", path, if_match=wrong).status == 400
    site.ask("PATCH", path, {"name": "long" * 300})
    now = site.ask("GET", path, accept_encoding="gzip").headers["etag"]
    assert site.ask("DELETE", path, if_match=now).status == 204


def test_a_tenant_goes_after_what_is_its_own(site: Site) -> None:
    """Its models keep it; the sentence counts them."""
    site.ask("PUT", "/tenants/full", {"tenant": "full"})
    model = {"tenant": "full", "provider": "acme", "model": "m"}
    path = f"/models/{site.ask('POST', '/models', model).json['id']}"
    answer = site.ask("DELETE", "/tenants/full")
    assert (answer.status, answer.json["code"]) == (409, "in_use")
    assert "1 of its models" in answer.json["detail"]
    site.ask("DELETE", path)
    assert site.ask("DELETE", "/tenants/full").status == 204
    assert site.ask("POST", "/models", model).status == 404


def test_a_private_model_is_no_part_of_the_public_catalog(site: Site) -> None:
    """Neither it nor its tenant's prices: the snapshot that everybody sees stays as it is."""
    before = site.ask("GET", "/v1/models")
    site.ask("PUT", "/tenants/secretive", {"tenant": "secretive"})
    model = {"tenant": "secretive", "provider": "acme", "model": "hush-hush", "rates": RATES}
    one = site.ask("POST", "/models", model).json["id"]
    price = {"tenant": "secretive", "provider": "acme", "rates": RATES}
    other = site.ask("POST", "/overrides", price).json["id"]
    assert site.ask("POST", "/sources/acme/accept").status == 409  # a cycle has passed
    assert site.ask("GET", "/v1/models").body == before.body
    assert site.ask("GET", "/v1/models/acme/hush-hush").status == 404
    for path in (f"/models/{one}", f"/overrides/{other}", "/tenants/secretive"):
        assert site.ask("DELETE", path).status == 204


def test_the_log_says_who_changed_what(site: Site) -> None:
    """Each change is one line with before and after, by pages; the key that made it is named."""
    key = site.ask("POST", "/keys", {"scopes": ["admin"], "name": "auditor"}).json
    site.everywhere("/v1/admin/audit", lambda one: one.status == 200, key["token"])
    site.ask("POST", "/tenants", {"tenant": "watched"}, x_api_key=key["token"])
    site.ask("PATCH", "/tenants/watched", {"name": "W"}, at=1)
    site.ask("DELETE", "/tenants/watched", x_api_key=key["token"])
    stated: list[Any] = [{"tenant": "watched"}, {"tenant": "watched", "name": "W"}]
    found = site.ask("GET", "/audit?kind=tenant&target=watched").json
    assert [(o["who"], o["action"], o["before"], o["after"]) for o in found["data"]] == [
        (key["id"], "delete", stated[1], None),
        ("admin", "change", stated[0], stated[1]),
        (key["id"], "create", None, stated[0]),
    ]
    assert found["next"] is None
    first = site.ask("GET", "/audit?limit=2").json
    after = site.ask("GET", f"/audit?limit=2&before={first['next']}").json
    numbers = [one["number"] for one in (*first["data"], *after["data"])]
    assert numbers == list(range(numbers[0], numbers[0] - 4, -1))
    assert [one["action"] for one in site.ask("GET", f"/audit?target={key['id']}").json["data"]]


def test_settings_in_force_are_shown_without_secrets(site: Site) -> None:
    """Each with its value and origin."""
    found = site.ask("GET", "/settings").json["settings"]
    assert found["sources"] == {"value": "acme", "origin": "environment"}
    assert found["admin_key"] == {"value": "********", "origin": "environment"}
    assert found["port"]["origin"] == "environment"
