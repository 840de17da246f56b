"""The guards: who is let in where, by which key, and what a refusal costs whom."""

from pathlib import Path
from typing import Any

import pytest

from modeldex.access import keys
from modeldex.access.facts import Facts, facts, is_google, token, without_key
from modeldex.access.guards import Admitted, Denied, Guards, Policy
from modeldex.access.keys import KeyRecord
from modeldex.access.limits import Limits
from modeldex.access.networks import Proxies
from modeldex.access.ring import KeyRing
from support.refreshing import Notebook

HOME, AWAY = "192.0.2.1", "203.0.113.7"
KEYS = {
    "reader": KeyRecord(id="reader", sha256=keys.digest("reader")),
    "observer": KeyRecord(
        id="observer", sha256=keys.digest("observer"), scopes=("read", "observe")
    ),
    "admin": KeyRecord(id="admin-key", sha256=keys.digest("admin"), scopes=("admin",)),
    "expired": KeyRecord(
        id="expired", sha256=keys.digest("expired"), scopes=("admin",), expires_at=50
    ),
    "home": KeyRecord(id="home", sha256=keys.digest("home"), networks=(f"{HOME}/32",)),
    "small": KeyRecord(id="small", sha256=keys.digest("small"), limit="2/minute"),
    "viewer": KeyRecord(id="viewer", sha256=keys.digest("viewer"), view="acme"),
}
# What each key may: reading, reporting, administration.
MAY = {
    "": (200, 401, 401),
    "wrong": (401, 401, 401),
    "expired": (401, 401, 401),
    "reader": (200, 403, 403),
    "observer": (200, 200, 403),
    "admin": (200, 200, 200),
}
ROUTES = (("GET", "/v1/models"), ("POST", "/v1/observations"), ("POST", "/v1/admin/keys"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of KEYS."""
    found = tmp_path / "keys.json"
    keys.write(found, KEYS.values())
    return found


def guards(path: Path, **policy: Any) -> Guards:
    """Return guards with five requests a minute for an address and seven for a key."""
    given: dict[str, Any] = {
        "anonymous": True, "per_address": "5/minute", "per_key": "7/minute",
        "writes": "6/minute", "admin": "4/minute", "strangers": "3/minute", "foreign": "refuse",
        **policy,
    }  # fmt: skip
    ring = KeyRing(path, Notebook(), lambda: 100.0)
    return Guards(Policy(**given), ring, Proxies(), Limits(lambda: 0.0))


def ask(
    of: Guards, key: str = "", method: str = "GET", path: str = "/v1/models", peer: str = HOME
) -> Admitted | Denied:
    """Ask for *path* with *key*."""
    headers = [(b"x-api-key", key.encode())] if key else []
    return of.decide(of.case(facts(peer, method, path, b"", headers)))


def status(said: Admitted | Denied) -> int:
    """Return the status that the guards would answer with, 200 for none."""
    return said.status if isinstance(said, Denied) else 200


@pytest.mark.parametrize("key", MAY)
def test_each_scope_opens_its_routes(path: Path, key: str) -> None:
    """Without a key or with one that is over it is 401, without the scope 403."""
    of = guards(path)

    assert tuple(status(ask(of, key, *route)) for route in ROUTES) == MAY[key]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD"])
@pytest.mark.parametrize("place", ["/v1/admin", "/v1/admin/", "/v1/admin/keys/x"])
def test_administration_is_one_place_whatever_the_method(
    path: Path, method: str, place: str
) -> None:
    """Reading there needs the same scope; a name that only begins alike does not."""
    of = guards(path)

    assert status(ask(of, "reader", method, place)) == 403
    assert status(ask(of, "", "GET", "/v1/administrators")) == 200


@pytest.mark.parametrize("place", ["/v1/cost", "/v1/models/batch-compare"])
def test_a_question_that_is_posted_is_read(path: Path, place: str) -> None:
    """Reading needs no key, whatever the method."""
    assert status(ask(guards(path), "", "POST", place)) == 200


def test_without_anonymous_reading_everything_but_health_needs_a_key(path: Path) -> None:
    """And what a key reads is for nobody else's cache."""
    of = guards(path, anonymous=False)
    said = ask(of, "reader")

    assert status(ask(of)) == status(ask(of, path="/metrics")) == 401
    assert status(ask(of, path="/healthz")) == status(ask(of, path="/readyz")) == 200
    assert status(ask(of, path="/healthz/more")) == 401
    assert isinstance(said, Admitted)
    assert said.is_private


def test_only_a_view_makes_an_answer_private(path: Path) -> None:
    """The public catalog is the same for all who may read it."""
    said = [ask(guards(path), key) for key in ("", "reader", "viewer")]

    assert [isinstance(one, Admitted) and one.is_private for one in said] == [False, False, True]


@pytest.mark.finding("MW-H5", "X20")
def test_a_made_up_key_gains_nothing(path: Path) -> None:
    """It is 401, counts for its address, and soon 429; then nor is the address let in without."""
    of = guards(path)
    made_up = [status(ask(of, f"Bearer{n}")) for n in range(4)]
    keyless = [status(ask(of)) for _ in range(2)]

    assert made_up == [401, 401, 401, 429]
    assert keyless == [200, 429]


@pytest.mark.finding("MW-H5", "X51")
def test_a_key_has_one_quota_from_everywhere_and_an_address_one_of_its_own(path: Path) -> None:
    """Seven with the key from seven addresses, not one more; who shares nothing is untouched."""
    of = guards(path)
    keyed = [status(ask(of, "reader", peer=f"198.51.100.{n}")) for n in range(8)]
    alone = [status(ask(of)) for _ in range(6)]

    assert keyed == [200] * 7 + [429]
    assert alone == [200] * 5 + [429]
    assert status(ask(of, peer=AWAY)) == 200


def test_a_key_may_have_a_quota_of_its_own(path: Path) -> None:
    """Its headers name that one."""
    of = guards(path)
    said = [ask(of, "small") for _ in range(3)]

    assert [status(one) for one in said] == [200, 200, 429]
    assert dict(said[0].headers)[b"ratelimit-policy"] == b'"read";q=2;w=60'


def test_route_classes_are_counted_apart(path: Path) -> None:
    """Who has read enough may still report, and the other way round."""
    of = guards(path)
    for _ in range(7):
        ask(of, "observer")

    assert status(ask(of, "observer")) == 429
    assert status(ask(of, "observer", "POST", "/v1/observations")) == 200


def test_a_key_from_elsewhere_is_403_and_costs_its_owner_nothing(path: Path) -> None:
    """Who has stolen it can neither use it nor use it up."""
    of = guards(path)
    stolen = [status(ask(of, "home", peer=AWAY)) for _ in range(6)]

    assert stolen == [403] * 5 + [429]
    assert dict(ask(of, "home").headers)[b"x-ratelimit-remaining"] == b"6"


def test_health_is_never_limited(path: Path) -> None:
    """A probe that asks often is no client."""
    of = guards(path)

    assert {status(ask(of, path="/healthz")) for _ in range(50)} == {200}


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ([], None),
        ([(b"authorization", b"Bearer abc")], b"abc"),
        ([(b"authorization", b"bearer   abc ")], b"abc"),
        ([(b"authorization", b"Bearer ")], None),
        ([(b"authorization", b"Basic abc")], b""),
        ([(b"authorization", b"abc")], b""),
        ([(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")], b"a,Bearer b"),
        ([(b"x-api-key", b"abc")], b"abc"),
        ([(b"x-goog-api-key", b"abc")], b"abc"),
        ([(b"authorization", b"Bearer abc"), (b"x-api-key", b"def")], b"abc"),
    ],
)
def test_a_key_is_taken_from_where_clients_put_it(
    headers: list[tuple[bytes, bytes]], found: bytes | None
) -> None:
    """An empty bearer is no key; any other form of credential is a wrong one."""
    assert token(facts(HOME, "GET", "/v1/models", b"key=query", headers)) == found


def test_a_key_in_the_query_counts_for_googles_clients_only() -> None:
    """There it is decoded, and no later layer sees it; elsewhere it is a parameter like any."""
    query = b"pageSize=5&key=a%62c&pageToken=x"

    assert token(facts(HOME, "GET", "/v1beta/models", query, [])) == b"abc"
    assert without_key("/v1beta/models", query) == b"pageSize=5&pageToken=x"
    assert token(facts(HOME, "GET", "/v1/models", query, [])) is None
    assert without_key("/v1/models", query) == query
    assert [is_google(one) for one in ("/v1beta", "/v1beta/x", "/v1betamax")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("foreign", "admin", "given", "status"),
    [
        ("auto", None, b"sk-anything", None),
        ("auto", None, b"mdx_unknown", 401),
        ("auto", "administrator", b"sk-anything", 401),
        ("ignore", "administrator", b"sk-anything", None),
        ("ignore", "administrator", b"mdx_unknown", 401),
        ("refuse", None, b"sk-anything", 401),
    ],
)
def test_what_a_key_of_another_service_means(
    tmp_path: Path, foreign: str, admin: str | None, given: bytes, status: int | None
) -> None:
    """By default nothing while there are no keys; one of our form is never passed over."""
    ring = KeyRing(tmp_path / "keys.json", Notebook(), lambda: 0.0, admin)
    policy = Policy(
        anonymous=True, per_address="off", per_key="off", writes="off", admin="off",
        strangers="off", foreign=foreign,
    )  # fmt: skip
    guards = Guards(policy, ring, Proxies(), Limits(lambda: 0.0))
    asked = Facts("192.0.2.1", "GET", "/v1/models", x_api_key=given)
    said = guards.decide(guards.case(asked))

    assert (said.status if isinstance(said, Denied) else None) == status
