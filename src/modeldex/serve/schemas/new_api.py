"""new-api's documents: prices as ratios, and tables of models."""

from modeldex.serve.schemas.words import (
    COUNT,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    TRUE,
    Schema,
    always,
    closed,
    mapped,
    some,
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
SCHEMAS: dict[str, Schema] = {
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
}
