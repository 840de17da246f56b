"""Providers as models.dev describes them to clients of the AI SDK."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from modeldex.dialects.losses import Losses
from modeldex.dialects.models_dev import models
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider

_NAMES = {
    "bedrock": "amazon-bedrock",
    "fireworks": "fireworks-ai",
    "huggingface-router": "huggingface",
    "moonshot": "moonshotai",
    "novita": "novita-ai",
    "together": "togetherai",
    "vertex": "google-vertex",
}
# Packages of the AI SDK that know their provider's address; others are told it.
_PACKAGES = {
    "anthropic": "@ai-sdk/anthropic",
    "azure": "@ai-sdk/azure",
    "bedrock": "@ai-sdk/amazon-bedrock",
    "cerebras": "@ai-sdk/cerebras",
    "cohere": "@ai-sdk/cohere",
    "deepinfra": "@ai-sdk/deepinfra",
    "google": "@ai-sdk/google",
    "groq": "@ai-sdk/groq",
    "mistral": "@ai-sdk/mistral",
    "openai": "@ai-sdk/openai",
    "perplexity": "@ai-sdk/perplexity",
    "together": "@ai-sdk/togetherai",
    "vertex": "@ai-sdk/google-vertex",
    "xai": "@ai-sdk/xai",
}
_WITH_ADDRESS = {"openrouter": "@openrouter/ai-sdk-provider"}
_COMPATIBLE = "@ai-sdk/openai-compatible"


def providers(catalog: Catalog, losses: Losses) -> dict[str, Any]:
    """Return the providers by models.dev's id, each with its models that are shown.

    A provider of which nobody says where it is called, or where it is described, is left out.
    """
    offers: dict[str, list[Offer]] = defaultdict(list)
    for offer in catalog.offers:
        if offer.is_active:
            offers[offer.facts.provider].append(offer)
    found = {}
    for one in catalog.providers:
        described = _described(one, losses) if one.slug in offers else None
        if described is not None:
            served = _served(offers[one.slug], catalog.date, losses)
            found[described["id"]] = {**described, "models": served}
    return {name: one for name, one in found.items() if one["models"]}


def _served(offers: Iterable[Offer], today: str, losses: Losses) -> dict[str, Any]:
    found = (models.model(one, today, losses) for one in offers)
    return {one["id"]: one for one in found if one is not None}


def _described(one: Provider, losses: Losses) -> dict[str, Any] | None:
    """Return a provider but its models; ``None``, and counted, where too little is known."""
    package, name = _PACKAGES.get(one.slug), _NAMES.get(one.slug, one.slug)
    address = None if package else one.api
    if one.site is None or (package is None and address is None):
        says = "Nobody says where it is called or described; the provider is left out."
        losses.add("no_address", says, one.slug)
        return None
    package = package or _WITH_ADDRESS.get(one.slug, _COMPATIBLE)
    found = {
        "id": name,
        "env": list(one.env) or [_variable(name)],
        "npm": package,
        "api": address,
        "name": one.name,
        "doc": one.site,
    }
    return {key: value for key, value in found.items() if value is not None}


def _variable(name: str) -> str:
    """Return a name for the variable of a key, where a provider's own list asks for none."""
    return f"{name.upper().replace('-', '_').replace('.', '_')}_API_KEY"
