"""The few words in which shapes are written down."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
YES: Schema = {"type": "boolean"}
TRUE: Schema = {"type": "boolean", "const": True}
NOTHING: Schema = {"type": "null"}
ANYTHING: Schema = {}
TEXTS: Schema = {"type": "array", "items": TEXT}
DECIMAL: Schema = {
    "type": "string",
    "pattern": r"^[0-9]+(\.[0-9]+)?$",
    "description": "Exact decimal.",
}
USD: Schema = {**DECIMAL, "description": "US dollars, exact, for one unit."}
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def maybe(schema: Schema) -> Schema:
    """Return a schema that also allows null, which always means unknown or none."""
    if set(schema) == {"type"} and isinstance(schema["type"], str):
        return {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, NOTHING]}


def some(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def one_of(*words: str) -> Schema:
    """Return the schema of one of a few words."""
    return {"type": "string", "enum": list(words)}


def always(value: str) -> Schema:
    """Return the schema of a text that is always the same."""
    return {"type": "string", "const": value}


def either(*schemas: Schema) -> Schema:
    """Return a schema of which one of several holds."""
    return {"anyOf": list(schemas)}


def ref(name: str) -> Schema:
    """Return a reference to a shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def told(schema: Schema, about: str) -> Schema:
    """Return a schema with what it means."""
    return {**schema, "description": about}


def closed(
    properties: Mapping[str, Schema],
    about: str = "",
    *,
    optional: Mapping[str, Schema] | None = None,
) -> Schema:
    """Return the schema of an object with these properties and no others.

    Args:
        optional: properties that may be absent.
    """
    said = {"description": about} if about else {}
    return {
        "type": "object",
        **said,
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def patterned(shape: Schema, patterns: Mapping[str, Schema]) -> Schema:
    """Return the schema of an object that may also have keys of these patterns."""
    return {**shape, "patternProperties": dict(patterns)}


def mapped(values: Schema) -> Schema:
    """Return the schema of an object from names to values of one kind."""
    return {"type": "object", "additionalProperties": values}


def picked(shape: Schema, shapes: Mapping[str, Schema]) -> Schema:
    """Return a closed shape of which only some fields are sent, at any depth; ``id`` always is.

    Args:
        shapes: those that it refers to.
    """
    found = _picked(shape, shapes)
    return {**found, "required": ["id"], "description": "The fields that were asked for."}


def _picked(shape: Any, shapes: Mapping[str, Schema]) -> Any:
    if isinstance(shape, list):
        return [_picked(one, shapes) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return _picked(shapes[shape["$ref"].rpartition("/")[2]], shapes)
    kept = {
        key: value for key, value in shape.items() if (key, value.__class__) != ("required", list)
    }
    return {key: _picked(value, shapes) for key, value in kept.items()}
