"""modeldex: one fast, truthful list of every LLM you can call."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

__all__ = ["__version__", "cost"]
__version__ = "0.1.0"


def cost(
    model: str,
    usage: Mapping[str, Any],
    *,
    at: datetime | str | None = None,
    **choices: Any,
) -> dict[str, Any]:
    """Return what *usage* costs, as ``POST /v1/cost`` answers it; docs/cost.md explains both.

    The published snapshot decides, else the price book that comes with modeldex. Amounts are
    exact decimals as text. What is needed is loaded with the first call.

    Args:
        model: id or alias of a model, or id of an offer.
        usage: a usage object of OpenAI, Anthropic or Google, or counts such as
            ``{"input": 1000, "output": 500}``.
        at: the moment of the request; now by default.
        choices: ``known_at``, ``provider``, ``service_tier``, ``region``, ``options``,
            ``unpriced_parts``.

    Raises:
        modeldex.errors.QuestionError: it cannot be answered as asked.
    """
    # By name, since every module of the package imports this one, and may not import that one.
    costing = import_module("modeldex.bootstrap.costing")
    found: dict[str, Any] = costing.cost({"model": model, "usage": usage, "at": at, **choices})
    return found
