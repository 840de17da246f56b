"""Keys over HTTP: shown once, known to every worker at once, and gone from all when revoked."""

import time
from typing import Any

import pytest

from modeldex.access.keys import FILE, digest
from support.administered import ADMIN_KEY, Site
from support.wire import Answer


def new(site: Site, **stated: Any) -> dict[str, Any]:
    """Return a new key, with its token."""
    answer = site.ask("POST", "/keys", stated)
    assert answer.status == 201, answer.body
    return answer.json


def is_known(answer: Answer) -> bool:
    """Return whether the key of the question counts."""
    return answer.status == 200


def is_unknown(answer: Answer) -> bool:
    """Return whether the key of the question is no key any more."""
    return answer.status == 401


def test_a_key_counts_everywhere_until_it_is_revoked(site: Site) -> None:
    """In both workers, made by the one and revoked by the other; twice is as good as once."""
    key = new(site, name="ci")
    site.everywhere("/v1/models", is_known, key["token"])
    for _ in range(2):
        answer = site.ask("DELETE", f"/keys/{key['id']}", at=1)
        assert answer.json["stated"]["revoked_at"] >= key["created_at"]
    site.everywhere("/v1/models", is_unknown, key["token"])
    assert site.ask("PATCH", f"/keys/{key['id']}", {"name": "x"}).status == 409
    assert site.ask("POST", f"/keys/{key['id']}/rotate").status == 409


def test_a_running_cycle_does_not_delay_a_revocation(site: Site) -> None:
    """While a provider hangs, so that the refresher is busy, a key is revoked all the same."""
    key = new(site)
    site.everywhere("/v1/models", is_known, key["token"])
    with site.hanging():
        site.ask("DELETE", f"/keys/{key['id']}")
        site.everywhere("/v1/models", is_unknown, key["token"])


def test_a_rotated_key_has_another_token(site: Site) -> None:
    """The old one counts no more; the key keeps its id and what it may."""
    key = new(site, scopes=["admin"])
    fresh = site.ask("POST", f"/keys/{key['id']}/rotate").json
    assert (fresh["id"], fresh["stated"]) == (key["id"], key["stated"])
    assert fresh["token"] != key["token"]
    site.everywhere("/v1/admin/keys", is_known, fresh["token"])
    site.everywhere("/v1/models", is_unknown, key["token"])


def test_what_a_key_may_is_changed(site: Site) -> None:
    """Scopes, limits, networks and expiry; null takes one back; the guards obey at once."""
    key = new(site, name="ci", limit="7/minute")
    path = f"/keys/{key['id']}"
    site.everywhere("/v1/admin/keys", lambda one: one.status == 403, key["token"])
    changed = site.ask("PATCH", path, {"scopes": ["admin"], "limit": None, "networks": ["::1"]})
    assert changed.json["stated"] == {"name": "ci", "scopes": ["admin"], "networks": ["::1"]}
    site.everywhere("/v1/models", lambda one: "address" in one.json.get("code", ""), key["token"])
    site.ask("PATCH", path, {"networks": None})
    site.everywhere("/v1/admin/keys", is_known, key["token"])
    site.ask("PATCH", path, {"expires_at": int(time.time()) - 1})
    site.everywhere("/v1/models", is_unknown, key["token"])


def test_a_key_of_a_tenant_names_its_view(site: Site) -> None:
    """Two keys that see the same share one; a plain key has none."""
    site.ask("PUT", "/tenants/shop", {"tenant": "shop"})
    one, other = new(site, tenant="shop"), new(site, tenant="shop", name="other")
    narrow, plain = new(site, providers=["acme"]), new(site)
    views = {one["id"]: one["view"] for one in site.key_file()}
    assert views[one["id"]] == views[other["id"]] not in {None, views[narrow["id"]]}
    assert views[narrow["id"]] is not None
    assert views[plain["id"]] is None
    assert new_refused(site, tenant="nobody").status == 404


def new_refused(site: Site, **stated: Any) -> Answer:
    """Return the refusal of a key."""
    return site.ask("POST", "/keys", stated)


@pytest.mark.parametrize(
    "stated",
    [
        {"scopes": ["root"]},
        {"scopes": []},
        {"limit": "many"},
        {"networks": ["10.0.0.0/33"]},
        {"expires_at": "soon"},
        {"token": "mdx_mine"},
        {"revoked_at": 1},
        {"tenant": "Not A Slug"},
    ],
    ids=str,
)
def test_a_key_that_no_guard_could_read_is_refused(site: Site, stated: dict[str, Any]) -> None:
    """With a sentence; nothing is made."""
    before = site.ask("GET", "/keys").json["total"]
    answer = new_refused(site, **stated)
    assert (answer.status, answer.json["code"]) == (400, "bad_value")
    assert site.ask("GET", "/keys").json["total"] == before


def test_no_token_is_ever_seen_again(site: Site) -> None:
    """Not in any answer, log line, file or table; its hash only in the store and the key file."""
    key = new(site, scopes=["admin"])
    fresh = site.ask("POST", f"/keys/{key['id']}/rotate").json["token"]
    said = b"".join(
        site.ask("GET", path).body
        for path in ("/keys", f"/keys/{key['id']}", "/audit", "/settings", "/sources")
    )
    for token in (key["token"], fresh, ADMIN_KEY):
        for secret in (token, digest(token)):
            assert secret.encode() not in said
            assert secret not in site.log()
        assert token.encode() not in site.bytes_on_disk()
    assert digest(fresh).encode() in (site.directory / "data" / FILE).read_bytes()
    assert digest(key["token"]).encode() not in (site.directory / "data" / FILE).read_bytes()
