"""Whole documents of other dialects over HTTP, and what these cannot say."""

from typing import Any

import pytest

from modeldex.serve.routes.dialects import PATHS
from support import wire

ALL = [path for paths in PATHS.values() for path in paths]


@pytest.mark.parametrize("path", ALL)
def test_a_document_is_finished_in_every_encoding(url: str, path: str) -> None:
    """Each encoding decodes to the same bytes, under an entity tag of its own."""
    answers = {
        one: wire.ask(url, path, accept_encoding=one) for one in ("identity", "gzip", "br", "zstd")
    }

    assert {one.status for one in answers.values()} == {200}
    assert len({one.plain for one in answers.values()}) == 1
    assert len({one.headers["etag"] for one in answers.values()}) == 4
    assert answers["br"].headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ALL)
def test_a_document_can_be_asked_for_again_or_by_its_head(url: str, path: str) -> None:
    """304 for who has it, by tag or by date; HEAD has the same headers; a query is ignored."""
    full = wire.ask(url, path)
    by_tag = wire.ask(url, path, if_none_match=full.headers["etag"])
    by_date = wire.ask(url, path, if_modified_since=full.headers["last-modified"])
    head = wire.ask(url, path, "HEAD")

    assert (by_tag.status, by_date.status, by_tag.body) == (304, 304, b"")
    assert (head.body, head.lasting) == (b"", full.lasting)
    assert wire.ask(url, f"{path}?t=1").plain == full.plain


@pytest.mark.parametrize("name", PATHS)
def test_a_document_says_how_much_its_dialect_cannot_say(url: str, name: str) -> None:
    """The header, the list of dialects and the list of losses tell the same number."""
    dialect = name.partition("/")[0]
    header = wire.ask(url, PATHS[name][0]).headers["x-modeldex-lossy"]
    listed = {one["name"]: one for one in wire.ask(url, "/v1/dialects").json["data"]}
    losses = wire.ask(url, listed[dialect]["losses"]).json

    assert int(header) == listed[dialect]["lossy"] == losses["total"]
    assert losses["total"] == sum(one["count"] for one in losses["data"])
    assert name in listed[dialect]["documents"]
    assert set(PATHS[name]) <= set(listed[dialect]["paths"])


def test_an_unknown_dialect_is_not_found_and_the_known_are_named(url: str) -> None:
    """The sentence says which there are."""
    answer = wire.ask(url, "/v1/dialects/cobol/losses")

    assert (answer.status, answer.json["code"]) == (404, "dialect_not_found")
    assert "genai-prices, google, huggingface, litellm" in answer.json["detail"]


def test_catwalks_first_list_is_gone_and_says_where_the_second_is(url: str) -> None:
    """Old clients are told instead of being given nothing."""
    answer = wire.ask(url, "/providers")

    assert (answer.status, answer.json["code"]) == (410, "removed")
    assert "/v2/providers" in answer.json["detail"]


def test_a_price_that_changed_is_another_document(url: str) -> None:
    """The map holds the price that the list holds."""
    found = wire.ask(url, "/get/litellm_model_cost_map").json

    assert found["bolt/uni/zoom"]["input_cost_per_token"] == 0.9
    assert found["acme/labs/fast:free"]["output_cost_per_token"] == 0
    assert "acme/uni/old" not in found


@pytest.mark.parametrize("path", ["/v1/dialects", "/v1/dialects/litellm/losses"])
def test_what_tells_of_dialects_is_declared_whole(url: str, path: str) -> None:
    """The answer has the keys that OpenAPI declares, and no others."""
    document = wire.ask(url, "/openapi.json").json
    named = path.replace("/litellm/", "/{dialect}/")
    responses = document["paths"][named]["get"]["responses"]
    schema = meant(document, responses["200"]["content"]["application/json"]["schema"])
    row = meant(document, schema["properties"]["data"]["items"])
    answer = wire.ask(url, path).json

    assert set(answer) == set(schema["properties"])
    assert set(answer["data"][0]) == set(row["properties"])


def meant(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema is, be it a reference."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
