"""OpenRouter's lists, closed: what its own schema has and we answer."""

from modeldex.dialects import native
from modeldex.serve.schemas.words import (
    COUNT,
    NOTHING,
    NUMBER,
    TEXT,
    TEXTS,
    USD,
    WHOLE,
    YES,
    Schema,
    closed,
    maybe,
    ref,
    some,
)

_PRICES = dict.fromkeys(native.PRICE_KEYS.values(), USD)
_OVERRIDE = closed(
    {},
    "Prices above a length, or at hours of the day in UTC (HHMM); the later one wins.",
    optional={
        **dict.fromkeys(("min_prompt_tokens", "utc_start", "utc_end"), COUNT),
        **_PRICES,
    },
)
_PRICING = closed(
    {"prompt": USD, "completion": USD},
    optional={
        **{name: usd for name, usd in _PRICES.items() if name not in {"prompt", "completion"}},
        "overrides": some(_OVERRIDE),
    },
)
_ARCHITECTURE = closed(
    {
        "modality": maybe(TEXT),
        "input_modalities": TEXTS,
        "output_modalities": TEXTS,
        "instruct_type": maybe(TEXT),
    },
    optional={"tokenizer": TEXT},
)
_HEAD = {
    "id": TEXT,
    "name": TEXT,
    "created": WHOLE,
    "description": TEXT,
    "architecture": _ARCHITECTURE,
}
_MODEL = closed(
    {
        **_HEAD,
        "canonical_slug": TEXT,
        "context_length": maybe(COUNT),
        "hugging_face_id": maybe(TEXT),
        "pricing": ref("OpenRouterPricing"),
        "top_provider": closed(
            {
                "context_length": maybe(COUNT),
                "max_completion_tokens": maybe(COUNT),
                "is_moderated": YES,
            }
        ),
        "per_request_limits": NOTHING,
        "supported_parameters": TEXTS,
        "default_parameters": NOTHING,
        "supported_voices": NOTHING,
        "knowledge_cutoff": maybe(TEXT),
        "expiration_date": maybe(TEXT),
        "links": closed({"details": TEXT}),
    }
)
_SPEED = maybe(closed(dict.fromkeys(("p50", "p75", "p90", "p99"), NUMBER)))
_ENDPOINT = closed(
    {
        "name": TEXT,
        "model_id": TEXT,
        "model_name": TEXT,
        "context_length": COUNT,
        "pricing": ref("OpenRouterPricing"),
        "provider_name": TEXT,
        "tag": TEXT,
        "quantization": maybe(TEXT),
        "max_completion_tokens": maybe(COUNT),
        "max_prompt_tokens": NOTHING,
        "supported_parameters": TEXTS,
        "supports_implicit_caching": YES,
        **dict.fromkeys(("uptime_last_5m", "uptime_last_30m", "uptime_last_1d"), maybe(NUMBER)),
        "latency_last_30m": _SPEED,
        "throughput_last_30m": _SPEED,
    },
    "An offer at one service tier.",
    optional={"status": WHOLE},
)
_POLICIES = (
    "privacy_policy_url", "terms_of_service_url", "status_page_url", "headquarters", "datacenters",
)  # fmt: skip
_PROVIDER = closed({"name": TEXT, "slug": TEXT, **dict.fromkeys(_POLICIES, NOTHING)})
SCHEMAS: dict[str, Schema] = {
    "OpenRouterPricing": _PRICING,
    "OpenRouterModel": _MODEL,
    "OpenRouterOne": closed({"data": ref("OpenRouterModel")}),
    "OpenRouterList": closed(
        {
            "data": some(ref("OpenRouterModel")),
            "total_count": COUNT,
            "links": closed({"next": maybe(TEXT)}),
        }
    ),
    "OpenRouterCount": closed({"data": closed({"count": COUNT})}),
    "OpenRouterEndpoints": closed({"data": closed({**_HEAD, "endpoints": some(_ENDPOINT)})}),
    "OpenRouterProviders": closed({"data": some(_PROVIDER)}),
}
