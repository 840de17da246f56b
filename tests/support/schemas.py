"""JSON schemas, checked by a library that ships no types."""

from importlib import import_module
from typing import Any

_LIBRARY: Any = import_module("jsonschema")


def validate(value: Any, schema: dict[str, Any]) -> None:
    """Fail unless *value* is as *schema* says."""
    _LIBRARY.Draft202012Validator(schema).validate(value)
