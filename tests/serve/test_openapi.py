"""The API's own description."""

import re

from modeldex.query.parameters import PARAMETERS, PARAMETERS_OF_ONE
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

    assert listed == [one.name for one in PARAMETERS]
    assert [one["name"] for one in of_one] == [
        "model_id", *(one.name for one in PARAMETERS_OF_ONE)
    ]  # fmt: skip
    assert {path for path in paths if not path.startswith("/v1/admin/")} == {
        "/v1/models", "/v1/models/{model_id}", "/v1/models/{model_id}/history", "/v1/changes",
        "/v1/rates/{rate_id}", "/v1/cost", "/v1/gateways", "/v1/gateways/status",
        "/logos/{slug}.svg", "/metrics", "/healthz", "/readyz",
    }  # fmt: skip
