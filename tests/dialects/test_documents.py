"""Whole documents in other catalogs' shapes, against hand-computed expectations."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Conditions, Meter, Rate
from support import documents
from support.catalogs import build, listing, rows
from support.documents import lost, rendered

PROVIDERS = (
    Provider(slug="openai", name="OpenAI", site="https://openai.example", env=("OPENAI_API_KEY",)),
    Provider(
        slug="acme", name="Acme", site="https://acme.example", api="https://api.acme.example/v1"
    ),
)
CHAT = {
    "input_modalities": ("text", "image"),
    "output_modalities": ("text",),
    "capabilities": {"tools": True, "reasoning": False},
    "context_length": 300_000,
    "max_output_tokens": 4000,
    "created": 1_767_225_600,  # 2026-01-01
}


def rate(meter: Meter, usd: str, **when: Any) -> Rate:
    """Return a rate under conditions."""
    return Rate(meter=meter, usd=Decimal(usd), when=Conditions(**when))


def catalog(
    *rates: Rate, provider: str = "openai", native: str = "gpt-x", **facts: Any
) -> Catalog:
    """Return a catalog of one chat model with these rates."""
    one = listing(provider, native, rates=rates, **{**CHAT, **facts})
    return build(rows(provider, [one]), providers=PROVIDERS)


STANDARD = (rate(Meter.INPUT, "0.000002"), rate(Meter.OUTPUT, "0.00001"))
LONG = (
    rate(Meter.INPUT, "0.000004", min_input_tokens=200_001),
    rate(Meter.OUTPUT, "0.000015", min_input_tokens=200_001),
)
BATCH = (
    rate(Meter.INPUT, "0.000001", service_tier="batch"),
    rate(Meter.OUTPUT, "0.000005", service_tier="batch"),
)


def test_litellm_names_a_tier_a_service_tier_and_a_time_to_live_in_the_key() -> None:
    """Prices are USD per token; a model of the first party has a bare key."""
    kept = rate(Meter.CACHE_WRITE_1H, "0.000004")
    found = rendered(catalog(*STANDARD, *LONG, *BATCH, kept))["litellm/cost-map"]["gpt-x"]

    assert {key: value for key, value in found.items() if "cost" in key} == {
        "input_cost_per_token": Decimal("0.000002"),
        "output_cost_per_token": Decimal("0.00001"),
        "input_cost_per_token_above_200k_tokens": Decimal("0.000004"),
        "output_cost_per_token_above_200k_tokens": Decimal("0.000015"),
        "input_cost_per_token_batches": Decimal("0.000001"),
        "output_cost_per_token_batches": Decimal("0.000005"),
        "cache_creation_input_token_cost_above_1hr": Decimal("0.000004"),
    }
    assert (found["litellm_provider"], found["mode"]) == ("openai", "chat")
    assert (found["max_tokens"], found["max_input_tokens"]) == (4000, 300_000)


def test_litellm_has_a_table_for_a_tier_of_a_length_without_a_key() -> None:
    """A tier from 256,001 tokens on is a table of whole prices, ended by the context."""
    tier = rate(Meter.INPUT, "0.000003", min_input_tokens=256_001)
    found = rendered(catalog(*STANDARD, tier))["litellm/cost-map"]["gpt-x"]

    assert found["tiered_pricing"] == [
        {
            "range": [0, 256_000],
            "input_cost_per_token": Decimal("0.000002"),
            "output_cost_per_token": Decimal("0.00001"),
        },
        {
            "range": [256_000, 300_000],
            "input_cost_per_token": Decimal("0.000003"),
            "output_cost_per_token": Decimal("0.00001"),
        },
    ]
    assert lost(catalog(*STANDARD, tier, context_length=None), "litellm") == {
        "no_key_for_condition": 1
    }


@pytest.mark.parametrize(
    ("provider", "native", "keys"),
    [
        ("openai", "gpt-x", {"gpt-x"}),
        ("groq", "org/m", {"groq/org/m"}),
        ("google", "gemini-x", {"gemini/gemini-x"}),
        ("together", "org/m", {"together_ai/org/m"}),
        ("deepseek", "deepseek-x", {"deepseek/deepseek-x", "deepseek-x"}),
        ("vertex", "claude-x", {"vertex_ai/claude-x"}),
        ("vertex", "gemini-x", {"gemini-x", "vertex_ai/gemini-x"}),
    ],
)
def test_litellm_keys_are_those_of_its_router(provider: str, native: str, keys: set[str]) -> None:
    """Bare for the first party, else behind LiteLLM's own name of the provider."""
    found = rendered(catalog(*STANDARD, provider=provider, native=native))["litellm/cost-map"]

    assert set(found) == keys


def test_genai_prices_says_tiers_hours_dates_and_service_tiers() -> None:
    """Prices are USD per million tokens; a tier starts above its number of tokens."""
    hours = {"utc_start": "16:30", "utc_end": "00:30"}
    night = (
        rate(Meter.INPUT, "0.0000005", **hours),
        rate(Meter.INPUT, "0.0000005", **hours, min_input_tokens=200_001),
        rate(Meter.OUTPUT, "0.000002", **hours),
    )
    (provider,) = rendered(catalog(*STANDARD, LONG[0], *BATCH, *night))["genai-prices/data"]
    (model,) = provider["models"]

    assert provider["id"] == "openai"
    assert model["match"] == {"equals": "gpt-x"}
    assert model["prices"] == [
        {"prices": {"input_mtok": {"base": 2, "tiers": [{"start": 200_000, "price": 4}]},
                    "output_mtok": 10}},
        {"constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"},
         "prices": {"input_mtok": Decimal("0.5"), "output_mtok": 2}},
    ]  # fmt: skip
    assert model["price_variants"] == [
        {"when": {"processing": "batch"}, "prices": {"input_mtok": 1, "output_mtok": 5}}
    ]


def test_genai_prices_says_since_when_each_price_holds() -> None:
    """The first price has no date; what a list of first days cannot say is counted."""
    dated = (
        rate(Meter.INPUT, "0.000002", valid_until="2026-06-01"),
        rate(Meter.INPUT, "0.000001", valid_from="2026-06-01"),
        rate(Meter.OUTPUT, "0.00001"),
    )
    (provider,) = rendered(catalog(*dated))["genai-prices/data"]

    assert provider["models"][0]["prices"] == [
        {"prices": {"input_mtok": 2, "output_mtok": 10}},
        {"constraint": {"start_date": "2026-06-01"},
         "prices": {"input_mtok": 1, "output_mtok": 10}},
    ]  # fmt: skip
    assert lost(catalog(*dated[1:]), "genai-prices") == {"no_beginning": 1}


def test_genai_prices_leaves_out_a_part_whose_whole_has_no_price() -> None:
    """An hour's cache has no price where the shorter one's is unknown; it is counted."""
    kept = rate(Meter.CACHE_WRITE_1H, "0.000004")
    (provider,) = rendered(catalog(*STANDARD, kept))["genai-prices/data"]

    assert provider["models"][0]["prices"] == {"input_mtok": 2, "output_mtok": 10}
    assert lost(catalog(*STANDARD, kept), "genai-prices") == {"no_whole": 1}


def test_models_dev_has_whole_tiers_and_the_older_key_only_where_it_is_true() -> None:
    """A tier repeats what it leaves alone; ``context_over_200k`` is one tier above 200,000."""
    served = rendered(catalog(*STANDARD, LONG[0]))["models-dev/api"]["openai"]
    tier = {"input": 4, "output": 10}

    assert {key: served[key] for key in ("npm", "env", "doc")} == {
        "npm": "@ai-sdk/openai", "env": ["OPENAI_API_KEY"], "doc": "https://openai.example",
    }  # fmt: skip
    assert served["models"]["gpt-x"] == {
        "id": "gpt-x", "name": "gpt-x", "attachment": True, "reasoning": False, "tool_call": True,
        "open_weights": False, "release_date": "2026-01-01", "last_updated": "2026-11-23",
        "modalities": {"input": ["text", "image"], "output": ["text"]},
        "limit": {"context": 300_000, "output": 4000},
        "cost": {"input": 2, "output": 10, "context_over_200k": tier,
                 "tiers": [{**tier, "tier": {"type": "context", "size": 200_000}}]},
    }  # fmt: skip
    other = catalog(*STANDARD, rate(Meter.INPUT, "0.000004", min_input_tokens=272_001))
    cost = rendered(other)["models-dev/api"]["openai"]["models"]["gpt-x"]["cost"]
    assert "context_over_200k" not in cost


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"created": None}, "no_release_date"),
        ({"max_output_tokens": None}, "no_limit"),
        ({"context_length": None}, "no_limit"),
    ],
)
def test_models_dev_leaves_out_what_its_schema_asks_for_and_nobody_says(
    facts: dict[str, Any], kind: str
) -> None:
    """No date and no limit is invented; the model is left out and counted."""
    found = catalog(*STANDARD, **facts)

    assert rendered(found)["models-dev/api"] == {}
    assert lost(found, "models-dev")[kind] == 1


def test_catwalk_has_costs_per_million_and_where_to_call() -> None:
    """What is written to a cache costs ``in_cached``, what is read from it ``out_cached``."""
    cache = (rate(Meter.CACHE_READ, "0.0000002"), rate(Meter.CACHE_WRITE, "0.0000025"))
    (found,) = rendered(catalog(*STANDARD, *cache, provider="acme"))["catwalk/providers"]

    assert (found["type"], found["api_endpoint"]) == (
        "openai-compat", "https://api.acme.example/v1",
    )  # fmt: skip
    assert found["models"] == [{
        "id": "gpt-x", "name": "gpt-x", "cost_per_1m_in": 2, "cost_per_1m_out": 10,
        "cost_per_1m_in_cached": Decimal("2.5"), "cost_per_1m_out_cached": Decimal("0.2"),
        "context_window": 300_000, "default_max_tokens": 4000, "can_reason": False,
    }]  # fmt: skip


def test_new_api_counts_in_ratios_of_two_dollars_and_writes_tiers_as_an_expression() -> None:
    """$2 per million is the ratio 1; output of five times the input is the ratio 5."""
    read = rate(Meter.CACHE_READ, "0.0000002")
    found = rendered(catalog(*STANDARD, read, *LONG))
    data = found["new-api/ratio-config"]["data"]

    assert data["model_ratio"] == {"gpt-x": 1, "openai/gpt-x": 1}
    assert data["completion_ratio"] == {"gpt-x": 5, "openai/gpt-x": 5}
    assert data["cache_ratio"]["gpt-x"] == Decimal("0.1")
    assert data["billing_expr"]["gpt-x"] == (
        'len <= 200000 ? tier("0_200k", p*2 + c*10 + cr*0.2) : '
        'tier("200k_inf", p*4 + c*15 + cr*0.2)'
    )
    row, _ = found["new-api/models"]["data"]
    assert (row["price_per_m_input"], row["ratio_completion"]) == (2, 5)


def test_new_api_cannot_say_free_input_beside_output_that_costs() -> None:
    """No ratio of nothing is something; the model is left out and counted."""
    odd = catalog(rate(Meter.INPUT, "0"), STANDARD[1])

    assert rendered(odd)["new-api/ratio-config"]["data"]["model_ratio"] == {}
    assert lost(odd, "new-api") == {"free_input": 1}


def test_llm_prices_tells_prices_by_date() -> None:
    """A first day is in, a last one out; an unknown price of cached input is null."""
    dated = rate(Meter.INPUT, "0.000001", valid_from="2026-06-01")
    found = rendered(catalog(*STANDARD, dated))
    row = {"id": "gpt-x", "vendor": "openai", "name": "gpt-x", "output": 10,
           "input_cached": None}  # fmt: skip

    assert found["llm-prices/current"]["prices"] == [{**row, "input": 1}]
    assert found["llm-prices/historical"]["prices"] == [
        {**row, "input": 2, "from_date": None, "to_date": "2026-06-01"},
        {**row, "input": 1, "from_date": "2026-06-01", "to_date": None},
    ]


@pytest.mark.parametrize("rates", [(), STANDARD[:1], STANDARD[1:], LONG, BATCH])
def test_what_has_no_whole_price_has_none_in_any_document(rates: tuple[Rate, ...]) -> None:
    """Where a reader would take a missing price for zero, nothing is said, and it is counted."""
    found = catalog(*rates)
    said = rendered(found)

    assert said["litellm/cost-map"] == {}
    assert said["genai-prices/data"] == said["catwalk/providers"] == []
    assert "cost" not in said["models-dev/api"]["openai"]["models"]["gpt-x"]
    assert said["new-api/pricing"]["data"] == said["llm-prices/current"]["prices"] == []
    for dialect in ("litellm", "genai-prices", "models-dev", "catwalk", "new-api", "llm-prices"):
        assert lost(found, dialect).keys() & {"no_price", "incomplete_price"}, dialect


def test_a_stated_zero_is_zero_in_every_document() -> None:
    """Free is said where the source says it."""
    said = rendered(catalog(rate(Meter.INPUT, "0"), rate(Meter.OUTPUT, "0")))

    assert said["litellm/cost-map"]["gpt-x"]["input_cost_per_token"] == 0
    assert said["genai-prices/data"][0]["models"][0]["prices"] == {
        "input_mtok": 0,
        "output_mtok": 0,
    }
    assert said["models-dev/api"]["openai"]["models"]["gpt-x"]["cost"] == {"input": 0, "output": 0}
    assert said["catwalk/providers"][0]["models"][0]["cost_per_1m_in"] == 0
    assert said["llm-prices/current"]["prices"][0]["output"] == 0


def test_numbers_have_exactly_the_digits_of_the_price() -> None:
    """No binary float stands between a price and its number."""
    assert documents.decoded(b"[1.5E-7]") == [Decimal("0.00000015")]
    odd = (rate(Meter.INPUT, "0.00000012345678901234567891"), STANDARD[1])
    found = rendered(catalog(*odd))["litellm/cost-map"]["gpt-x"]

    assert found["input_cost_per_token"] == Decimal("0.00000012345678901234567891")
