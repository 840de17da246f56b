"""Whoever has a catalog of its own sees exactly that, in every route, on every worker."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from serve.test_gateways import DECLARED
from support import live, provider, tenants, wire
from support.administered import Site, administered, asked
from support.refreshing import models
from support.tenants import ONE, PUBLIC, TWO, Tenant
from support.wire import Answer


class Guests(NamedTuple):
    """A site and the tokens of those who ask it.

    Attributes:
        cheap: a key of the first tenant's with a price of its own.
        narrow: a key of no tenant that may see one model.
    """

    site: Site
    one: str
    two: str
    cheap: str
    narrow: str

    def ask(self, path: str, token: str | None = None, **headers: str) -> Answer:
        """Ask the first worker."""
        given = {"x_api_key": token} if token else {}
        return asked(self.site.urls[0], "GET", path, **given, **headers)


@pytest.fixture(scope="module")
def guests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guests]:
    """Two workers, two tenants, and keys of each kind, all of whose views are published."""
    with provider.running() as found:
        found.script("/acme/acme/models", models("labs/a", "labs/b"))
        with administered(tmp_path_factory.mktemp("tenants"), found) as site:
            site.everywhere("/v1/models", lambda one: one.ids == PUBLIC)
            for one in (ONE, TWO):
                tenants.settled(site, one)
            mine, theirs = (tenants.key(site, tenant=one.mark) for one in (ONE, TWO))
            cheap = tenants.key(site, tenant=ONE.mark)
            price = {"input": {"usd": "5", "per": "1M"}, "output": {"usd": "5", "per": "1M"}}
            own = {"key": cheap["id"], "tenant": ONE.mark, "provider": "acme", "model": "labs/a"}
            assert site.ask("POST", "/overrides", {**own, "rates": price}).status == 201
            narrow = tenants.key(site, providers=["acme"], models=["*/b"])
            made = Guests(site, *(one["token"] for one in (mine, theirs, cheap, narrow)))
            for token, ids in (
                (made.one, ONE.sees),
                (made.two, TWO.sees),
                (made.cheap, ONE.sees),
                (made.narrow, PUBLIC[1:]),
            ):
                tenants.shows(site, token, ids)
            yield made


def token_of(guests: Guests, who: Tenant) -> str:
    """Return a tenant's token."""
    return guests.one if who == ONE else guests.two


BOTH = pytest.mark.parametrize("who", [ONE, TWO], ids=lambda one: one.mark)


@BOTH
def test_a_tenant_sees_its_own_beside_what_everybody_sees(guests: Guests, who: Tenant) -> None:
    """Lists, totals, facets, models, one offer, and its author; marked as the tenant's."""
    token = token_of(guests, who)
    listed = guests.ask("/v1/models?facets=true&limit=2", token).json
    assert (listed["total"], len(listed["data"])) == (4, 2)
    assert listed["facets"]["provider"] == {"acme": 2, "groq": 1, who.mark: 1}
    assert guests.ask("/v1/models?unique=true", token).json["total"] == 4
    assert guests.ask("/v1/models/unique", token).json["total"] == 4
    found = guests.ask(f"/v1/models/{who.model}", token).json
    assert (found["visibility"], found["pricing"]["prompt"]) == ("tenant", who.per_token)
    assert who.mark in guests.ask("/v1/authors", token).plain.decode()
    assert set(guests.ask(f"/v1/models/search?q={who.mark}", token).ids) == {*who.own}


@BOTH
def test_a_tenants_providers_and_gateways_are_listed_for_it(guests: Guests, who: Tenant) -> None:
    """Its own provider is not one that books alone know, and is asked for like any other."""
    token = token_of(guests, who)
    found = {one["id"]: one for one in guests.ask("/v1/gateways", token).json["data"]}
    assert (found[who.mark]["book_only"], found[who.mark]["model_count"]) == (False, 1)
    assert len(found) == len(DECLARED.providers().keys() | {"acme", who.mark})
    assert guests.ask(f"/v1/models?gateway={who.mark}", token).ids == [who.model]
    for path in ("/v1/providers?limit=200", "/v1/gateways/status", "/api/v1/providers"):
        assert who.mark in guests.ask(path, token).plain.decode(), path
    assert guests.ask(f"/logos/{who.mark}.svg", token).status == 200


@BOTH
def test_a_tenant_pays_its_own_price(guests: Guests, who: Tenant) -> None:
    """In the cost of a call, and in the public offer's row; nobody else does."""
    token = token_of(guests, who)
    for name in (who.model, "acme/labs/a"):
        body = {"model": name, "usage": {"input_tokens": 1_000_000}}
        answer = asked(guests.site.urls[0], "POST", "/v1/cost", body, x_api_key=token)
        assert who.price in answer.body.decode(), answer.body
    paid = {
        guests.ask("/v1/models/acme/labs/a", one).json["pricing"]["prompt"]
        for one in (guests.one, guests.two, guests.cheap, None)
    }
    assert paid == {ONE.per_token, TWO.per_token, "0.000005", "0.000001"}


DOCUMENTS = [
    "/litellm/model_prices_and_context_window.json", "/v1/model/info", "/model_group/info",
    "/genai-prices/v2/data.json", "/api.json", "/models.json", "/catalog.json", "/v2/providers",
    "/api/pricing", "/api/ratio_config", "/api/newapi/models.json", "/current-v1.json",
    "/v1beta/models", "/api/v1/models", "/vercel/v1/models", "/huggingface/v1/models",
    "/v1/models?shape=openai", "/v1/models?shape=anthropic", "/v1/models?shape=union",
]  # fmt: skip


@BOTH
@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_dialect_has_a_tenants_model(guests: Guests, path: str, who: Tenant) -> None:
    """Whole documents too; in each encoding, and nobody else's."""
    other = TWO if who == ONE else ONE
    for encoding in ("identity", "br", "zstd", "gzip"):
        answer = guests.ask(path, token_of(guests, who), accept_encoding=encoding)
        text = answer.plain.decode().lower()
        assert answer.status == 200
        assert who.mark in text
        assert other.mark not in text
    assert who.mark not in guests.ask(path).plain.decode().lower()


@BOTH
def test_a_tenant_pages_through_its_own_list(guests: Guests, who: Tenant) -> None:
    """By cursors, which mean nothing in another's catalog."""
    token, path, found = token_of(guests, who), "/v1/models?limit=1", list[str]()
    page: dict[str, Any] = {}
    cursor = ""
    for _ in who.sees:
        page = guests.ask(f"{path}{cursor}", token).json
        found += [one["id"] for one in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
        if page["next_cursor"]:
            assert guests.ask(f"{path}{cursor}").status == 410
    assert sorted(found) == who.sees
    assert page["next_cursor"] is None


@BOTH
def test_what_is_told_of_a_model_is_told_to_its_tenant(guests: Guests, who: Tenant) -> None:
    """Its detail, offers, comparison and history; to all others there is no such model."""
    for path in (
        f"/api/models/detail?modelId={who.model}", f"/v1/models/{who.model}/offers",
        f"/v1/models/{who.model}/compare", f"/v1/models/{who.model}/history",
    ):  # fmt: skip
        assert guests.ask(path, token_of(guests, who)).status == 200, path
        for other in {guests.one, guests.two, guests.narrow, None} - {token_of(guests, who)}:
            if (other, who) != (guests.cheap, ONE):
                assert guests.ask(path, other).status == 404, path
    for path in ("/v1/changes", "/v1/models/trending", "/v1/models/low-latency"):
        assert guests.ask(path, token_of(guests, who)).status == 200, path


def test_a_restricted_key_sees_what_it_may(guests: Guests) -> None:
    """Nothing else is there: in totals, facets, providers, documents, by name."""
    found = guests.ask("/v1/models?facets=true", guests.narrow).json
    assert (found["total"], found["facets"]["provider"]) == (1, {"acme": 1})
    assert [one["id"] for one in guests.ask("/v1/gateways", guests.narrow).json["data"]] == [
        "acme"
    ]
    assert guests.ask("/v1/models/acme/labs/a", guests.narrow).status == 404
    for path in ("/v1/changes", "/v1/models/acme/labs/aa", *DOCUMENTS):
        text = guests.ask(path, guests.narrow).plain.decode()
        assert 'labs/a"' not in text, path


@pytest.mark.parametrize("path", ["/v1/models", "/v1/models?limit=1", "/api.json", "/v1/gateways"])
def test_no_cache_gives_ones_answer_to_another(guests: Guests, path: str) -> None:
    """It is private, varies with the key, and has an ETag of its own, hit or miss, 304 too."""
    tags = set()
    for token in (guests.one, guests.two, None):
        guests.ask(path, token)
        told = guests.ask(path, token).headers
        assert {"authorization", "x-api-key", "x-goog-api-key"} <= {*told["vary"].split(", ")}
        assert ("public" in told["cache-control"]) <= (token is None)
        again = guests.ask(path, token, if_none_match=told["etag"])
        assert (again.status, again.headers["vary"]) == (304, told["vary"])
        assert again.headers["cache-control"] == told["cache-control"]
        tags.add(told["etag"])
    assert len(tags) == 3


def test_a_worker_that_starts_later_shows_the_same(guests: Guests) -> None:
    """Byte for byte, from its first answer on."""
    data = guests.site.directory / "data"
    with live.served(live.application(data)) as url:
        for token in (guests.one, guests.two, guests.narrow):
            for path in ("/v1/models", "/api.json", "/v1/providers"):
                later = wire.ask(url, path, x_api_key=token)
                assert later.body == guests.ask(path, token).body
                assert later.headers["etag"] == guests.ask(path, token).headers["etag"]


def test_a_model_comes_and_goes_and_so_does_a_key(guests: Guests) -> None:
    """On both workers; a key that is revoked is one no more."""
    site = guests.site
    fresh = tenants.key(site, tenant=ONE.mark)
    body = {"tenant": ONE.mark, "provider": ONE.mark, "model": f"{ONE.mark}-new"}
    made = site.ask("POST", "/models", body).json
    name = f"{ONE.mark}/{ONE.mark}-new"
    tenants.shows(site, fresh["token"], sorted([*ONE.sees, name]))
    assert guests.ask(f"/v1/models/{name}", guests.two).status == 404
    assert site.ask("DELETE", f"/models/{made['id']}", at=1).status == 204
    tenants.shows(site, fresh["token"], ONE.sees)
    site.ask("DELETE", f"/keys/{fresh['id']}")
    site.everywhere("/v1/models", lambda one: one.status == 401, fresh["token"])


def assert_waiting(answer: Answer) -> None:
    """Fail unless a key's view is not published, and the answer says when to ask again."""
    assert (answer.status, answer.json["code"]) == (503, "not_ready")
    assert int(answer.headers["retry-after"]) > 0
    assert "labs" not in answer.plain.decode()


WAITING = ["/v1/models", "/v1/models/acme/labs/a", "/api.json", "/v1/gateways", "/v1/changes"]


def test_a_key_waits_for_its_view(guests: Guests) -> None:
    """While the refresher is busy it is 503 and never the public catalog; then it has its own."""
    with guests.site.hanging():
        fresh = tenants.key(guests.site, tenant=TWO.mark, models=[TWO.model])
        guests.site.everywhere("/v1/models", lambda one: one.status == 503, fresh["token"])
        for path in WAITING:
            assert_waiting(guests.ask(path, fresh["token"]))
    tenants.shows(guests.site, fresh["token"], [TWO.model])


def test_no_view_is_made_while_a_snapshot_is_pinned(guests: Guests) -> None:
    """Views that are there stay as they are; who needs a new one waits until the pin is gone."""
    site = guests.site
    current = site.ask("GET", "/snapshots").json["data"][0]["id"]
    assert site.ask("POST", f"/snapshots/{current}/pin").status == 200
    fresh = tenants.key(site, tenant=ONE.mark, models=[ONE.model])
    site.everywhere("/v1/models", lambda one: one.status == 503, fresh["token"])
    before = site.ask("GET", "/sources/acme").json["asked_at"]
    assert site.ask("POST", "/sources/acme/refresh").status == 202
    path = "/v1/admin/sources/acme"
    site.everywhere(path, lambda one: one.json["asked_at"] > before, site.key)
    assert_waiting(guests.ask("/v1/models", fresh["token"]))
    tenants.shows(site, guests.one, ONE.sees)
    assert site.ask("DELETE", "/snapshots/pin").status == 204
    tenants.shows(site, fresh["token"], [ONE.model])
