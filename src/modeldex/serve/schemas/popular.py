"""What callers reported, folded into the catalog."""

from modeldex.query.windows import RANGES, SORTS
from modeldex.serve.schemas.words import (
    COUNT,
    DECIMAL,
    MOMENT,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    TRUE,
    YES,
    Schema,
    closed,
    mapped,
    maybe,
    one_of,
    some,
    told,
)

_WHICH = {"snapshot": TEXT, "timestamp": MOMENT}
_WINDOW = {"time_range": one_of(*RANGES), "window_seconds": COUNT, **_WHICH}
_USERS = told(NOTHING, "Callers are not told apart.")
_TREND = closed(
    {
        "model": told(TEXT, "Id of the offer."),
        "canonical_slug": TEXT,
        "provider": TEXT,
        "gateway": TEXT,
        "owned_by": TEXT,
        "requests": COUNT,
        "total_tokens": maybe(COUNT),
        "unique_users": _USERS,
        "total_cost": maybe(DECIMAL),
        "avg_speed": told(maybe(NUMBER), "Median output tokens per second."),
        "latency": told(maybe(NUMBER), "Median milliseconds."),
    }
)
_COUNTS = closed({"requests": COUNT, "tokens": maybe(COUNT)})
_SUMS = {
    "gateway": TEXT,
    "total_requests": COUNT,
    "total_tokens": maybe(COUNT),
    "total_cost": maybe(DECIMAL),
    "unique_users": _USERS,
    "unique_models": COUNT,
    "avg_speed_tokens_per_sec": maybe(NUMBER),
    "avg_tokens_per_request": maybe(NUMBER),
    "avg_cost_per_request": maybe(NUMBER),
}
_TIER = closed({"tier": COUNT, "description": TEXT, "latency_ms": NUMBER})
SCHEMAS: dict[str, Schema] = {
    "Trending": closed(
        {
            "success": TRUE,
            "data": some(_TREND),
            "count": COUNT,
            "total": COUNT,
            "limit": COUNT,
            "offset": COUNT,
            "has_more": YES,
            "next_offset": maybe(COUNT),
            "gateway": TEXT,
            "sort_by": one_of(*SORTS),
            **_WINDOW,
        },
        "The offers that are called most.",
    ),
    "TopModels": closed(
        {
            "success": TRUE,
            "data": some(
                closed(
                    {
                        "model": TEXT,
                        "requests": COUNT,
                        "tokens": maybe(COUNT),
                        "cost": maybe(DECIMAL),
                    }
                )
            ),
            "count": COUNT,
            "provider": TEXT,
            **_WINDOW,
        }
    ),
    "ProviderStats": closed(
        {
            "success": TRUE,
            "data": closed(
                {
                    "provider": TEXT,
                    **_SUMS,
                    "top_model": maybe(TEXT),
                    "model_breakdown": mapped(_COUNTS),
                }
            ),
            **_WINDOW,
        }
    ),
    "GatewayStats": closed(
        {
            "success": TRUE,
            "data": closed(
                {
                    **_SUMS,
                    "unique_providers": COUNT,
                    "top_provider": maybe(TEXT),
                    "provider_breakdown": mapped(_COUNTS),
                }
            ),
            **_WINDOW,
        }
    ),
    "Quick": closed(
        {
            "models": TEXTS,
            "count": COUNT,
            "latency_ms": mapped(NUMBER),
            "providers_by_speed": TEXTS,
            "provider_tiers": mapped(_TIER),
            "threshold_ms": COUNT,
            "window_seconds": COUNT,
            **_WHICH,
        },
        "The offers whose median latency is low.",
        optional={"alternatives": mapped(TEXTS)},
    ),
}
