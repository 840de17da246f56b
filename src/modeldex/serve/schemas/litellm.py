"""LiteLLM's cost map, and the lists of its proxy."""

from modeldex.serve.schemas.words import (
    COUNT,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    Schema,
    closed,
    mapped,
    patterned,
    ref,
    some,
)

_COST = r"^(?!search_context_)[a-z0-9_]*cost[a-z0-9_]*$"  # by meter, length and service tier
_FLAG = r"^supports_[a-z_]+$"
_RANGE = {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}
_PATTERNS: dict[str, Schema] = {_COST: NUMBER, _FLAG: {"type": "boolean"}}
_STATED = {
    "mode": TEXT,
    "max_tokens": COUNT,
    "max_input_tokens": COUNT,
    "max_output_tokens": COUNT,
    "supported_modalities": TEXTS,
    "supported_output_modalities": TEXTS,
    "deprecation_date": TEXT,
    "source": TEXT,
    "search_context_cost_per_query": mapped(NUMBER),
    "tiered_pricing": some(patterned(closed({"range": _RANGE}), {_COST: NUMBER})),
}
_PARAMETERS = {"supported_openai_params": TEXTS}
_ENTRY = patterned(
    closed(
        {"litellm_provider": TEXT},
        "USD per unit by LiteLLM's keys; what is not known is absent.",
        optional=_STATED,
    ),
    _PATTERNS,
)
_INFO = patterned(
    closed({"id": TEXT, "key": TEXT, "litellm_provider": TEXT}, optional=_STATED | _PARAMETERS),
    _PATTERNS,
)
_GROUP = patterned(
    closed(
        {"model_group": TEXT, "providers": TEXTS, "tpm": NOTHING, "rpm": NOTHING},
        optional={
            "mode": TEXT,
            "max_input_tokens": COUNT,
            "max_output_tokens": COUNT,
            **_PARAMETERS,
        },
    ),
    _PATTERNS,
)
_MODEL = closed(
    {"model_name": TEXT, "litellm_params": closed({"model": TEXT}), "model_info": _INFO}
)
SCHEMAS: dict[str, Schema] = {
    "CostMapEntry": _ENTRY,
    "CostMap": mapped(ref("CostMapEntry")),
    "LiteLLMModels": closed({"data": some(_MODEL)}),
    "LiteLLMGroups": closed({"data": some(_GROUP)}),
}
