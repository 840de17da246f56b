"""Whole documents of other people's catalogs; prices in them are numbers."""

from modeldex.serve.schemas import genai_prices, litellm
from modeldex.serve.schemas.words import (
    COUNT,
    DATE,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    TRUE,
    YES,
    Schema,
    always,
    closed,
    mapped,
    maybe,
    one_of,
    ref,
    some,
)

_KINDS = some(one_of("text", "image", "audio", "video", "pdf"))
_MODALITIES = closed({"input": _KINDS, "output": _KINDS})
_FLAGS = ("attachment", "reasoning", "tool_call", "open_weights")
_MAYBE = dict.fromkeys(("structured_output", "temperature"), YES)
_COSTS = {
    "input": NUMBER,
    "output": NUMBER,
    "reasoning": NUMBER,
    "cache_read": NUMBER,
    "cache_write": NUMBER,
    "input_audio": NUMBER,
    "output_audio": NUMBER,
}
_TIER = closed({"type": always("context"), "size": COUNT})
_COST = closed(
    {"input": NUMBER, "output": NUMBER},
    "USD per million tokens.",
    optional={
        **{name: number for name, number in _COSTS.items() if name not in {"input", "output"}},
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
_CATWALK_MODEL = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "cost_per_1m_in": NUMBER,
        "cost_per_1m_out": NUMBER,
        "context_window": COUNT,
    },
    optional={
        "cost_per_1m_in_cached": NUMBER,
        "cost_per_1m_out_cached": NUMBER,
        "default_max_tokens": COUNT,
        "can_reason": YES,
        "supports_attachments": YES,
    },
)
_CATWALK = closed(
    {"name": TEXT, "id": TEXT, "type": TEXT, "models": some(_CATWALK_MODEL)},
    optional={"api_key": TEXT, "api_endpoint": TEXT},
)
_RATIOS = dict.fromkeys(
    ("model_ratio", "completion_ratio", "cache_ratio", "create_cache_ratio"), NUMBER
)
_TIERED = {"billing_mode": always("tiered_expr"), "billing_expr": TEXT}
_PRICED = closed(
    {
        **dict.fromkeys(("model_name", "description", "icon", "tags", "owner_by"), TEXT),
        "vendor_id": COUNT,
        "quota_type": COUNT,
        "enable_groups": TEXTS,
        "supported_endpoint_types": TEXTS,
    },
    optional={**_RATIOS, "model_price": NUMBER, **_TIERED},
)
_PER_MILLION = ("input", "output", "cache_read", "cache_write")
_LISTED = closed(
    {
        **dict.fromkeys(("model_name", "description", "icon", "tags", "vendor_name"), TEXT),
        "endpoints": NOTHING,
        "name_rule": COUNT,
        "status": COUNT,
    },
    optional={
        **{f"price_per_m_{name}": NUMBER for name in _PER_MILLION},
        **dict.fromkeys(("ratio_model", "ratio_completion", "ratio_cache"), NUMBER),
    },
)
_VENDOR = closed({"name": TEXT, "description": TEXT, "icon": TEXT, "status": COUNT})
_ANSWER = {"success": TRUE, "message": TEXT}
_TABLES = closed(
    {name: mapped(kind) for name, kind in {**_RATIOS, "model_price": NUMBER, **_TIERED}.items()}
)
_PRICE = {
    "id": TEXT,
    "vendor": TEXT,
    "name": TEXT,
    "input": NUMBER,
    "output": NUMBER,
    "input_cached": maybe(NUMBER),
}
_DATED = closed({**_PRICE, "from_date": maybe(DATE), "to_date": maybe(DATE)})
_ENUM = closed({"type": always("string"), "enum": TEXTS})
# The name of each document's shape.
OF_DOCUMENTS = {
    "litellm/cost-map": "CostMap",
    "litellm/model-info": "LiteLLMModels",
    "litellm/model-group-info": "LiteLLMGroups",
    "genai-prices/data": "GenaiPrices",
    "models-dev/api": "ModelsDev",
    "models-dev/models": "ModelsDevModels",
    "models-dev/catalog": "ModelsDevCatalog",
    "models-dev/model-schema": "ModelsDevIds",
    "catwalk/providers": "Catwalk",
    "new-api/pricing": "NewApiPricing",
    "new-api/ratio-config": "NewApiRatios",
    "new-api/models": "NewApiModels",
    "new-api/vendors": "NewApiVendors",
    "llm-prices/current": "LlmPrices",
    "llm-prices/historical": "LlmPricesEver",
}
SCHEMAS: dict[str, Schema] = {
    **litellm.SCHEMAS,
    **genai_prices.SCHEMAS,
    "ModelsDevModel": _SERVED,
    "ModelsDev": mapped(_PROVIDER),
    "ModelsDevModels": mapped(_ALONE),
    "ModelsDevCatalog": closed({"models": ref("ModelsDevModels"), "providers": ref("ModelsDev")}),
    "ModelsDevIds": closed({"$schema": TEXT, "$id": TEXT, "$defs": closed({"Model": _ENUM})}),
    "Catwalk": some(_CATWALK),
    "NewApiPricing": closed(
        {
            "success": TRUE,
            "data": some(_PRICED),
            "vendors": some(closed({"id": COUNT, "name": TEXT})),
            "group_ratio": mapped(NUMBER),
            "usable_group": mapped(TEXT),
            "supported_endpoint": closed({}),
            "auto_groups": TEXTS,
            "pricing_version": TEXT,
        }
    ),
    "NewApiRatios": closed({**_ANSWER, "data": _TABLES}),
    "NewApiModels": closed({**_ANSWER, "data": some(_LISTED)}),
    "NewApiVendors": closed({**_ANSWER, "data": some(_VENDOR)}),
    "LlmPrices": closed({"updated_at": maybe(DATE), "prices": some(closed(_PRICE))}),
    "LlmPricesEver": closed({"prices": some(_DATED)}),
}
