"""Every answer is as the API's own description declares it, and nothing more."""

import json
from collections.abc import Iterator

import pytest

import examples
from modeldex.domain.provider import Provider
from serve.conftest import KINDS, STREAMED
from serve.test_cost import post, tiered
from support import catalogs, live, wire
from support.catalogs import listing, priced
from support.declared import Description

NAMES = ("labs/large", "acme/labs/Large", "LABS/LARGE", "acme/labs/fast:free", "uni/old")
WHOLE = ("", "?unique=true", "?include_inactive=true", "?unique=true&include_inactive=true")
PATHS = [
    *(path for path in KINDS.values() if path != STREAMED),
    *(f"/v1/models{query}" for query in WHOLE),
    *(f"/v1/models/{name}{rest}" for name in NAMES
      for rest in ("", "/offers", "/compare", "/history", "?unique=true", "?explain=true")),
    "/v1/models?facets=true&limit=1", "/v1/models?fields=name,pricing.prompt,rates.when",
    "/v1/models?unique=true&fields=providers.slug,architecture.modality",
    "/v1/models/labs/large?fields=providers.pricing.completion", "/models?limit=1",
    "/v1/models/search?min_age_days=0", "/v1/models/unique?min_providers=2&max_price=9999999",
    "/v1/provider", "/v1/providers?gateway=acme&limit=1", "/v1/authors?limit=1",
    "/v1/authors?offset=9", "/v1/models/search", "/v1/models/search?q=nothing+like+it",
    "/v1/models/search?q=large&gateway=acme&gateway=bolt&unique=true", "/v1/models/unique",
    "/v1/models/unique?include_inactive=true&q=large", "/v1/changes", "/v1/gateways",
    "/v1/models/labs/large/compare?gateways=acme", "/v1/models/labs/large/offers?gateway=bolt",
    "/v1/models/uni/small/compare?gateways=bolt,acme", "/v1/gateways/status", "/healthz",
    "/readyz", "/metrics", "/logos/acme.svg", "/api/models/detail?modelId=labs/large",
    "/api/models/detail?developer=labs&modelName=large&gateway=bolt",
]  # fmt: skip
WRONG = [
    "/v1/models?limit=0", "/v1/models?x=1", "/v1/models/nobody/nothing", "/v1/models/labs",
    "/v1/models/labs/large/", "/v1/models/nobody/offers", "/v1/models/nobody/nothing/compare",
    "/v1/models/labs/large/compare?gateways=x", "/v1/models/labs/large/offers?x=1",
    "/v1/rates/none", "/v1/changes?cursor=x", "/v1/models/search?limit=0",
    "/v1/models/unique?sort_by=none", "/api/models/detail", "/api/models/detail?modelId=nobody",
    "/v1/providers?gateway=x", "/v1/providers?moderated_only=true", "/v1/authors?limit=1001",
    "/logos/none.svg",
]  # fmt: skip
SENT = [
    ("/v1/cost", {"model": "labs/large", "usage": {"input": 1}}, 200),
    ("/v1/cost", {"offer": "bolt/labs/large", "usage": {"input": 1}}, 200),
    ("/v1/cost", {"items": [{"model": "labs/large", "usage": {"input": 1}}, {}, 1]}, 200),
    ("/v1/cost", {"items": [{"offer": "bolt/labs/large", "usage": {"input": 1}}]}, 200),
    ("/v1/cost", {"model": "nobody", "usage": {"input": 1}}, 404),
    ("/v1/cost", [], 400),
    ("/v1/models/batch-compare", {"model_ids": [*NAMES, "nobody"], "criteria": "context"}, 200),
    ("/v1/models/batch-compare", {"model_ids": ["labs/large"], "gateways": ["bolt"]}, 200),
    ("/v1/models/batch-compare", {"model_ids": []}, 400),
    ("/v1/models/batch-compare", 1, 400),
]  # fmt: skip


@pytest.fixture(scope="module")
def description(url: str) -> Description:
    """What the server says of itself."""
    return Description(url)


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of offers whose rates have conditions, and of one that says all it can."""
    directory = tmp_path_factory.mktemp("varied")
    rich = listing(
        "acme", "labs/rich", rates=tiered(), capabilities={"tools": True, "pdf": False},
        input_modalities=("text", "image"), output_modalities=("text",), is_private=True,
        release_date="2026-01", knowledge_cutoff="2025", open_weights=True, context_length=9,
        expiration_date="2027-01-01", successor="labs/next", supported_parameters=("tools",),
        hugging_face_id="Labs/Rich", aliases=("rich",), logo_url="https://acme.example/logo.png",
        via="other",
    )  # fmt: skip
    found = catalogs.build(
        catalogs.rows("acme", [rich]),
        catalogs.rows(
            "book", [priced("acme", "labs/rich", "1", "2", source="book")], is_book=True
        ),
        catalogs.rows("bolt", [listing("bolt", "labs/rich", status="deprecated")]),
        providers=(Provider(slug="acme", name="Acme", site="https://acme.example"),),
    )
    catalogs.publish(directory / "snapshots", found)
    with live.served(live.application(directory)) as url:
        yield url


@pytest.mark.finding("X17", "X37")
@pytest.mark.parametrize("path", dict.fromkeys(PATHS))
def test_an_answer_has_the_declared_fields_only(
    url: str, description: Description, path: str
) -> None:
    """On a miss, a hit, a 304 and a `HEAD`."""
    with wire.connected(url) as line:
        first, again = line.ask(path), line.ask(path)
        tag = first.headers.get("etag", "")
        others = (line.ask(path, if_none_match=tag), line.ask(path, "HEAD"))

    assert first.status == 200, first.body
    for answer in (first, again, *others):
        description.check("GET", path, answer)


@pytest.mark.parametrize("path", WRONG)
def test_an_answer_to_a_wrong_question_is_declared(
    url: str, description: Description, path: str
) -> None:
    """Each is a problem of the one shape, or the way on."""
    answer = wire.ask(url, path)

    assert 300 <= answer.status < 500
    description.check("GET", path, answer)


@pytest.mark.parametrize(("path", "body", "status"), SENT)
def test_an_answer_to_what_is_sent_is_declared(
    url: str, description: Description, path: str, body: object, status: int
) -> None:
    """One question, many, and what is none."""
    answer = post(url, json.dumps(body), path=path)

    assert answer.status == status, answer.body
    description.check("POST", path, answer)


@pytest.mark.parametrize("query", ["", "?unique=true", "/acme/labs/rich?explain=1"])
def test_a_row_that_says_all_it_can_is_declared(
    varied: str, description: Description, query: str
) -> None:
    """Conditions of rates, settled fields and everything that a source may state."""
    path = f"/v1/models{query}"
    answer = wire.ask(varied, path)

    assert answer.status == 200
    description.check("GET", path, answer)


def test_a_field_that_is_not_declared_would_be_seen(description: Description) -> None:
    """A row with one field more, or one less, is not of its shape."""
    answer = json.loads(examples.FILE.read_text(encoding="utf-8"))["GET /v1/models"]["answer"]
    shape = description.validator("#/components/schemas/ModelList")
    row = answer["data"][0]

    assert shape.is_valid(answer)
    assert not shape.is_valid({**answer, "data": [{**row, "metadata": {}}]})
    assert not shape.is_valid({**answer, "data": [{k: row[k] for k in row if k != "id"}]})
    assert not shape.is_valid({**answer, "_cached_at": "now"})
