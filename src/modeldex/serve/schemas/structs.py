"""Shapes of answers that are made of structs: written down from these."""

import re
from collections.abc import Iterator

import msgspec

from modeldex.query import comparing, detail, model_offers, parameters, predecessor, who
from modeldex.serve.schemas import rows
from modeldex.serve.schemas.words import (
    COUNT,
    DECIMAL,
    TEXT,
    TEXTS,
    Schema,
    closed,
    either,
    maybe,
    ref,
    some,
)

_STRUCTS = (
    comparing.ComparisonAnswer,
    comparing.ComparisonList,
    detail.DetailAnswer,
    model_offers.ModelOffers,
    predecessor.SearchAnswer,
    predecessor.UniqueAnswer,
    who.Authors,
    who.Providers,
)
_ROWS = either(some(ref("OfferRow")), some(ref("ModelRow")))
_FILTERS: dict[str, Schema] = {
    one.name: TEXTS if one.repeatable else TEXT for one in parameters.PARAMETERS
}
_ALWAYS: dict[str, Schema] = {
    "min_providers": maybe(COUNT),
    "include_inactive": {"type": "boolean"},
}
# What a struct does not say of its fields: bodies that are finished already, exact decimals.
_FIELDS: dict[tuple[str, str], Schema] = {
    ("ModelOffers", "data"): some(ref("OfferRow")),
    ("SearchAnswer", "data"): _ROWS,
    ("SearchMeta", "filters_applied"): closed({}, "What was given.", optional=_FILTERS),
    ("UniqueAnswer", "models"): some(ref("ModelRow")),
    ("UniqueAnswer", "filters"): closed(
        _ALWAYS, optional={k: v for k, v in _FILTERS.items() if k not in _ALWAYS}
    ),
    ("DetailAnswer", "data"): either(ref("OfferRow"), ref("ModelRow")),
    **{
        ("Pricing", name): maybe(DECIMAL)
        for name in ("prompt", "completion", "prompt_cost_per_1m", "completion_cost_per_1m")
    },
    ("Compared", "cost_per_1m"): maybe(DECIMAL),
    **{
        ("Savings", name): DECIMAL
        for name in (
            "potential_savings_per_1m_tokens",
            "savings_percentage",
            "cheapest_cost",
            "most_expensive_cost",
        )
    },
}
_ATTRIBUTE = re.compile(r"^ {8}(\w[\w, ]*): (.*(?:\n {12}.*)*)", re.MULTILINE)


def _found() -> Iterator[tuple[str, Schema]]:
    _, shapes = msgspec.json.schema_components(
        _STRUCTS, ref_template="#/components/schemas/{name}"
    )
    for name, shape in shapes.items():
        if name not in rows.SCHEMAS:  # a row's part, the same everywhere
            yield name, _closed(name, shape)


def _closed(name: str, shape: Schema) -> Schema:
    """Return the shape of a struct; all of its fields are always sent."""
    said = shape.get("description", "")
    about = {
        field: " ".join(text.split())
        for fields, text in _ATTRIBUTE.findall(said)
        for field in fields.split(", ")
    }
    properties = {
        field: _field(_FIELDS.get((name, field), found), about.get(field))
        for field, found in shape["properties"].items()
    }
    return closed(properties, said.partition("\n\n")[0])


def _field(found: Schema, about: str | None) -> Schema:
    plain = {key: value for key, value in found.items() if key != "default"}
    return {**plain, "description": about} if about else plain


SCHEMAS: dict[str, Schema] = dict(_found())
