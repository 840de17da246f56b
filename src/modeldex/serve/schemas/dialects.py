"""Lists and rows in the shapes of other services' clients."""

from modeldex.serve.schemas.words import (
    COUNT,
    MOMENT,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    USD,
    WHOLE,
    YES,
    Schema,
    always,
    closed,
    either,
    maybe,
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
_FOUR = {**_OPENAI, "shutdown_date": maybe(TEXT)}
_PRICED = {
    "name": TEXT,
    "context_length": COUNT,
    "max_output_tokens": maybe(COUNT),
    "pricing": ref("RowPricing"),
}
_ANTHROPIC = {
    "id": TEXT,
    "type": always("model"),
    "display_name": TEXT,
    "created_at": MOMENT,
    "max_input_tokens": maybe(COUNT),
    "max_tokens": maybe(COUNT),
    "capabilities": NOTHING,
}
_LIST = {"object": always("list")}
_PAGE = {"has_more": YES, "first_id": maybe(TEXT), "last_id": maybe(TEXT)}
_GOOGLE = closed(
    {"name": TEXT, "displayName": TEXT},
    "A model of Google's; what is not known is absent.",
    optional={
        "description": TEXT,
        "inputTokenLimit": COUNT,
        "outputTokenLimit": COUNT,
        "supportedGenerationMethods": TEXTS,
        "thinking": YES,
    },
)
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
_LISTS = ("ModelList", "OpenAIList", "PricedList", "AnthropicList", "UnionList")
_ROWS = ("One", "OpenAIModel", "AnthropicModel", "UnionModel")
SCHEMAS: dict[str, Schema] = {
    "OpenAIModel": closed(_FOUR),
    "PricedModel": closed({**_FOUR, **_PRICED}),
    "AnthropicModel": closed(_ANTHROPIC),
    "UnionModel": closed({**_FOUR, **_ANTHROPIC}),
    "OpenAIList": closed({**_LIST, "data": some(ref("OpenAIModel"))}),
    "PricedList": closed({**_LIST, "data": some(ref("PricedModel"))}),
    "AnthropicList": closed({"data": some(ref("AnthropicModel")), **_PAGE}),
    "UnionList": closed({**_LIST, "data": some(ref("UnionModel")), **_PAGE}),
    "AnyList": either(*map(ref, _LISTS)),
    "AnyOne": either(*map(ref, _ROWS)),
    "GoogleModel": _GOOGLE,
    "GoogleList": closed({"models": some(ref("GoogleModel"))}, optional={"nextPageToken": TEXT}),
    "VercelModel": _VERCEL,
    "VercelList": closed({**_LIST, "data": some(ref("VercelModel"))}),
    "HuggingFaceModel": _HUGGINGFACE,
    "HuggingFaceList": closed({**_LIST, "data": some(ref("HuggingFaceModel"))}),
    "Dialects": closed(
        {
            **_LIST,
            "data": some(
                closed(
                    {
                        "name": TEXT,
                        "paths": TEXTS,
                        "documents": TEXTS,
                        "lossy": COUNT,
                        "losses": TEXT,
                    }
                )
            ),
            "total": COUNT,
            "snapshot": TEXT,
        }
    ),
    "Losses": closed(
        {
            **_LIST,
            "dialect": TEXT,
            "data": some(closed({"kind": TEXT, "says": TEXT, "count": COUNT, "examples": TEXTS})),
            "total": COUNT,
            "snapshot": TEXT,
        }
    ),
}
