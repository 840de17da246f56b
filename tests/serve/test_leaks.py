"""Whatever is asked, however and by whom: no byte of a tenant's reaches anybody else.

Every route that reads, as its description declares it, is asked with the names of private models,
by their owner before the others and after them, through both lanes, in every encoding. Two things
must hold of each answer: no mark of another tenant's is in it but what its asker sent, and to whom
a model is unknown, its name is like one that nobody has.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modeldex.access.rules import ADMINISTRATION
from modeldex.bootstrap import worker
from support import live, provider, tenants, wire
from support.administered import Site, administered, asked
from support.refreshing import models
from support.scale import scaled
from support.tenants import DECOY, ONE, PUBLIC, TWO, Tenant
from support.wire import Answer, Line

LAW = settings(
    max_examples=scaled(4, 200),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
OWNERS: dict[str, Tenant | None] = {"one": ONE, "two": TWO, "narrow": None, "nobody": None}
ENCODINGS = ["identity", "br", "zstd", "gzip", "br;q=0.1, gzip"]
Operation = tuple[str, list[dict[str, Any]]]


class Town(NamedTuple):
    """A site, its workers with and without a fast lane, and the keys of those who ask.

    Attributes:
        lines: connections that are kept, one for each worker.
    """

    site: Site
    lines: list[Line]
    tokens: dict[str, str | None]

    def ask(self, who: str, path: str, at: int, method: str = "GET", **given: str) -> Answer:
        """Ask one of the workers."""
        token = self.tokens[who]
        shown = {} if token is None else {"x_api_key": token}
        return self.lines[at % len(self.lines)].ask(path, method, **shown, **given)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two tenants, a restricted key and nobody; three workers, one of them without a fast lane."""
    with ExitStack() as stack:
        found = stack.enter_context(provider.running())
        found.script("/acme/acme/models", models("labs/a", "labs/b"))
        site = stack.enter_context(administered(tmp_path_factory.mktemp("leaks"), found))
        site.everywhere("/v1/models", lambda one: one.ids == PUBLIC)
        tokens: dict[str, str | None] = {"nobody": None}
        for name, one in (("one", ONE), ("two", TWO)):
            tenants.settled(site, one)
            tokens[name] = tenants.key(site, tenant=one.mark, scopes=["read", "observe"])["token"]
        tokens["narrow"] = tenants.key(site, providers=["acme"])["token"]
        for name, token in tokens.items():
            owner = OWNERS[name]
            tenants.shows(site, token or "", owner.sees if owner else PUBLIC)
        slow = live.application(site.directory / "data", fast_lane=False)
        urls = [*site.urls, stack.enter_context(live.served(slow))]
        lines = [stack.enter_context(wire.connected(url)) for url in urls]
        yield Town(site, lines, tokens)


def described() -> list[Operation]:
    """Return every path that is read, with its parameters, as the API's description has them."""
    app: Any = worker.build(live.settings(Path()), structlog.get_logger())
    while not hasattr(app, "openapi"):
        app = app.public if hasattr(app, "public") else app.app
    return [
        (path, operations["get"].get("parameters", []))
        for path, operations in app.openapi()["paths"].items()
        if "get" in operations and not path.startswith(ADMINISTRATION)
    ]


def texts(mark: str) -> list[str]:
    """Return names that begin or are one of a tenant's."""
    return [mark, f"{mark}/{mark}-tuned", f"{mark}-tuned", f"{mark}/{mark}-tune", f"@{mark}",
            f"{mark}/{mark}-tumed", mark[:4]]  # fmt: skip


def values(of: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return values of a parameter: what its schema declares, and names of all kinds."""
    schema = of["schema"]
    declared = [*schema.get("enum", []), *schema.get("items", {}).get("enum", [])]
    declared += [one[key] for one in schema.get("oneOf", []) for key in ("const",) if key in one]
    kinds = {schema.get("type"), schema.get("items", {}).get("type")}
    if "boolean" in kinds:
        declared = ["true", "false"]
    if kinds & {"integer", "number"}:
        declared = ["0", "1", "2", "100"]
    names = [*texts(ONE.mark), *texts(TWO.mark), *PUBLIC, "all", ""]
    likely = st.sampled_from([str(one) for one in declared]) if declared else None
    return st.sampled_from(names) if likely is None else likely | st.sampled_from(names)


@st.composite
def questions(draw: st.DrawFn, operation: Operation) -> str:
    """Return a path with its query."""
    path, parameters = operation
    query = []
    for one in parameters:
        if one["in"] == "path":
            name = draw(values(one).filter(bool))
            path = path.replace(f"{{{one['name']}}}", quote(name, safe="/"))
        elif one["in"] == "query" and draw(st.integers(0, 3)) == 0:
            query.append(f"{one['name']}={quote(draw(values(one)), safe='')}")
    return f"{path}?{'&'.join(query)}" if query else path


def heard(answer: Answer) -> str:
    """Return all that an answer says, decoded, headers included, in lower case."""
    headers = " ".join(f"{name}: {value}" for name, value in answer.fields)
    return f"{headers}\n{answer.plain.decode()}".lower() if answer.body else headers.lower()


def strangers(who: str) -> list[Tenant]:
    """Return the tenants whose catalog somebody must not see."""
    return [one for one in (ONE, TWO) if one != OWNERS[who]]


def assert_tells_nothing(who: str, path: str, answer: Answer) -> None:
    """Fail where an answer has a mark of another tenant's that was not in the question."""
    text = heard(answer)
    for one in strangers(who):
        assert one.mark not in text or one.mark in path, (who, path, answer.status, text[:2000])
        assert one.digits not in text.replace(".", ""), (who, path, answer.status)
    assert answer.status < 500, (who, path, answer.body[:300])


def assert_is_kept_apart(path: str, answer: Answer) -> None:
    """Fail where a cache may give an answer to somebody who shows another key."""
    if "no-store" not in answer.headers.get("cache-control", ""):
        varies = answer.headers.get("vary", "")
        assert "authorization" in varies, (path, answer.status, answer.fields)
        assert "x-api-key" in varies, (path, answer.status, answer.fields)


def told(answer: Answer, mark: str) -> tuple[int, str]:
    """Return what an answer says, but for the name that was asked for."""
    return answer.status, answer.plain.decode().lower().replace(mark, DECOY)


@pytest.mark.parametrize("operation", described(), ids=lambda one: one[0])
def test_no_answer_tells_of_another_tenant(town: Town, operation: Operation) -> None:
    """Miss and hit, GET, HEAD and 304, in whatever order and encoding it is asked."""

    @LAW
    @given(
        questions(operation),
        st.permutations(sorted(OWNERS)),
        st.sampled_from(ENCODINGS),
        st.sampled_from([{}, {"anthropic_version": "2023-06-01"}]),
        st.integers(0, 2),
    )
    def law(path: str, order: list[str], encoding: str, dialect: dict[str, str], at: int) -> None:
        given = {"accept_encoding": encoding, **dialect}
        tags: list[str] = []
        for who in order:
            for method in ("GET", "HEAD", "GET"):
                answer = town.ask(who, path, at, method, **given)
                assert_tells_nothing(who, path, answer)
                assert_is_kept_apart(path, answer)
            of_others = {"if_none_match": ", ".join(tags)} if tags else {}
            again = town.ask(who, path, at, **given, **of_others)
            assert_tells_nothing(who, path, again)
            tags += [again.headers[name] for name in ("etag",) if name in again.headers]

    law()


NAMED = [one for one in described() if one[1] and one[0] != "/metrics"]


@pytest.mark.parametrize("operation", NAMED, ids=lambda one: one[0])
def test_a_private_name_is_like_one_that_nobody_has(town: Town, operation: Operation) -> None:
    """Its owner asks first; the others get what they would for a name of the same form."""

    @LAW
    @given(questions(operation), st.sampled_from([ONE, TWO]), st.integers(0, 2))
    def law(path: str, owner: Tenant, at: int) -> None:
        path = path.replace(ONE.mark, owner.mark).replace(TWO.mark, owner.mark)
        decoy = path.replace(owner.mark, DECOY)
        town.ask("one" if owner == ONE else "two", path, at)
        for who in [one for one in OWNERS if OWNERS[one] != owner]:
            private, none = town.ask(who, path, at), town.ask(who, decoy, at)
            if "gateways" in path or path.startswith("/metrics"):
                continue  # they take no names
            assert told(private, owner.mark) == told(none, DECOY), (who, path)

    law()


def posts(mark: str) -> dict[str, Any]:
    """Return a body for each route that answers a POST about a model."""
    name = f"{mark}/{mark}-tuned"
    return {
        "/v1/cost": {"model": name, "usage": {"input_tokens": 1000}},
        f"/v1/models/batch-compare?model_ids={mark}": {},
        "/v1/observations": {"observations": [{"offer": name, "outcome": "ok"}]},
    }


@pytest.mark.parametrize("who", ["two", "narrow", "nobody"])
def test_what_is_computed_of_a_private_model_is_its_owners(town: Town, who: str) -> None:
    """A cost, a comparison or a report of a call tells nobody else that it exists."""
    token = town.tokens[who]
    shown = {} if token is None else {"x_api_key": token}
    for url in town.site.urls:
        decoys = list(posts(DECOY).items())
        for (path, body), (decoy, other) in zip(posts(ONE.mark).items(), decoys, strict=True):
            asked(url, "POST", path, body, x_api_key=town.tokens["one"] or "")
            private = asked(url, "POST", path, body, **shown)
            none = asked(url, "POST", decoy, other, **shown)
            assert told(private, ONE.mark) == told(none, DECOY), path


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/metrics", "/readyz", "/nothing"])
@pytest.mark.parametrize("who", OWNERS)
def test_what_tells_of_the_server_tells_of_no_tenant(town: Town, path: str, who: str) -> None:
    """Its metrics, description and errors, after tenants asked for theirs."""
    for name, owner in (("one", ONE), ("two", TWO)):
        town.ask(name, f"/v1/models/{owner.model}", 0)
    for at in range(3):
        assert_tells_nothing(who, path, town.ask(who, path, at))


def test_administration_is_no_tenants(town: Town) -> None:
    """Its log, keys, tenants and models: 401 or 403, with nothing of what is there."""
    places = ("audit", "keys", "tenants", "models", f"models/{ONE.mark}:{ONE.model}", "sources")
    for place in places:
        for who in OWNERS:
            path = f"/v1/admin/{place}"
            answer = town.ask(who, path, 0)
            assert answer.status == (401 if who == "nobody" else 403)
            assert_tells_nothing(who, path, answer)


def test_the_lines_of_other_requests_are_silent(town: Town) -> None:
    """In the log a private name stands only in lines of requests that asked for it."""
    town.ask("one", f"/v1/models/{ONE.model}", 0)
    town.ask("nobody", "/v1/models?limit=2", 0)
    town.ask("two", "/api.json", 0)
    lines = [json.loads(line) for line in town.site.log().splitlines() if line.startswith("{")]
    for line in lines:
        if line["event"] == "answered":
            line.pop("path")
        text = json.dumps(line).lower()
        assert not any(one.mark in text or one.digits in text for one in (ONE, TWO)), text


def test_the_public_files_have_nothing_of_a_tenant(town: Town) -> None:
    """Wherever they are copied: only a view's own directory tells of its tenant."""
    folder = town.site.directory / "data" / "snapshots"
    public = [one for one in folder.iterdir() if one.is_file()]
    assert any(one.suffix == ".sqlite" for one in public)
    for one in public:
        body = one.read_bytes().lower()
        assert not any(tenant.mark.encode() in body for tenant in (ONE, TWO)), one.name
