"""Rows: an offer, a model with its providers, and what they are made of."""

from decimal import Decimal

from modeldex.dialects import native, things
from modeldex.domain import offer
from modeldex.domain.rate import Meter
from modeldex.serve.schemas.words import (
    ANYTHING,
    COUNT,
    DATE,
    DECIMAL,
    NUMBER,
    TEXT,
    TEXTS,
    USD,
    WHOLE,
    YES,
    Schema,
    always,
    closed,
    mapped,
    maybe,
    one_of,
    picked,
    ref,
    some,
    told,
)

_PRICES = native.pricing(dict.fromkeys(Meter, Decimal(0))) or {}
_STATUS = one_of(
    offer.AVAILABLE, offer.MISSING, offer.DEPRECATED, offer.UNLISTED, offer.HIDDEN, offer.RETIRED
)
_PRICING = closed(
    {name: maybe(USD) for name in ("prompt", "completion")},
    "Standard prices in USD per single unit; unknown ones are null, other meters absent.",
    optional={name: USD for name in _PRICES if name not in {"prompt", "completion"}},
)
_TIMES = dict.fromkeys(("utc_start", "utc_end", "local_start", "local_end", "zone"), TEXT)
_CONDITIONS = closed(
    {},
    "When a rate holds: all that is stated must.",
    optional={
        "min_input_tokens": COUNT,
        "max_input_tokens": COUNT,
        "tier": told(
            one_of("cliff", "marginal"),
            "Whether the whole request is billed at it, or the tokens from there on.",
        ),
        "min_output_tokens": COUNT,
        "max_output_tokens": COUNT,
        **_TIMES,
        "weekdays": some({"type": "integer", "minimum": 1, "maximum": 7}),
        "service_tier": TEXT,
        "region": TEXT,
        "option": TEXT,
        "valid_from": DATE,
        "valid_until": DATE,
    },
)
_CONVERTED = closed(
    {"currency": TEXT, "amount": DECIMAL, "usd_per_unit_of_currency": DECIMAL, "date": DATE},
    "The price in another currency that it was converted from.",
)
_RATE = closed(
    {
        "meter": one_of(*(one.value for one in Meter)),
        "unit": told(TEXT, "One of what is counted."),
        "usd": USD,
    },
    "What one unit of a meter costs, and when.",
    optional={"when": ref("Conditions"), "converted": ref("Converted")},
)
ARCHITECTURE = closed(
    {
        "modality": maybe(TEXT),
        "input_modalities": TEXTS,
        "output_modalities": TEXTS,
        "tokenizer": maybe(TEXT),
        "instruct_type": maybe(TEXT),
    },
    "What goes in and comes out.",
)
_FLAGS = told(mapped(maybe(YES)), "By name; null is unknown.")
_SPEED = {
    "health_status": TEXT,
    "average_response_time_ms": told(maybe(NUMBER), "The median latency."),
}
_PERCENTILES = maybe(closed({}, optional=dict.fromkeys(("p50", "p75", "p90", "p99"), NUMBER)))
_UPTIME = maybe(closed({}, optional=dict.fromkeys(("1h", "24h", "7d"), NUMBER)))
_SHARED = {
    "id": told(TEXT, "Unique and stable; of an offer, gateway and what its call takes."),
    "object": always("model"),
    "created": told(WHOLE, "Unix seconds; of what, `created_from` says."),
    "created_from": told(
        one_of(things.STATED, things.RELEASE_DATE, things.FIRST_SEEN),
        "What kind of moment `created` is.",
    ),
    "owned_by": told(TEXT, "The author's slug."),
    "canonical_slug": told(TEXT, "Id of the model."),
    "base": told(TEXT, "Id of the model that it is a variant of; else its own."),
    "variants": told(TEXTS, "What parts it from its base: free, fp8 …"),
    "name": TEXT,
    "description": maybe(TEXT),
    "context_length": maybe(COUNT),
    "max_output_tokens": maybe(COUNT),
    "modality": maybe(TEXT),
    "architecture": ref("Architecture"),
    "supported_parameters": TEXTS,
    "capabilities": _FLAGS,
    "release_date": maybe(TEXT),
    "knowledge_cutoff": maybe(TEXT),
    "hugging_face_id": maybe(TEXT),
    "model_logo_url": maybe(TEXT),
    "is_active": told(YES, "Whether it is shown without `include_inactive`."),
    "is_free": YES,
    "open_weights": maybe(YES),
    "pricing_unit": always("usd_per_unit"),
    "first_seen": DATE,
    "last_changed": DATE,
}
OFFER = {
    **_SHARED,
    "editions": told(TEXTS, "What pins or places the same model: a date, a region …"),
    "identified_by": told(
        closed({"evidence": TEXT, "text": TEXT}), "What decided which model it is."
    ),
    "provider_slug": told(TEXT, "Who serves it."),
    "source_gateway": told(TEXT, "The same as `provider_slug`."),
    "provider_model_id": told(TEXT, "What the provider's call takes."),
    "via": told(maybe(TEXT), "Who runs it on behalf of a router."),
    "visibility": one_of("public", "tenant"),
    "pricing": maybe(ref("RowPricing")),
    "pricing_source": told(maybe(TEXT), "Id of the source of its rates."),
    "rates": told(some(ref("Rate")), "All of them, with their conditions."),
    "rate_id": maybe(TEXT),
    "is_private": told(maybe(YES), "Whether its source says that it runs confidentially."),
    "provider_site_url": maybe(TEXT),
    **_SPEED,
    "latency": told(_PERCENTILES, "Milliseconds of whole calls, of the last 24 hours."),
    "first_token": told(_PERCENTILES, "Milliseconds to the first token."),
    "throughput": told(_PERCENTILES, "Output tokens per second."),
    "uptime": told(_UPTIME, "Share of calls that succeeded, 0 to 1, by window."),
    "popularity": told(maybe(COUNT), "Calls of the last 24 hours."),
    "status": _STATUS,
    "confirmed": told(YES, "Whether the provider's own list has it."),
    "sources": told(TEXTS, "Those that speak of it, the strongest first."),
    "deprecation_date": maybe(TEXT),
    "expiration_date": maybe(TEXT),
    "successor": maybe(TEXT),
    "doubts": told(maybe(TEXTS), "What looks wrong; null at another moment."),
    "doubt_kinds": maybe(TEXTS),
}
_ENTRY = closed(
    {
        "id": TEXT,
        "slug": TEXT,
        "name": TEXT,
        "provider_model_id": TEXT,
        "model_id": TEXT,
        "via": maybe(TEXT),
        "editions": TEXTS,
        "pricing": maybe(ref("RowPricing")),
        "pricing_source": maybe(TEXT),
        "context_length": maybe(COUNT),
        **_SPEED,
        "modality": maybe(TEXT),
        "supports_streaming": maybe(YES),
        "supports_function_calling": maybe(YES),
        "supports_vision": maybe(YES),
        "status": _STATUS,
    },
    "An offer, as its model's row lists it.",
)
MODEL = {
    **_SHARED,
    "alias_of": told(maybe(TEXT), "What a moving name means now."),
    "capabilities_all": told(_FLAGS, "What all of its offers have."),
    "aliases": TEXTS,
    "provider_count": COUNT,
    "cheapest_provider": maybe(TEXT),
    "cheapest_prompt_price": maybe(USD),
    "fastest_provider": maybe(TEXT),
    "fastest_response_time": maybe(NUMBER),
    "providers": told(some(ref("ProviderEntry")), "Cheapest first, unknown prices last."),
}
_OF_ONE = {
    "explanation": ref("Explanation"),
    "as_of": maybe(TEXT),
    "known_at": maybe(TEXT),
}
_EXPLANATION = closed(
    {
        "identity": told(mapped(TEXTS), "By offer: why it counts as its model."),
        "evidence": told(
            mapped(
                some(
                    closed(
                        {
                            "field": TEXT,
                            "source": TEXT,
                            "since": maybe(DATE),
                            "lost": some(
                                {"type": "array", "items": ANYTHING, "minItems": 2, "maxItems": 2}
                            ),
                        }
                    )
                )
            ),
            "By offer: who settled each field, and who was not believed.",
        ),
    }
)
SCHEMAS: dict[str, Schema] = {
    "Architecture": ARCHITECTURE,
    "Conditions": _CONDITIONS,
    "Converted": _CONVERTED,
    "Explanation": _EXPLANATION,
    "Rate": _RATE,
    "RowPricing": _PRICING,
    "ProviderEntry": _ENTRY,
    "OfferRow": closed(OFFER, "One provider serving one model."),
    "ModelRow": closed(MODEL, "A model, whoever serves it."),
    "OneOffer": closed(OFFER, "One provider serving one model.", optional=_OF_ONE),
    "OneModel": closed(MODEL, "A model, whoever serves it.", optional=_OF_ONE),
}
SCHEMAS |= {f"Picked{kind}": picked(SCHEMAS[f"One{kind}"], SCHEMAS) for kind in ("Offer", "Model")}
