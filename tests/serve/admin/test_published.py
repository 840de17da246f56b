"""What an operator changes is served by every worker soon, and what is taken back is gone."""

from typing import Any

import pytest

from support.administered import Site
from support.refreshing import models

OFFER = "/v1/models/acme/labs/a"
BOTH = ["acme/labs/a", "acme/labs/b"]
PRICE = {"provider": "acme", "model": "labs/a", "rates": {"input": {"usd": "7", "per": "1M"}}}


def made(site: Site, place: str, body: Any) -> str:
    """Create an entry; return its path."""
    answer = site.ask("POST", place, body)
    assert answer.status == 201, answer.body
    return f"{place}/{answer.json['id']}"


def gone(site: Site, path: str) -> None:
    """Delete an entry, by the other worker."""
    assert site.ask("DELETE", path, at=1).status == 204
    assert site.ask("GET", path).status == 404


def test_a_price_is_served_and_taken_back(site: Site) -> None:
    """By every worker, exactly; after its removal the provider's own word counts again."""
    before = site.ask("GET", OFFER).json["pricing"]["prompt"]
    path = made(site, "/overrides", PRICE)
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.000007")
    changed = {"rates": {"input": {"usd": "8", "per": "1M"}}}
    assert site.ask("PATCH", path, changed, at=1).status == 200
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.000008")
    gone(site, path)
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == before)


@pytest.mark.parametrize(
    ("place", "rule", "name", "model"),
    [
        ("/rules/joins", {"name": "acme/labs/b", "into": "labs/a"}, "acme/labs/b", "labs/a"),
        ("/rules/parts", {"name": "acme/labs/b"}, "acme/labs/b", "acme/labs-b"),
        ("/rules/aliases", {"name": "our/best", "means": "labs/b"}, "our/best", "labs/b"),
    ],
)
def test_a_rule_of_identity_is_followed_and_taken_back(
    site: Site, place: str, rule: dict[str, str], name: str, model: str
) -> None:
    """A name means another model while the rule stands."""
    path = f"/v1/models/{name}?unique=true" if "means" in rule else f"/v1/models/{name}"
    field = "id" if "means" in rule else "canonical_slug"

    def means() -> str | None:
        found: str | None = site.ask("GET", path).json.get(field)
        return found

    before, entry = means(), made(site, place, rule)
    site.everywhere(path, lambda one: one.json.get(field) == model)
    gone(site, entry)
    site.everywhere(path, lambda one: one.json.get(field) == before)


def test_an_offer_is_hidden_and_shown_again(site: Site) -> None:
    """Hiding it twice is as good as once; showing what is not hidden is refused."""
    for _ in range(2):
        assert site.ask("POST", "/hidden", {"offer": "acme/labs/b"}).status == 200
    site.everywhere("/v1/models", lambda one: one.ids == ["acme/labs/a"])
    assert [one["offer"] for one in site.ask("GET", "/hidden").json["data"]] == ["acme/labs/b"]
    assert site.ask("DELETE", "/hidden/acme/labs/b").status == 204
    assert site.ask("DELETE", "/hidden/acme/labs/b").status == 404
    site.everywhere("/v1/models", lambda one: one.ids == BOTH)


def test_a_source_is_switched_off_and_on(site: Site) -> None:
    """What it said is not shown meanwhile, and it is not asked; nothing of it is forgotten."""
    for _ in range(2):
        answer = site.ask("POST", "/sources/acme/disable")
        assert (answer.status, answer.json["enabled"]) == (200, False)
    site.everywhere("/v1/models", lambda one: one.ids == [])
    assert site.ask("GET", "/sources/acme", at=1).json["state"] == "disabled"
    assert site.ask("POST", "/sources/acme/enable").json["enabled"] is True
    site.everywhere("/v1/models", lambda one: one.ids == BOTH)
    assert site.ask("POST", "/sources/nobody/enable").status == 404


def test_a_source_is_asked_when_an_operator_says_so(site: Site) -> None:
    """At once, not when it is due; how it is doing says when."""
    before = site.ask("GET", "/sources/acme").json["asked_at"]
    assert site.ask("POST", "/sources/acme/refresh").status == 202
    path = "/v1/admin/sources/acme"
    site.everywhere(path, lambda one: one.json["asked_at"] > before, site.key)


def test_what_the_guard_holds_is_accepted_or_rejected(site: Site) -> None:
    """A price a thousand times higher is served once an operator accepts it, and only then."""
    path = "/v1/admin/sources/acme"
    site.provider.script("/acme/acme/models", models("labs/a", "labs/b", prompt="0.001"))
    assert site.ask("POST", "/sources/acme/refresh").status == 202
    site.everywhere(path, lambda one: one.json["held"] is not None, site.key)
    assert site.ask("GET", "/sources/acme").json["held"]["suspicious"] == 2
    assert site.ask("GET", OFFER).json["pricing"]["prompt"] == "0.000001"

    assert site.ask("POST", "/sources/acme/reject", {}).json["done"]
    site.everywhere(path, lambda one: one.json["state"] == "rejected", site.key)
    assert site.ask("POST", "/sources/acme/accept", at=1).json["done"]
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.001")

    again = site.ask("POST", "/sources/acme/accept")
    assert (again.status, again.json["code"]) == (409, "nothing_to_decide")
    assert site.ask("POST", "/sources/acme/accept", {"model": "labs/a"}).status == 409


def current(site: Site) -> str:
    """Return the id of the snapshot that the first worker serves."""
    found: str = site.ask("GET", "/snapshots").json["data"][0]["id"]
    return found


def test_a_snapshot_stays_current_while_it_is_pinned(site: Site) -> None:
    """Whatever changes meanwhile is published after it was let go; so one rolls back."""
    old, own = current(site), site.ask("GET", OFFER).json["pricing"]["prompt"]
    path = made(site, "/overrides", PRICE)
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.000007")
    back = site.ask("POST", "/snapshots/rollback")
    assert (back.status, back.json["id"], back.json["pinned"]) == (200, old, True)
    site.everywhere("/readyz", lambda one: one.json["snapshot"] == old)

    gone(site, path)
    path = made(site, "/overrides", {**PRICE, "rates": {"input": {"usd": "9", "per": "1M"}}})
    assert site.ask("POST", "/sources/acme/accept").status == 409  # a cycle has passed
    assert current(site) == old
    assert site.ask("GET", OFFER).json["pricing"]["prompt"] != "0.000009"

    for _ in range(2):
        assert site.ask("DELETE", "/snapshots/pin", at=1).status == 204
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.000009")
    assert site.ask("POST", f"/snapshots/{old}/pin").status == 200
    site.everywhere("/readyz", lambda one: one.json["snapshot"] == old)
    assert site.ask("DELETE", "/snapshots/pin").status == 204
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == "0.000009")
    gone(site, path)
    site.everywhere(OFFER, lambda one: one.json["pricing"]["prompt"] == own)
    assert site.ask("POST", f"/snapshots/{'0' * 32}/pin").status == 404
