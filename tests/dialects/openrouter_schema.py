"""OpenRouter's published shapes, restated as closed schemas."""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
PRICE: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}


def maybe(kind: str) -> Schema:
    """Return the schema of a value that may be null."""
    return {"type": [kind, "null"]}


def closed(required: Schema, optional: Schema | None = None) -> Schema:
    """Return the schema of an object with these fields and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def several(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


TIERED = (
    "prompt", "completion", "audio", "input_audio_cache", "input_cache_read", "input_cache_write",
    "input_cache_write_1h",
)  # fmt: skip
CLOCK: Schema = {"type": "integer", "minimum": 0, "maximum": 2400}
OVERRIDE = closed(
    {},
    {"min_prompt_tokens": {"type": "integer", "minimum": 0}, "utc_start": CLOCK, "utc_end": CLOCK,
     **dict.fromkeys(TIERED, PRICE)},
) | {"minProperties": 2, "dependentRequired": {"utc_start": ["utc_end"]}}  # fmt: skip
PRICING = closed(
    {"prompt": PRICE, "completion": PRICE},
    {
        **dict.fromkeys((
            "request", "image", "image_token", "image_output", "audio", "audio_output",
            "input_audio_cache", "web_search", "internal_reasoning", "input_cache_read",
            "input_cache_write", "input_cache_write_1h",
        ), PRICE),
        "discount": NUMBER,
        "overrides": several(OVERRIDE),
    },
)  # fmt: skip
PARAMETER: Schema = {"enum": [
    "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty",
    "repetition_penalty", "max_tokens", "max_completion_tokens", "logit_bias", "logprobs",
    "top_logprobs", "prediction", "seed", "response_format", "structured_outputs", "stop",
    "tools", "tool_choice", "parallel_tool_calls", "include_reasoning", "reasoning",
    "reasoning_effort", "web_search_options", "verbosity",
]}  # fmt: skip
ARCHITECTURE = closed(
    {
        "modality": maybe("string"),
        "input_modalities": several({"enum": ["text", "image", "file", "audio", "video"]}),
        "output_modalities": several({"enum": [
            "text", "image", "embeddings", "audio", "video", "rerank", "speech", "transcription",
        ]}),
    },
    {"tokenizer": TEXT, "instruct_type": maybe("string")},
)  # fmt: skip
TOP_PROVIDER = closed(
    {"is_moderated": {"type": "boolean"}},
    {"context_length": maybe("integer"), "max_completion_tokens": maybe("integer")},
)
MODEL = closed(
    {
        "id": TEXT, "canonical_slug": TEXT, "name": TEXT, "created": {"type": "integer"},
        "pricing": PRICING, "context_length": maybe("integer"), "architecture": ARCHITECTURE,
        "top_provider": TOP_PROVIDER, "per_request_limits": {"type": "null"},
        "supported_parameters": several(PARAMETER), "default_parameters": {"type": "null"},
        "supported_voices": {"type": "null"}, "links": closed({"details": TEXT}),
        "description": TEXT,  # may be absent, but one client fails without the text
    },
    {
        "hugging_face_id": maybe("string"),
        "knowledge_cutoff": {**maybe("string"), "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "expiration_date": {**maybe("string"), "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    },
)  # fmt: skip
STATS: Schema = {"anyOf": [
    {"type": "null"}, closed(dict.fromkeys(("p50", "p75", "p90", "p99"), NUMBER)),
]}  # fmt: skip
ENDPOINT = closed(
    {
        "name": TEXT, "model_id": TEXT, "model_name": TEXT, "context_length": {"type": "integer"},
        "pricing": PRICING, "provider_name": TEXT, "tag": TEXT,
        "quantization": {"enum": [
            "int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32", "unknown", None,
        ]},
        "max_completion_tokens": maybe("integer"), "max_prompt_tokens": maybe("integer"),
        "supported_parameters": several(PARAMETER),
        "uptime_last_5m": maybe("number"), "uptime_last_30m": maybe("number"),
        "uptime_last_1d": maybe("number"), "supports_implicit_caching": {"type": "boolean"},
        "latency_last_30m": STATS, "throughput_last_30m": STATS,
    },
    {"status": {"enum": [0, -1, -2, -3, -5, -10]}},
)  # fmt: skip
LIST = closed({
    "data": several(MODEL), "total_count": {"type": "integer"},
    "links": closed({"next": maybe("string")}),
})  # fmt: skip
ONE = closed({"data": MODEL})
COUNT = closed({"data": closed({"count": {"type": "integer"}})})
ENDPOINTS = closed({"data": closed({
    "id": TEXT, "name": TEXT, "created": {"type": "integer"}, "description": TEXT,
    "architecture": ARCHITECTURE, "endpoints": several(ENDPOINT),
})})  # fmt: skip
PROVIDERS = closed({"data": several(closed(
    {"name": TEXT, "slug": TEXT, "privacy_policy_url": maybe("string")},
    {"terms_of_service_url": maybe("string"), "status_page_url": maybe("string"),
     "headquarters": maybe("string"), "datacenters": {"type": ["array", "null"]}},
))})  # fmt: skip
ERROR = closed({"error": closed({"code": {"type": "integer"}, "message": TEXT})})
