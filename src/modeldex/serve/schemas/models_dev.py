"""models.dev's documents."""

from modeldex.serve.schemas.words import (
    COUNT,
    NUMBER,
    TEXT,
    TEXTS,
    YES,
    Schema,
    always,
    closed,
    mapped,
    one_of,
    ref,
    some,
)

_KINDS = some(one_of("text", "image", "audio", "video", "pdf"))
_MODALITIES = closed({"input": _KINDS, "output": _KINDS})
_FLAGS = ("attachment", "reasoning", "tool_call", "open_weights")
_MAYBE = dict.fromkeys(("structured_output", "temperature"), YES)
_PARTS = dict.fromkeys(
    ("reasoning", "cache_read", "cache_write", "input_audio", "output_audio"), NUMBER
)
_TEXT = {"input": NUMBER, "output": NUMBER}
_COSTS = _TEXT | _PARTS
_TIER = closed({"type": always("context"), "size": COUNT})
_COST = closed(
    _TEXT,
    "USD per million tokens.",
    optional={
        **_PARTS,
        "tiers": some(closed({"tier": _TIER}, optional=_COSTS)),
        "context_over_200k": closed({}, optional=_COSTS),
    },
)
_SERVED = closed(
    {
        "id": TEXT,
        "name": TEXT,
        **dict.fromkeys(_FLAGS, YES),
        "release_date": TEXT,
        "last_updated": TEXT,
        "modalities": _MODALITIES,
        "limit": closed({"context": COUNT, "output": COUNT}),
    },
    optional={
        "description": TEXT,
        **_MAYBE,
        "reasoning_options": {"type": "array", "maxItems": 0},
        "knowledge": TEXT,
        "status": always("deprecated"),
        "cost": _COST,
    },
)
_ALONE = closed(
    {"id": TEXT, "name": TEXT},
    "A model, whoever serves it; what is not known is absent.",
    optional={
        "description": TEXT,
        **dict.fromkeys(_FLAGS, YES),
        **_MAYBE,
        "knowledge": TEXT,
        "release_date": TEXT,
        "modalities": _MODALITIES,
        "limit": closed({"context": COUNT}, optional={"output": COUNT}),
        "weights": some(closed({"url": TEXT})),
    },
)
_PROVIDER = closed(
    {
        "id": TEXT,
        "env": TEXTS,
        "npm": TEXT,
        "name": TEXT,
        "doc": TEXT,
        "models": mapped(ref("ModelsDevModel")),
    },
    optional={"api": TEXT},
)
_ENUM = closed({"type": always("string"), "enum": TEXTS})
SCHEMAS: dict[str, Schema] = {
    "ModelsDevModel": _SERVED,
    "ModelsDev": mapped(_PROVIDER),
    "ModelsDevModels": mapped(_ALONE),
    "ModelsDevCatalog": closed({"models": ref("ModelsDevModels"), "providers": ref("ModelsDev")}),
    "ModelsDevIds": closed({"$schema": TEXT, "$id": TEXT, "$defs": closed({"Model": _ENUM})}),
}
