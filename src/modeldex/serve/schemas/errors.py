"""What went wrong, in the envelope of whoever asks."""

from modeldex.dialects import anthropic, google, huggingface, openai, openrouter, vercel
from modeldex.serve.envelopes import JSON, NATIVE, PROBLEM
from modeldex.serve.schemas.words import (
    TEXT,
    TEXTS,
    Schema,
    always,
    closed,
    either,
    maybe,
    ref,
    told,
)

_STATUS: Schema = {"type": "integer", "minimum": 400, "maximum": 599}
_SAID = closed(
    {
        "message": told(TEXT, "What was wrong and what to do."),
        "type": TEXT,
        "param": maybe(TEXT),
        "code": TEXT,
    }
)
_PROBLEM = closed(
    {
        "type": told(TEXT, "`urn:modeldex:problem:` and the code."),
        "title": TEXT,
        "status": _STATUS,
        "code": told(TEXT, "For programs; docs/errors.md lists all of them."),
        "detail": told(TEXT, "What was wrong and what to do."),
        "error": told(_SAID, "The same, for OpenAI's clients."),
    },
    "An error (RFC 9457).",
    optional={
        "parameter": told(TEXT, "What was wrong, by its name."),
        "suggestions": told(TEXTS, "Ids that may have been meant."),
    },
)
_GOOGLE = closed({"error": closed({"code": _STATUS, "message": TEXT, "status": TEXT})})
_NAMED = {
    openai.NAME: "OpenAIError",
    vercel.NAME: "OpenAIError",
    huggingface.NAME: "OpenAIError",
    anthropic.NAME: "AnthropicError",
    google.NAME: "GoogleError",
    openrouter.NAME: "OpenRouterError",
}
SCHEMAS: dict[str, Schema] = {
    "Problem": _PROBLEM,
    "OpenAIError": closed({"error": _SAID}),
    "AnthropicError": closed(
        {"type": always("error"), "error": closed({"type": TEXT, "message": TEXT})}
    ),
    "UnionError": closed({"type": always("error"), "error": _SAID}),
    "GoogleError": _GOOGLE,
    "OpenRouterError": closed({"error": closed({"code": _STATUS, "message": TEXT})}),
    "ErrorOfShape": told(
        either(*map(ref, ("AnthropicError", "OpenAIError", "UnionError"))),
        "To a request with `anthropic-version` or `shape`, in that dialect's own envelope.",
    ),
}


def content(dialect: str) -> dict[str, dict[str, Schema]]:
    """Return the content of an error to requests of paths that speak *dialect*, by media type."""
    if dialect == NATIVE:
        return {PROBLEM: {"schema": ref("Problem")}, JSON: {"schema": ref("ErrorOfShape")}}
    return {JSON: {"schema": ref(_NAMED[dialect])}}
