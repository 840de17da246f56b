"""Checks answers against what the API's own description says of them."""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from support import wire


def check_schema(schema: dict[str, Any]) -> None:
    """Fail unless a schema is one."""
    Draft202012Validator.check_schema(schema)


def failures(schema: dict[str, Any], value: Any) -> Iterator[str]:
    """Yield what keeps a value from being of a schema."""
    for one in Draft202012Validator(schema).iter_errors(value):
        yield f"{one.json_path}: {one.message[:400]}"


class Description:
    """The document of a server."""

    def __init__(self, url: str) -> None:
        self.document = wire.ask(url, "/openapi.json").json
        self.paths = sorted(self.document["paths"], key=lambda one: ("{" in one, -len(one)))
        self._validators: dict[str, Draft202012Validator] = {}

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """Return the operation that a request is for."""
        bare = path.partition("?")[0].rstrip("/")
        bare = "/v1/models" if bare == "/models" else bare
        bare = "/v1/providers" if bare == "/v1/provider" else bare
        for template in self.paths:
            pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(template))
            if re.fullmatch(pattern, bare, re.DOTALL):
                found: dict[str, Any] = self.document["paths"][template][method.lower()]
                return found
        raise LookupError(path)

    def check(self, method: str, path: str, answer: wire.Answer) -> None:
        """Fail unless an answer is as the document declares it: status, headers and body.

        The headers of limits are there all together, or, where nothing is limited, not at all.
        """
        responses = self.operation(method, path)["responses"]
        declared = responses.get(str(answer.status), responses["default"])
        missing = {one.lower() for one in declared.get("headers", {})} - set(answer.headers)
        limits = {one.lower() for one in self.document["components"]["headers"]}
        assert missing in (set(), limits), (path, answer.status, missing)
        self._check_values(declared.get("headers", {}), answer)
        if not answer.body or answer.status in {304, 308}:
            return
        media = answer.headers["content-type"].partition(";")[0]
        shape = declared["content"][media]["schema"]
        if "$ref" in shape:
            self.validator(shape["$ref"]).validate(answer.json)

    def _check_values(self, declared: dict[str, Any], answer: wire.Answer) -> None:
        """Fail unless headers have the values that are declared, and no tag is undeclared."""
        assert "etag" not in answer.headers or "ETag" in declared
        for name, header in declared.items():
            said = self.document["components"]["headers"][name] if "$ref" in header else header
            served = answer.headers.get(name.lower())
            if served is not None and "pattern" in said["schema"]:
                assert re.search(said["schema"]["pattern"], served), (name, served)

    def validator(self, name: str) -> Draft202012Validator:
        """Return what checks bodies of a shape, given by its reference."""
        if name not in self._validators:
            root = {"$ref": name, "components": self.document["components"]}
            self._validators[name] = Draft202012Validator(root)
        return self._validators[name]
