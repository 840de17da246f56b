"""Which offers are the same model, by evidence, strongest first.

An offer's model follows from what is said of that offer alone: an operator's rule, else a
declared alias where its id is only a brand, else its Hugging Face id, else its source's canonical
slug, else its native id. Nothing depends on which other offers there are, so a model keeps its id
when a source comes or goes. A display name is never evidence.
"""

from modeldex.merge.identity.identify import (
    ALIAS,
    HUGGING_FACE,
    NATIVE,
    RULE,
    SLUG,
    Identity,
    Told,
    explain,
    identify,
)
from modeldex.merge.identity.models import aliases
from modeldex.merge.identity.operator import decided
from modeldex.merge.identity.reading import Reading, read

__all__ = [
    "ALIAS", "HUGGING_FACE", "NATIVE", "RULE", "SLUG", "Identity", "Reading", "Told", "aliases",
    "decided", "explain", "identify", "read",
]  # fmt: skip
