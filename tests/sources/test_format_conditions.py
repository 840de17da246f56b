"""Conditions that books and gateways state, each as it is written and as it is read."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.sources import formats, registry
from modeldex.sources.books import genai_prices
from modeldex.sources.decode import Decoded, decode_rows

DECLARED = registry.load().by_id
WORKDAYS = (1, 2, 3, 4, 5)
HALF = Decimal("0.5")


def litellm(**prices: Any) -> Decoded:
    """Return what is read from a row of LiteLLM's table."""
    row = {"*": "deepseek/owl", "litellm_provider": "deepseek", "mode": "chat", **prices}
    return decode_rows([row], formats.decoder(DECLARED["litellm"]))


def rates(found: Decoded, meter: Meter = Meter.INPUT) -> dict[Conditions, str]:
    """Return the prices of a meter by their conditions."""
    (one,) = found.listings
    return {rate.when: format(rate.usd, "f") for rate in one.rates if rate.meter is meter}


def off_peak(*windows: Any, **block: Any) -> Decoded:
    """Return what is read from a row with a price of 1, and of 0.5 at other hours."""
    prices = {"input_cost_per_token": HALF, "windows": list(windows), **block}
    return litellm(input_cost_per_token=1, off_peak_pricing=prices)


def test_off_peak_hours_are_in_utc_and_days_in_a_zone() -> None:
    """Each of several hours is a rate; a whole day needs no hours."""
    found = off_peak(
        {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": list(WORKDAYS)},
        {"hours_utc": "00:00-00:00", "weekdays": ["sat", "Sunday"]},
        weekday_timezone="Asia/Shanghai",
    )
    when: dict[str, Any] = {"weekdays": WORKDAYS, "zone": "Asia/Shanghai"}
    assert rates(found) == {
        ALWAYS: "1",
        Conditions(utc_start="00:00", utc_end="01:00", **when): "0.5",
        Conditions(utc_start="10:00", utc_end="00:00", **when): "0.5",
        Conditions(weekdays=(6, 7), zone="Asia/Shanghai"): "0.5",
    }


def test_off_peak_hours_without_days_hold_every_day() -> None:
    """The plain form has no windows."""
    found = off_peak(hours_utc="16:30-00:30")
    assert rates(found)[Conditions(utc_start="16:30", utc_end="00:30")] == "0.5"


def test_off_peak_prices_win_over_tiers() -> None:
    """For a long prompt at that hour the price is the one of the hour."""
    block = {"input_cost_per_token": HALF, "hours_utc": "01:00-02:00"}
    found = litellm(
        input_cost_per_token=1, input_cost_per_token_above_128k_tokens=2, off_peak_pricing=block
    )
    hours: dict[str, Any] = {"utc_start": "01:00", "utc_end": "02:00"}
    assert rates(found) == {
        ALWAYS: "1",
        Conditions(min_input_tokens=128001): "2",
        Conditions(**hours): "0.5",
        Conditions(**hours, min_input_tokens=128001): "0.5",
    }


@pytest.mark.parametrize(
    "window",
    [
        {"hours_utc": "25:00-26:00", "weekdays": [1]},
        {"hours_utc": "10:00-11:00", "weekdays": [0]},
        {"hours_utc": "10:00-11:00", "weekdays": ["noday"]},
        {"hours_utc": "10:00-11:00", "weekdays": [True]},
        {"hours_utc": 10, "weekdays": [1]},
        "10:00-11:00",
    ],
)
def test_off_peak_hours_that_are_not_understood_are_reported(window: Any) -> None:
    """Then there is no price of theirs, and it does not pass unseen."""
    found = off_peak(window)
    assert (rates(found), found.unknown_prices) == ({ALWAYS: "1"}, {"off_peak_pricing": 1})


def test_factors_of_regions_and_modes_are_rates() -> None:
    """Both together multiply; fees and tiers that have prices of their own are not touched."""
    found = litellm(
        input_cost_per_token=4,
        input_cost_per_token_batches=2,
        input_cost_per_request=7,
        provider_specific_entry={"us": Decimal("1.1"), "fast": 2, "video": "first"},
    )
    assert rates(found) == {
        ALWAYS: "4",
        Conditions(service_tier="batch"): "2",
        Conditions(region="us"): "4.4",
        Conditions(service_tier="fast"): "8",
        Conditions(region="us", service_tier="fast"): "8.8",
    }
    assert rates(found, Meter.REQUEST) == {ALWAYS: "7"}


def test_a_cache_of_litellm_is_kept_for_three_times() -> None:
    """Minutes, an hour, half a day; each with its tiers."""
    key = "cache_creation_input_token_cost"
    found = litellm(**{
        key: 1, f"{key}_above_1hr": 2, f"{key}_above_12hr": 3,
        f"{key}_above_12hr_above_272k_tokens_flex": 4,
    })  # fmt: skip
    assert rates(found, Meter.CACHE_WRITE) == {ALWAYS: "1"}
    assert rates(found, Meter.CACHE_WRITE_1H) == {ALWAYS: "2"}
    assert rates(found, Meter.CACHE_WRITE_12H) == {
        ALWAYS: "3",
        Conditions(min_input_tokens=272001, service_tier="flex"): "4",
    }


def test_a_search_that_costs_by_what_is_read_is_an_option() -> None:
    """One price where all sizes cost the same, else one for each."""
    sizes = ("low", "medium", "high")
    alike, apart = (
        litellm(search_context_cost_per_query={
            f"search_context_size_{size}": usd for size, usd in zip(sizes, some, strict=True)
        })
        for some in ((1, 1, 1), (1, 2, 3))
    )  # fmt: skip
    assert rates(alike, Meter.WEB_SEARCH) == {ALWAYS: "1"}
    assert rates(apart, Meter.WEB_SEARCH) == {
        Conditions(option=f"search_context_size={size}"): str(usd)
        for usd, size in enumerate(sizes, 1)
    }


def zenmux(*prices: Any) -> Decoded:
    """Return what is read from these prices of an answer."""
    told = [{"unit": "perMTokens", "currency": "USD", **one} for one in prices]
    row = {"id": "a/b", "pricings": {"completion": told}}
    return decode_rows([row], formats.decoder(DECLARED["zenmux"]))


def test_tiers_by_prompt_and_answer_are_a_grid() -> None:
    """Each cell keeps all its bounds; ``gte`` and ``lte`` are included, ``gt`` and ``lt`` not."""
    found = zenmux(
        {"value": 2, "conditions": {"prompt_tokens": {"lt": 32, "unit": "kTokens"},
                                    "completion_tokens": {"lte": 200}}},
        {"value": 8, "conditions": {"prompt_tokens": {"lt": 32, "unit": "kTokens"},
                                    "completion_tokens": {"gt": 200}}},
        {"value": 16, "conditions": {"prompt_tokens": {"gte": 32, "unit": "kTokens"}}},
    )  # fmt: skip
    assert rates(found, Meter.OUTPUT) == {
        Conditions(max_input_tokens=31999, max_output_tokens=200): "0.000002",
        Conditions(max_input_tokens=31999, min_output_tokens=201): "0.000008",
        Conditions(min_input_tokens=32000): "0.000016",
    }


@pytest.mark.parametrize(
    "conditions",
    [{"mood": {}}, {"prompt_tokens": {"about": 3}}, {"completion_tokens": {"lt": "many"}},
     {"completion_tokens": {"lt": 3, "unit": "words"}}, {"completion_tokens": 3}, [1]],
)  # fmt: skip
def test_conditions_that_are_not_understood_are_reported(conditions: Any) -> None:
    """A price under them is no rate."""
    found = zenmux({"value": 2, "conditions": conditions})
    assert (rates(found, Meter.OUTPUT), found.unknown_prices) == ({}, {"pricings.completion": 1})


def test_every_variant_of_the_embedded_book_is_a_condition() -> None:
    """Service tiers, a router's endpoints and a request's settings: none is left over."""
    found = genai_prices.read(DECLARED["genai-prices"])
    every = [rate for one in found.listings for rate in one.rates]

    assert found.unknown_prices == {}
    assert {rate.when.region for rate in every} == {None, "mistral/eu"}
    assert {rate.when.option for rate in every} == {None, "search_type=fast"}
    assert Rate(meter=Meter.WEB_SEARCH, usd=Decimal("0.001"),
                when=Conditions(option="search_type=fast")) in every  # fmt: skip
