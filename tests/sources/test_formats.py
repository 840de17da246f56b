"""Shapes that a declaration cannot say."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.sources import formats, registry
from modeldex.sources.decode import Decoded, decode_rows

DECLARED = registry.load().by_id


def decoded(source: str, *rows: Any) -> Decoded:
    """Return what a built-in declaration makes of *rows*."""
    return decode_rows(rows, formats.decoder(DECLARED[source]))


def special(source: str, *rows: Any) -> list[Rate]:
    """Return the rates of the first listing that hold under conditions only."""
    first, *_ = decoded(source, *rows).listings
    return [rate for rate in first.rates if rate.when != Conditions()]


def overridden(*overrides: Any) -> dict[str, Any]:
    """Return a row of OpenRouter's with these overrides."""
    return {"id": "labs/a", "pricing": {"prompt": "0.000001", "overrides": list(overrides)}}


def test_a_tier_of_openrouter_begins_above_its_threshold() -> None:
    """``min_prompt_tokens`` is strictly greater: the first token billed so is the next one."""
    row = overridden({"min_prompt_tokens": 200000, "prompt": "0.000002", "completion": "0.00001"})
    when = Conditions(min_input_tokens=200001)
    assert special("openrouter", row) == [
        Rate(meter=Meter.OUTPUT, usd=Decimal("0.00001"), when=when),
        Rate(meter=Meter.INPUT, usd=Decimal("0.000002"), when=when),
    ]


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [(30, 1630, ("00:30", "16:30")), (1600, 0, ("16:00", "00:00")), (0, 2400, ("00:00", "24:00"))],
)
def test_a_window_of_openrouter_is_a_time_of_day(
    start: int, end: int, window: tuple[str, str]
) -> None:
    """``utc_start`` and ``utc_end`` are hours and minutes in one number, and may pass midnight."""
    row = overridden({"utc_start": start, "utc_end": end, "prompt": "0.0000005"})
    when = Conditions(utc_start=window[0], utc_end=window[1])
    assert special("openrouter", row) == [
        Rate(meter=Meter.INPUT, usd=Decimal("0.0000005"), when=when)
    ]


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"utc_start": 100},
        {"min_prompt_tokens": "many"},
        {"min_prompt_tokens": -1},
        {"min_prompt_tokens": True},
        {"utc_start": 2575, "utc_end": 2600},
        {"utc_start": 99, "utc_end": 100},
    ],
)
def test_an_override_that_is_not_understood_is_reported_and_not_applied(
    condition: dict[str, Any],
) -> None:
    """A price under conditions that nobody knows is no rate, and does not pass unseen."""
    found = decoded("openrouter", overridden({**condition, "prompt": "0.000002"}))
    assert [rate.usd for rate in found.listings[0].rates] == [Decimal("0.000001")]
    assert found.unknown_prices == {"pricing.overrides.prompt": 1}


def test_an_unknown_meter_of_an_override_is_reported() -> None:
    """A new key in an override is counted, its known prices are kept, a bad one is none."""
    override = {"min_prompt_tokens": 1, "prompt": "0.1", "smell": "0.2", "completion": "free"}
    found = decoded("openrouter", overridden(override, "no table"))
    assert [rate.usd for rate in found.listings[0].rates[1:]] == [Decimal("0.1")]
    assert (found.unknown_prices, found.bad_prices) == ({"pricing.overrides.smell": 1}, 1)


def test_overrides_are_read_in_one_order() -> None:
    """The same override gives the same listing, however its keys are ordered and in any run."""
    keys = ("audio", "completion", "image", "input_cache_read", "prompt", "request", "web_search")
    one = {"min_prompt_tokens": 1, **dict.fromkeys(keys, "0.1")}
    other = dict(reversed(one.items()))
    meters = [rate.meter.value for rate in special("openrouter", overridden(one))]
    assert meters == [
        "input_audio", "output", "image", "cache_read", "input", "request", "web_search"
    ]  # fmt: skip
    assert special("openrouter", overridden(other)) == special("openrouter", overridden(one))


def test_of_two_overrides_that_hold_together_the_later_one_is_told() -> None:
    """A set has no order, so the price for a long prompt at night is a rate of its own."""
    long = {"min_prompt_tokens": 1000, "prompt": "0.3", "completion": "0.6"}
    night = {"utc_start": 0, "utc_end": 600, "prompt": "0.1"}
    both = Conditions(min_input_tokens=1001, utc_start="00:00", utc_end="06:00")
    for overrides, usd in (([long, night], "0.1"), ([night, long], "0.3")):
        found = [
            rate for rate in special("openrouter", overridden(*overrides)) if rate.when == both
        ]
        assert found == [Rate(meter=Meter.INPUT, usd=Decimal(usd), when=both)]


def test_a_row_without_overrides_keeps_its_declared_rates() -> None:
    """Overrides that are no list add nothing, and a row without an id is dropped."""
    rows = [{"id": "a", "pricing": {"prompt": "1", "overrides": {}}}, {"pricing": {}}]
    found = decoded("openrouter", *rows)
    assert [[rate.usd for rate in one.rates] for one in found.listings] == [[1]]
    assert found.dropped == 1


def routed(*subs: Any) -> dict[str, Any]:
    """Return a row of Hugging Face's router with these sub-providers."""
    return {"id": "labs/a", "owned_by": "labs", "providers": list(subs)}


def sub(name: str, price: str, context: int = 8192) -> dict[str, Any]:
    """Return a sub-provider's entry."""
    pricing = {"input": Decimal(price), "output": Decimal(price)}
    return {"provider": name, "context_length": context, "pricing": pricing}


def test_a_routed_model_is_one_offer_and_one_per_sub_provider() -> None:
    """Each sub-provider has an offer that says who runs it; the model's own names nobody."""
    found = decoded("huggingface-router", routed(sub("fast", "1"), sub("slow", "2"))).listings
    assert [(one.provider_model_id, one.via) for one in found] == [
        ("labs/a", None),
        ("labs/a:fast", "fast"),
        ("labs/a:slow", "slow"),
    ]
    assert {one.provider for one in found} == {"huggingface-router"}
    assert [one.rates[0].usd for one in found[1:]] == [Decimal("0.000001"), Decimal("0.000002")]


def test_a_routed_model_says_what_all_its_sub_providers_say() -> None:
    """A price and a limit stand on the model's own offer only where nobody disagrees."""
    agreed, *parts = decoded("huggingface-router", routed(sub("x", "1"), sub("y", "1"))).listings
    assert agreed.rates == parts[0].rates != ()
    assert agreed.context_length == 8192
    torn, *_ = decoded("huggingface-router", routed(sub("x", "1"), sub("y", "2", 4096))).listings
    assert (torn.rates, torn.context_length) == ((), None)


def test_a_sub_provider_without_a_price_is_a_disagreement() -> None:
    """Unknown is not the same as the price of another."""
    silent = {"provider": "y", "context_length": 8192}
    first, *_ = decoded("huggingface-router", routed(sub("x", "1"), silent)).listings
    assert (first.rates, first.context_length) == ((), 8192)


def test_a_sub_provider_without_a_name_is_none() -> None:
    """Entries that name nobody are left out; the model is kept."""
    row = routed(None, "x", {"provider": 7}, {"provider": " "}, {"pricing": {}}, sub("x", "1"))
    found = decoded("huggingface-router", row).listings
    assert [one.provider_model_id for one in found] == ["labs/a", "labs/a:x"]
    (alone,) = decoded("huggingface-router", {**routed(), "providers": None}).listings
    assert (alone.provider_model_id, alone.rates) == ("labs/a", ())


def test_a_routed_row_without_an_id_is_one_loss() -> None:
    """However many sub-providers it has, a row without an id is counted once."""
    found = decoded("huggingface-router", {**routed(sub("x", "1"), sub("y", "1")), "id": None})
    assert (found.listings, found.dropped) == ((), 1)


def entry(**models: Any) -> dict[str, Any]:
    """Return a provider's entry of models.dev."""
    return {"id": "togetherai", "name": "Together AI", "models": models}


def test_models_dev_lists_each_model_under_our_name_of_its_provider() -> None:
    """A provider's entry gives a listing per model, with its facts in our units."""
    model = {
        "name": "A", "release_date": "2026-01-02", "knowledge": "2025-04",
        "open_weights": True, "tool_call": True, "reasoning": False, "attachment": "no",
        "limit": {"context": 8192, "output": 0},
        "modalities": {"input": ["text", "image"], "output": ["text"]}, "status": "deprecated",
        "cost": {"input": Decimal("0.15"), "output": 0},
    }  # fmt: skip
    (one,) = decoded("models-dev", entry(a=model)).listings
    assert (one.provider, one.provider_model_id, one.name) == ("together", "a", "A")
    assert (one.context_length, one.max_output_tokens, one.open_weights) == (8192, None, True)
    assert (one.input_modalities, one.status) == (("text", "image"), "deprecated")
    assert (one.release_date, one.knowledge_cutoff) == ("2026-01-02", "2025-04")
    assert one.capabilities == {"tools": True, "reasoning": False}
    assert [(rate.meter, format(rate.usd, "f")) for rate in one.rates] == [
        (Meter.INPUT, "0.00000015"),
        (Meter.OUTPUT, "0"),
    ]


def test_models_dev_has_context_tiers_in_three_spellings() -> None:
    """All say above how many tokens another price holds; a tier of another kind is reported."""
    cost = {
        "input": 1,
        "context_over_200k": {"input": 2},
        "tiers": [
            {"input": 3, "tier": {"type": "context", "size": 32000}},
            {"input": 4, "tier": {"type": "moon", "size": 1}},
            {"input": 5, "tier": {"type": "context", "size": 10**30}},
            {"input": 6, "min_context": 64000},
            None,
        ],
    }
    rates = special("models-dev", entry(a={"cost": cost}))
    found = [(rate.when.min_input_tokens, format(rate.usd, "f")) for rate in rates]
    assert found == [(200001, "0.000002"), (32001, "0.000003"), (64001, "0.000006")]
    assert decoded("models-dev", entry(a={"cost": cost})).unknown_prices == {"cost.tiers": 3}


def test_models_dev_reports_a_new_meter_and_counts_a_bad_price() -> None:
    """A key of the cost that no rate reads is reported, a price that is none is unknown."""
    found = decoded("models-dev", entry(a={"cost": {"input": -1, "smell": 2}}))
    assert found.listings[0].rates == ()
    assert (found.unknown_prices, found.bad_prices) == ({"cost.smell": 1}, 1)


@pytest.mark.parametrize(
    "row",
    [
        {"id": "x"},
        {"models": {"a": {}}},
        {"id": "a/b", "models": {"a": {}}},
        {"id": "", "models": {"a": {}}},
        {"id": "x", "models": {"": {}}},
        {"id": "x", "models": {"a": 7}},
    ],
)
def test_models_dev_drops_what_names_no_provider_or_no_model(row: dict[str, Any]) -> None:
    """An entry without a usable name is one loss; the others are kept."""
    found = decoded("models-dev", row, entry(b={}))
    assert [one.provider_model_id for one in found.listings] == ["b"]
    assert found.dropped == 1


def test_facts_of_models_dev_beyond_all_bounds_are_unknown() -> None:
    """Numbers that no store could hold and facts of a wrong kind cost themselves alone."""
    model = {"limit": {"context": 10**30, "output": "7"}, "modalities": [], "name": 7, "cost": 1}
    (one,) = decoded("models-dev", entry(a=model)).listings
    assert (one.context_length, one.max_output_tokens, one.name) == (None, 7, None)
    assert (one.input_modalities, one.rates) == (None, ())
