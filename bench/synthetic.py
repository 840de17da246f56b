"""Catalogs of any size, the same for the same seed.

Shaped like the real ones: two in five offers come from one large provider, most models have one
offer and a few have many, a tenth of the rows carry a description of some 500 characters, half
state prices.
"""

import random
from decimal import Decimal
from itertools import accumulate
from typing import Any

import msgspec

from modeldex import pipeline
from modeldex.domain.model import Catalog
from modeldex.sources import registry
from modeldex.sources.registry import Registry
from payloads import TODAY, Payload, decoded

_PROVIDERS = 24
_CREATED = 1_700_000_000
_FAMILIES = ("lumen", "orion", "tessera", "quill", "basalt", "corvus", "marlin", "saffron")
_SIZES = ("0.5b", "1.5b", "3b", "8b", "14b", "24b", "32b", "70b", "8x22b", "405b")
_KINDS = ("", "-instruct", "-chat", "-base", "-coder", "-thinking", "-vision", "-fp8", "-awq")
_CONTEXTS = (4096, 8192, 16384, 32768, 65536, 131072, 200000, 262144, 1048576)
_ARROWS = (
    "text->text", "text->text", "text->text", "text+image->text", "text+image+file->text",
    "text->image", "text+audio->text", "text->embedding",
)  # fmt: skip
_PARAMETERS = (
    "frequency_penalty", "include_reasoning", "logit_bias", "logprobs", "max_tokens", "min_p",
    "presence_penalty", "reasoning", "repetition_penalty", "response_format", "seed", "stop",
    "structured_outputs", "temperature", "tool_choice", "tools", "top_k", "top_logprobs", "top_p",
)  # fmt: skip
_SYLLABLES = (
    "al", "ber", "con", "dis", "en", "fi", "gra", "ho", "in", "ka", "lo", "mo", "ne", "or", "pa",
    "qui", "re", "sta", "ti", "un", "ver", "wa", "xe", "yo", "ze",
)  # fmt: skip
_VOCABULARY, _DESCRIPTION = 2000, 500
_DESCRIBED, _ON_A_HUB, _PRICED, _CACHED = 0.1, 0.3, 0.5, 0.3  # shares of the rows

_Row = dict[str, Any]


class _Words:
    """Text in an invented language: as in real ones, few words are frequent and most are rare."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.words = [
            "".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(_VOCABULARY)
        ]
        self.weights = list(accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def text(self, length: int) -> str:
        """Return some words, at least *length* characters together."""
        found = self.dice.choices(self.words, cum_weights=self.weights, k=length // 4)
        return " ".join(found)[:length].capitalize() + "."


def payloads(count: int, seed: int = 1) -> list[Payload]:
    """Return answers of invented providers, in OpenRouter's shape, with *count* offers in all."""
    dice = random.Random(seed)  # noqa: S311 - not for secrets
    words = _Words(dice)
    models = [_model(number, dice, words) for number in range(max(1, count * 7 // 10))]
    shape = registry.load().by_id["openrouter"]
    found = []
    for number, size in enumerate(_shares(count, len(models))):
        name = f"host-{number:02d}"
        source = msgspec.structs.replace(shape, id=name, name=name.title(), aliases=[])
        rows = [_offered(one, dice) for one in dice.sample(models, size)]
        found.append(Payload(source, msgspec.json.encode({"data": rows})))
    return found


def catalog(count: int, seed: int = 1) -> Catalog:
    """Return a catalog of *count* offers, decoded and merged as a refresh would."""
    found = payloads(count, seed)
    providers = Registry([one.declaration for one in found], []).providers()
    return pipeline.build(list(map(decoded, found)), providers, TODAY)


def _shares(count: int, most: int) -> list[int]:
    """Return how many offers each provider has: each one half as many as are left, at most."""
    found: list[int] = []
    for left in range(_PROVIDERS - 1, -1, -1):
        rest = count - sum(found)
        found.append(min(most, rest * 2 // 5 if left else rest))
    return found


def _model(number: int, dice: random.Random, words: _Words) -> _Row:
    name = f"{dice.choice(_FAMILIES)}-{number}-{dice.choice(_SIZES)}{dice.choice(_KINDS)}"
    model_id = f"{dice.choice(words.words[:400])}-labs/{name}"
    arrow = dice.choice(_ARROWS)
    inputs, _, output = arrow.partition("->")
    context = dice.choice(_CONTEXTS)
    return {
        "id": model_id,
        "canonical_slug": model_id,
        "hugging_face_id": model_id.title() if dice.random() < _ON_A_HUB else "",
        "name": name.replace("-", " ").title(),
        "created": _CREATED + number * 3607,
        "description": words.text(_DESCRIPTION) if dice.random() < _DESCRIBED else None,
        "context_length": context,
        "architecture": {
            "modality": arrow,
            "input_modalities": inputs.split("+"),
            "output_modalities": [output],
            "tokenizer": dice.choice(("Other", "GPT", "Llama3", "Qwen")),
            "instruct_type": None,
        },
        "top_provider": {"max_completion_tokens": context // 4, "is_moderated": False},
        "supported_parameters": sorted(dice.sample(_PARAMETERS, dice.randint(0, 14))),
    }


def _offered(model: _Row, dice: random.Random) -> _Row:
    """Return a model as one provider lists it: half of the time with a price of its own."""
    if dice.random() >= _PRICED:
        return model
    prompt = Decimal(dice.randint(1, 900)) / 10**8
    prices = {"prompt": f"{prompt:f}", "completion": f"{prompt * dice.randint(2, 5):f}"}
    if dice.random() < _CACHED:
        prices["input_cache_read"] = f"{prompt / 10:f}"
    return {**model, "pricing": prices}
