"""Whole documents of other people's catalogs; prices in them are numbers."""

from modeldex.serve.schemas import genai_prices, litellm, models_dev, new_api
from modeldex.serve.schemas.words import (
    COUNT,
    DATE,
    NUMBER,
    TEXT,
    YES,
    Schema,
    closed,
    maybe,
    some,
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
_PRICE = {
    "id": TEXT,
    "vendor": TEXT,
    "name": TEXT,
    "input": NUMBER,
    "output": NUMBER,
    "input_cached": maybe(NUMBER),
}
_DATED = closed({**_PRICE, "from_date": maybe(DATE), "to_date": maybe(DATE)})
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
    **models_dev.SCHEMAS,
    **new_api.SCHEMAS,
    "Catwalk": some(_CATWALK),
    "LlmPrices": closed({"updated_at": maybe(DATE), "prices": some(closed(_PRICE))}),
    "LlmPricesEver": closed({"prices": some(_DATED)}),
}
