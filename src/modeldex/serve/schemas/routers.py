"""The lists of Vercel's gateway and of Hugging Face's router."""

from modeldex.serve.schemas.words import (
    COUNT,
    NUMBER,
    TEXT,
    TEXTS,
    USD,
    WHOLE,
    YES,
    Schema,
    always,
    closed,
    one_of,
    ref,
    some,
)

_OPENAI = {
    "id": TEXT,
    "object": always("model"),
    "created": WHOLE,
    "owned_by": TEXT,
}
_LIST = {"object": always("list")}
_VERCEL = closed(
    {
        **_OPENAI,
        "name": TEXT,
        "description": TEXT,
        "context_window": COUNT,
        "max_tokens": COUNT,
        "type": one_of("language", "image", "embedding", "video"),
        "tags": TEXTS,
        "pricing": closed(
            {"input": USD, "output": USD},
            optional={"input_cache_read": USD, "input_cache_write": USD},
        ),
    }
)
_SERVED = closed(
    {"provider": TEXT, "status": one_of("live", "error"), "is_model_author": YES},
    "A provider of a model; what is not known is absent.",
    optional={
        "context_length": COUNT,
        "pricing": closed({"input": NUMBER, "output": NUMBER}, "USD per million tokens."),
        "is_free": YES,
        "supports_tools": YES,
        "supports_structured_output": YES,
        "first_token_latency_ms": NUMBER,
        "throughput": NUMBER,
    },
)
_HUGGINGFACE = closed(
    {
        **_OPENAI,
        "architecture": closed({"input_modalities": TEXTS, "output_modalities": TEXTS}),
        "providers": some(_SERVED),
    }
)
SCHEMAS: dict[str, Schema] = {
    "VercelModel": _VERCEL,
    "VercelList": closed({**_LIST, "data": some(ref("VercelModel"))}),
    "HuggingFaceModel": _HUGGINGFACE,
    "HuggingFaceList": closed({**_LIST, "data": some(ref("HuggingFaceModel"))}),
}
