"""Clients of other catalogs, as they are, against a running server over the recorded world."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from genai_prices import UpdatePrices, Usage
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.units import _get_registry
from genai_prices.validation import validate_model_price

from support import live, wire

pytestmark = pytest.mark.recorded
validate = import_module("jsonschema").validate  # it ships no types
_LITELLM = """
import json, os, sys
import litellm
from litellm.litellm_core_utils.get_model_cost_map import get_model_cost_map_source_info
wanted = json.loads(sys.argv[1])
print(json.dumps({
    "source": get_model_cost_map_source_info(),
    "size": len(litellm.model_cost),
    "info": {key: dict(litellm.get_model_info(model)) for key, model in wanted.items()},
    "cost": litellm.cost_per_token(
        model="gpt-4o-mini", prompt_tokens=1000, completion_tokens=10),
}, default=str))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, upstreams: str) -> Iterator[str]:
    """A server of the recorded world."""
    directory = tmp_path_factory.mktemp("recorded")
    done = live.run(directory, "refresh", SOURCE_MIRROR=upstreams)
    assert "Published" in done.stdout, done.stderr
    with live.served(live.application(directory)) as url:
        yield url


@pytest.fixture(scope="module")
def book(server: str) -> DataSnapshot:
    """Our document, as the genai_prices package fetches and reads it."""
    found = UpdatePrices(url=f"{server}/prices/new_data/v2/data.json").fetch()
    assert found is not None
    return found


def test_every_price_of_the_book_passes_the_package_own_rules(book: DataSnapshot) -> None:
    """Coverage of wholes and overlaps holds for each model, also for what callers choose."""
    registry, now = _get_registry(), datetime.now(UTC)
    models = [model for provider in book.providers for model in provider.models]
    for model in models:
        for chosen in (None, *(one.when for one in model.price_variants or ())):
            validate_model_price(set(vars(model.get_prices(now, chosen))), registry)
    assert len(models) > 2000


def test_the_book_prices_a_usage_as_we_do(server: str, book: DataSnapshot) -> None:
    """Every fifth model, at a short and at a long input, costs what POST /v1/cost says."""
    offers = {row["id"]: row for row in wire.ask(server, "/v1/models").json["data"]}
    now, compared = datetime.now(UTC), 0
    for provider in book.providers:
        for model in provider.models[::5]:
            name = f"{provider.id}/{model.id}"
            if name not in offers or set(vars(model.get_prices(now))) & {"requests_kcount"}:
                continue
            for tokens in (1000, 300_000):
                found = model.calc_price(Usage(input_tokens=tokens, output_tokens=10), provider)
                ours = _cost(server, {
                    "model": name, "usage": {"input": tokens, "output": 10}, "at": now.isoformat(),
                })  # fmt: skip
                if ours["total"] is not None:
                    assert _close(Decimal(ours["total"]), found.total_price), (name, tokens)
                    compared += 1
    assert compared > 300


def test_litellm_takes_our_map_for_its_own(server: str) -> None:
    """It is not dropped for being small, and its own functions read the prices that we state."""
    offers = {row["id"]: row for row in wire.ask(server, "/v1/models").json["data"]}
    wanted = {
        "openai/gpt-4o-mini": "gpt-4o-mini",
        "groq/llama-3.3-70b-versatile": "groq/llama-3.3-70b-versatile",
    }
    environment = {**os.environ, "LITELLM_MODEL_COST_MAP_URL":
                   f"{server}/litellm/model_prices_and_context_window.json"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _LITELLM, json.dumps(wanted)],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])

    assert (found["source"]["source"], found["source"]["fallback_reason"]) == ("remote", None)
    for offer, info in found["info"].items():
        stated = offers[offer]["pricing"]
        assert info["input_cost_per_token"] == float(stated["prompt"])
        assert info["output_cost_per_token"] == float(stated["completion"])
    each = offers["openai/gpt-4o-mini"]["pricing"]
    assert found["cost"] == [
        pytest.approx(1000 * float(each["prompt"])), pytest.approx(10 * float(each["completion"])),
    ]  # fmt: skip


DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"}
USD = {"type": "number", "minimum": 0}
FLAG, TEXT = {"type": "boolean"}, {"type": "string", "minLength": 1}


def closed(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of an object that has no other keys."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


PRICES = {
    "reasoning": USD, "cache_read": USD, "cache_write": USD, "input_audio": USD,
    "output_audio": USD,
}  # fmt: skip
BOUND = closed({"type": {"const": "context"}, "size": {"type": "integer", "minimum": 0}})
COST = closed(
    {"input": USD, "output": USD},
    {
        **PRICES,
        "context_over_200k": closed({"input": USD, "output": USD}, PRICES),
        "tiers": {
            "type": "array",
            "items": closed({"input": USD, "output": USD, "tier": BOUND}, PRICES),
        },
    },
)
KINDS = {"type": "array", "items": {"enum": ["text", "audio", "image", "video", "pdf"]}}
COUNT = {"type": "integer", "minimum": 0}
MODELS_DEV = closed(
    {
        "id": TEXT, "name": TEXT, "attachment": FLAG, "reasoning": FLAG, "tool_call": FLAG,
        "release_date": DATE, "last_updated": DATE, "open_weights": FLAG,
        "modalities": closed({"input": KINDS, "output": KINDS}),
        "limit": closed({"context": COUNT, "output": COUNT}, {"input": COUNT}),
    },
    {
        "description": TEXT, "structured_output": FLAG, "temperature": FLAG, "knowledge": DATE,
        "status": {"enum": ["alpha", "beta", "deprecated"]}, "cost": COST,
        "reasoning_options": {"type": "array", "maxItems": 0},
    },
)  # fmt: skip
API = {
    "type": "object",
    "additionalProperties": closed(
        {
            "id": TEXT, "env": {"type": "array", "items": TEXT, "minItems": 1}, "npm": TEXT,
            "name": TEXT, "doc": TEXT,
            "models": {"type": "object", "additionalProperties": MODELS_DEV},
        },
        {"api": TEXT},
    ),
}  # fmt: skip
CATWALK = {
    "type": "array",
    "items": closed(
        {
            "name": TEXT, "id": TEXT,
            "type": {"enum": [
                "openai", "openai-compat", "openrouter", "vercel", "anthropic", "google",
                "azure", "bedrock", "google-vertex",
            ]},
            "models": {"type": "array", "minItems": 1, "items": closed(
                {"id": TEXT, "name": TEXT, "cost_per_1m_in": USD, "cost_per_1m_out": USD,
                 "context_window": COUNT},
                {"cost_per_1m_in_cached": USD, "cost_per_1m_out_cached": USD,
                 "default_max_tokens": COUNT, "can_reason": FLAG, "supports_attachments": FLAG},
            )},
        },
        {"api_key": {"type": "string", "pattern": r"^\$[A-Z0-9_]+$"}, "api_endpoint": TEXT},
    ),
}  # fmt: skip


def test_models_dev_document_fits_its_strict_schema(server: str) -> None:
    """No key beside those it knows, and what it asks of a model that reasons, or has tiers."""
    api = wire.ask(server, "/api.json").json
    validate(api, API)
    models = [model for one in api.values() for model in one["models"].values()]
    for model in models:
        cost = model.get("cost", {})
        sizes = [one["tier"]["size"] for one in cost.get("tiers", ())]
        assert model["reasoning"] == ("reasoning_options" in model)
        assert model["reasoning"] or "reasoning" not in cost
        assert len(set(sizes)) == len(sizes)
    for one in api.values():
        told = one["npm"] in ("@ai-sdk/openai-compatible", "@openrouter/ai-sdk-provider")
        assert told == ("api" in one)
    assert len(models) > 1000


def test_models_dev_documents_agree_with_each_other(server: str) -> None:
    """The catalog is the other two; the schema lists each provider's models."""
    api, alone = (wire.ask(server, path).json for path in ("/api.json", "/models.json"))
    both = wire.ask(server, "/catalog.json").json
    ids = wire.ask(server, "/model-schema.json").json["$defs"]["Model"]["enum"]

    assert both == {"models": alone, "providers": api}
    assert ids == sorted(f"{name}/{model}" for name, one in api.items() for model in one["models"])


def test_catwalk_document_fits_its_shape(server: str) -> None:
    """Each cost is stated; a provider of the compatible type says where it is called."""
    found: Any = wire.ask(server, "/v2/providers").json
    validate(found, CATWALK)

    assert all("api_endpoint" in one for one in found if one["type"] == "openai-compat")
    assert sum(len(one["models"]) for one in found) > 500


def test_new_api_ratios_give_the_prices_back(server: str) -> None:
    """The ratio of 1 is $2 per million; the tables and the rows agree."""
    offers = {row["id"]: row for row in wire.ask(server, "/v1/models").json["data"]}
    tables = wire.ask(server, "/api/ratio_config").json["data"]
    compared = 0
    for name, ratio in tables["model_ratio"].items():
        if name in offers:
            stated = offers[name]["pricing"]
            assert ratio * 2 / 1_000_000 == pytest.approx(float(stated["prompt"]))
            if name in tables["completion_ratio"] and ratio:
                output = ratio * 2 * tables["completion_ratio"][name] / 1_000_000
                assert output == pytest.approx(float(stated["completion"]))
            compared += 1
    rows = wire.ask(server, "/api/pricing").json["data"]
    assert compared > 1000
    assert {row["model_name"] for row in rows} <= {*tables["model_ratio"], *tables["model_price"]}


def _cost(server: str, question: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{server}/v1/cost",
        json.dumps(question).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return next(one for one in found.get("data", [found]) if one["offer"] == question["model"])


def _close(ours: Decimal, theirs: Decimal) -> bool:
    """Return whether two amounts are the same but for what a binary number rounds."""
    return abs(Fraction(ours) - Fraction(theirs)) <= Fraction(theirs) / 10**12
