"""schemathesis asks everything that the API's description allows, and much that it does not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from support.scale import scaled

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def described(url: str) -> schemathesis.BaseSchema:
    """The description, as it is served."""
    return schemathesis.openapi.from_url(f"{url}/openapi.json")


fuzzed = schemathesis.pytest.from_fixture("described")


@fuzzed.parametrize()
@settings(
    max_examples=scaled(8, 500),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_declared(case: Case) -> None:
    """No 5xx, no status, header or field that the description does not have."""
    case.call_and_validate(checks=CHECKS)
