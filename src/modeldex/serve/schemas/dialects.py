"""Lists and rows in the shapes of other services' clients."""

from modeldex.serve.schemas.words import (
    COUNT,
    MOMENT,
    NOTHING,
    TEXT,
    TEXTS,
    WHOLE,
    YES,
    Schema,
    always,
    closed,
    either,
    maybe,
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
_DIALECT = closed(
    {"name": TEXT, "paths": TEXTS, "documents": TEXTS, "lossy": COUNT, "losses": TEXT}
)
_LOSS = closed({"kind": TEXT, "says": TEXT, "count": COUNT, "examples": TEXTS})
_OF = {"total": COUNT, "snapshot": TEXT}
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
    "Dialects": closed({**_LIST, "data": some(_DIALECT), **_OF}),
    "Losses": closed({**_LIST, "dialect": TEXT, "data": some(_LOSS), **_OF}),
}
