"""Every dialect whose documents are whole: the shapes of other people's catalogs."""

from modeldex.dialects import genai_prices, litellm
from modeldex.dialects.finished import Emitter

EMITTERS: tuple[tuple[str, Emitter], ...] = (
    ("litellm", litellm.documents),
    ("genai-prices", genai_prices.documents),
)
