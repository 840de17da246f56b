"""What genai-prices says of a provider besides prices: how to know its API and read its answers.

These are facts about providers' APIs, which the catalog does not hold; they come from the package
that is installed with modeldex. Without them a client that loads our document could no longer
read the usage out of an answer.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

NEVER = "(?!)"  # a pattern that matches no address
_KEPT = ("api_pattern", "pricing_urls", "description", "model_match", "provider_match")
_SPELLED = {"or_": "or", "and_": "and"}


@cache
def known() -> Mapping[str, dict[str, Any]]:
    """Return the header of each provider of the package, by genai-prices' own id."""
    # By name: a worker that only serves needs none of it, and reading it takes a second.
    data = import_module("genai_prices.data")
    return {one.id: _header(one) for one in data.providers}


def _header(provider: Any) -> dict[str, Any]:
    kept = (*_KEPT, "extractors")
    stated = {name: _plain(getattr(provider, name)) for name in kept}
    return {name: value for name, value in stated.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return a value of the package as its JSON form."""
    if dataclasses.is_dataclass(value):
        return {
            _SPELLED.get(one.name, one.name): _plain(getattr(value, one.name))
            for one in dataclasses.fields(value)
            if not one.name.startswith("_")
        }
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
