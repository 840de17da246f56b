"""The API's own description is complete and true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import examples
from modeldex.query import shapes
from modeldex.query.parameters import PARAMETERS, PARAMETERS_OF_ONE
from modeldex.serve.edge import HARDENING
from modeldex.serve.routes import dialects
from modeldex.serve.schemas import COMPONENTS, PLACES
from serve.conftest import small
from support import catalogs, live, wire
from support.declared import check_schema, failures

METHODS = {"get", "post", "put", "patch", "delete"}
DONE = {"200", "201", "202", "204"}
ENVELOPES = {
    "/v1beta/": "GoogleError", "/api/v1/": "OpenRouterError", "/vercel/": "OpenAIError",
    "/huggingface/": "OpenAIError", "/priced/": "OpenAIError",
}  # fmt: skip
OF_HEALTH = {"/healthz", "/readyz"}
GONE = "GET /providers"
# Of HTTP, and those that say the same to every browser.
OF_ANY_SERVER = {
    "date",
    "content-type",
    "content-length",
    *(name.decode() for name, _ in HARDENING),
}


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    """The document as it is served."""
    return wire.ask(url, "/openapi.json").json


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every operation with its name."""
    for path, methods in document["paths"].items():
        assert set(methods) <= METHODS, path
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    """Tools that make clients from the document need one name per operation."""
    names = [one["operationId"] for _, one in operations(document)]

    assert len(set(names)) == len(names) >= len(document["paths"])


def test_every_path_is_described_with_its_parameters(document: dict[str, Any]) -> None:
    """What stands in braces is declared, and the list's parameters are those that it takes."""
    paths = document["paths"]
    for name, operation in operations(document):
        declared = [one["name"] for one in operation.get("parameters", ())]
        assert set(re.findall(r"{(\w+)}", name)) <= set(declared), name
    listed = [one["name"] for one in paths["/v1/models"]["get"]["parameters"]]

    of_one = paths["/v1/models/{model_id}"]["get"]["parameters"]

    assert listed == [one.name for one in (*PARAMETERS, *shapes.PARAMETERS)]
    assert [one["name"] for one in of_one] == [
        "model_id", *(one.name for one in PARAMETERS_OF_ONE)
    ]  # fmt: skip
    documents = {path for paths in dialects.PATHS.values() for path in paths}
    described = {path for path in paths if not path.startswith("/v1/admin/")}
    assert described - documents == {
        "/v1/models", "/v1/models/{model_id}", "/v1/models/{model_id}/history", "/v1/changes",
        "/v1/models/{model_id}/offers", "/v1/models/{model_id}/compare", "/v1/models/search",
        "/v1/models/unique", "/v1/models/batch-compare", "/api/models/detail", "/v1/authors",
        "/v1/providers",
        "/v1/models/trending", "/v1/models/low-latency", "/v1/observations",
        "/v1/provider/{provider}/stats", "/v1/provider/{provider}/top-models",
        "/v1/gateway/{gateway}/stats",
        "/v1/rates/{rate_id}", "/v1/cost", "/v1/gateways", "/v1/gateways/status",
        "/logos/{slug}.svg", "/metrics", "/healthz", "/readyz", "/priced/v1/models",
        "/v1beta/models",
        "/v1beta/models/{model_id}", "/api/v1/models", "/api/v1/models/count",
        "/api/v1/models/user", "/api/v1/models/{model_id}/endpoints", "/api/v1/model/{model_id}",
        "/api/v1/providers", "/vercel/v1/models", "/vercel/v1/models/{model_id}",
        "/huggingface/v1/models", "/huggingface/v1/models/{model_id}",
        "/v1/dialects", "/v1/dialects/{dialect}/losses", "/providers",
    }  # fmt: skip


def test_every_operation_says_what_it_answers_with(document: dict[str, Any]) -> None:
    """Each has a shape for its answer, and says what an error is in its path's own envelope."""
    for name, operation in operations(document):
        responses = operation["responses"]
        assert "default" in responses, name
        assert (DONE & set(responses) == set()) == (name == GONE), name
        envelope = shapes_of_errors(name.partition(" ")[2])
        for status, response in responses.items():
            if status in DONE - {"204"}:
                assert all(one["schema"] for one in response["content"].values()), name
            elif status not in {"204", "304", "308"}:
                shapes = {media: one["schema"] for media, one in response["content"].items()}
                assert shapes == envelope, (name, status)


def shapes_of_errors(path: str) -> dict[str, dict[str, str]]:
    """Return the shapes of an error, by media type: one, but native routes speak more dialects."""
    for place, name in ENVELOPES.items():
        if path.startswith(place):
            return {"application/json": {"$ref": f"#/components/schemas/{name}"}}
    return {
        "application/problem+json": {"$ref": "#/components/schemas/Problem"},
        "application/json": {"$ref": "#/components/schemas/ErrorOfShape"},
    }


def test_every_operation_says_what_keys_and_limits_do(document: dict[str, Any]) -> None:
    """A key may be sent anywhere, must be to administer; all but health may refuse."""
    schemes = document["components"]["securitySchemes"]
    assert {(one["type"], one.get("scheme"), one.get("name")) for one in schemes.values()} == {
        ("http", "bearer", None), ("apiKey", None, "x-api-key"),
    }  # fmt: skip
    either: list[dict[str, list[str]]] = [{"bearer": []}, {"key": []}]
    assert document["security"] == [{}, *either]
    for name, operation in operations(document):
        path = name.partition(" ")[2]
        needs_key = path.startswith("/v1/admin/") or path == "/v1/observations"
        assert operation.get("security") == (either if needs_key else None), name
        refusals = {"401", "403", "429", "504"} & set(operation["responses"])
        assert refusals == (set() if path in OF_HEALTH else {"401", "403", "429", "504"}), name


def test_every_answer_in_json_is_shown_by_an_example(document: dict[str, Any]) -> None:
    """Nothing is documented without showing it."""
    for name, operation in operations(document):
        found = [operation["responses"].get(status, {}) for status in sorted(DONE)]
        shown = [one["content"].get("application/json") for one in found if one.get("content")]
        if shown and shown[0] is not None:
            assert "example" in shown[0], name


def test_every_example_is_of_its_shape(document: dict[str, Any]) -> None:
    """What is shown is what is declared."""
    for name, operation in operations(document):
        for status in DONE & set(operation["responses"]):
            for one in operation["responses"][status].get("content", {}).values():
                if "example" in one:
                    root = {**one["schema"], "components": document["components"]}
                    failed = [*map(str, failures(root, one["example"]))]
                    assert not failed, (name, failed[0])


@pytest.mark.finding("CA-L5")
def test_the_headers_of_the_document_are_those_that_are_served(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    """Lifetimes, limits and what an answer varies by are documented as they are sent."""
    catalogs.publish(tmp_path / "snapshots", small())
    declared = document["paths"]["/v1/models"]["get"]["responses"]["200"]["headers"]
    with live.served(live.application(tmp_path, rate_limit_anonymous="9/minute")) as url:
        served = wire.ask(url, "/v1/models").headers
    limits = document["components"]["headers"]

    assert {name.lower() for name in declared} == set(served) - OF_ANY_SERVER
    for name in limits:
        pattern = limits[name]["schema"].get("pattern", "[0-9]+")
        assert re.fullmatch(pattern, served[name.lower()]), name
    for name in ("Cache-Control", "Vary"):
        assert declared[name]["example"] == served[name.lower()]


def test_the_examples_are_what_is_answered() -> None:
    """`python tests/examples.py` writes them anew after a change of what is answered."""
    with examples.served() as url:
        found = examples.collected(url)

    assert json.loads(examples.FILE.read_text(encoding="utf-8")) == found


def test_every_reference_leads_to_a_shape(document: dict[str, Any]) -> None:
    """No shape is named that is not there, and none is there that nobody names."""
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))

    assert named == set(COMPONENTS) == set(document["components"]["schemas"])
    assert len(COMPONENTS) == sum(len(place.SCHEMAS) for place in PLACES)  # no name has two


def test_every_shape_is_closed() -> None:
    """Nothing that is not declared can be in an answer: maps say what their values are."""
    for name, shape in COMPONENTS.items():
        check_schema(shape)
        for one in objects(shape):
            assert "additionalProperties" in one, (name, one)
            if "properties" in one:
                assert one["additionalProperties"] is False, (name, one)


def objects(shape: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an object inside a schema."""
    if isinstance(shape, dict):
        if shape.get("type") == "object":
            yield shape
        for inner in shape.values():
            yield from objects(inner)
    elif isinstance(shape, list):
        for inner in shape:
            yield from objects(inner)
