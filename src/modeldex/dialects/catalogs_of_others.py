"""Every dialect whose documents are whole: the shapes of other people's catalogs."""

from modeldex.dialects import catwalk, genai_prices, litellm, llm_prices, models_dev, new_api
from modeldex.dialects.finished import Emitter

EMITTERS: tuple[tuple[str, Emitter], ...] = (
    ("litellm", litellm.documents),
    ("genai-prices", genai_prices.documents),
    ("models-dev", models_dev.documents),
    ("catwalk", catwalk.documents),
    ("new-api", new_api.documents),
    ("llm-prices", llm_prices.documents),
)
