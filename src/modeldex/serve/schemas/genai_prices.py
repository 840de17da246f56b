"""genai-prices' second format."""

from modeldex.serve.schemas.words import (
    COUNT,
    DATE,
    NUMBER,
    TEXT,
    TEXTS,
    YES,
    Schema,
    closed,
    either,
    mapped,
    patterned,
    ref,
    some,
)

_UNITS = r"^[a-z0-9_]+_(mtok|mchars|hours|kpages|kcount)$"
_STEP = closed({"start": COUNT, "price": NUMBER})
_PRICE = patterned(
    closed({}, "USD by genai-prices' keys, for a million tokens or a thousand of others."),
    {_UNITS: either(NUMBER, closed({"base": NUMBER, "tiers": some(_STEP)}))},
)
_WHEN = either(closed({"start_date": DATE}), closed({"start_time": TEXT, "end_time": TEXT}))
_CONDITIONAL = closed({"prices": ref("GenaiPrice")}, optional={"constraint": _WHEN})
_VARIANT = closed(
    {"when": mapped(TEXT), "prices": ref("GenaiPrice")}, optional={"constraint": _WHEN}
)
_CLAUSES = some(ref("GenaiMatch"))
_MATCH = either(
    *(closed({name: TEXT}) for name in ("equals", "starts_with", "ends_with", "contains")),
    closed({"regex": TEXT}),
    closed({"or": _CLAUSES}),
    closed({"and": _CLAUSES}),
)
_FOUND = closed({"type": TEXT, "field": TEXT, "match": ref("GenaiMatch")})
_PATH = either(TEXT, some(either(TEXT, _FOUND)))
_MAPPING = closed({"path": _PATH, "dest": TEXT, "required": YES})
_EXTRACTOR = closed(
    {"root": _PATH, "mappings": some(_MAPPING), "api_flavor": TEXT, "model_path": _PATH},
    "How usage is read out of an answer of its API.",
)
_MODEL = closed(
    {
        "id": TEXT,
        "match": ref("GenaiMatch"),
        "prices": either(ref("GenaiPrice"), some(_CONDITIONAL)),
    },
    optional={
        "name": TEXT,
        "context_window": COUNT,
        "deprecated": YES,
        "price_variants": some(_VARIANT),
    },
)
_PROVIDER = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "api_pattern": TEXT,
        "provider_match": ref("GenaiMatch"),
        "models": some(_MODEL),
    },
    optional={
        "pricing_urls": TEXTS,
        "description": TEXT,
        "model_match": ref("GenaiMatch"),
        "extractors": some(_EXTRACTOR),
    },
)
SCHEMAS: dict[str, Schema] = {
    "GenaiMatch": _MATCH,
    "GenaiPrice": _PRICE,
    "GenaiPrices": some(_PROVIDER),
}
