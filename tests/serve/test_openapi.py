"""The API's own description."""

import re

from modeldex.query import shapes
from modeldex.query.parameters import PARAMETERS, PARAMETERS_OF_ONE
from modeldex.serve.routes import dialects
from support import wire


def test_every_operation_has_an_id_of_its_own(url: str) -> None:
    """Tools that make clients from the document need one name per operation."""
    paths = wire.ask(url, "/openapi.json").json["paths"]
    names = [one["operationId"] for path in paths.values() for one in path.values()]

    assert len(set(names)) == len(names) >= len(paths)


def test_every_path_is_described_with_its_parameters(url: str) -> None:
    """What stands in braces is declared, and the list's parameters are those that it takes."""
    paths = wire.ask(url, "/openapi.json").json["paths"]
    for path, operations in paths.items():
        for operation in operations.values():
            declared = [one["name"] for one in operation.get("parameters", ())]
            assert set(re.findall(r"{(\w+)}", path)) <= set(declared), path
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
