"""OpenRouter's models and endpoints: its closed schema, its tiers, and what it cannot say."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from dialects import openrouter_schema as schema
from dialects.saying import Row, Said
from modeldex.dialects import openrouter, openrouter_prices
from modeldex.dialects.losses import Losses
from modeldex.domain.offer import Observed
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter, Rate, standard
from support import catalogs, varied
from support.schemas import validate
from support.varied import rate

WHOLE = "labs/whole:v1"
BASE = (rate(Meter.INPUT, "0.000003"), rate(Meter.OUTPUT, "0.000015"))


@pytest.fixture(scope="module")
def said() -> Said:
    """The varied catalog in all dialects."""
    return Said(varied.catalog())


def listed(said: Said) -> dict[str, Row]:
    """Return the rows of the list."""
    return {name: row for name, row in said.models("openrouter").items() if row is not None}


def test_every_row_is_as_published(said: Said) -> None:
    """Models, heads and endpoints have exactly the fields of the published schema."""
    validate({"data": [*listed(said).values()], "total_count": 1, "links": {"next": None}},
             schema.LIST)  # fmt: skip
    for head in said.models("openrouter", 2).values():
        validate({"data": {**head, "endpoints": []}}, schema.ENDPOINTS)
    for found in said.endpoints().values():
        for one in found:
            validate(one, schema.ENDPOINT)


def test_a_model_without_a_price_is_left_out_and_counted(said: Said) -> None:
    """Its price would have to be made up; a price of zero that is stated stays zero."""
    assert set(listed(said)) == {WHOLE, "labs/plain", "labs/no-context", "labs/free:free"}
    assert listed(said)["labs/free:free"]["pricing"] == {"prompt": "0", "completion": "0"}
    assert said.lost["openrouter"]["not_priced"].count == 2


def test_a_model_costs_what_its_cheapest_offer_does(said: Said) -> None:
    """Prices and the limits of the top provider are of one and the same offer."""
    row = listed(said)["labs/plain"]

    assert row["pricing"] == {"prompt": "0.0000005", "completion": "0.000003"}
    assert row["top_provider"]["context_length"] == 4096
    assert row["top_provider"]["max_completion_tokens"] == 512


def test_a_description_is_always_a_text(said: Said) -> None:
    """One client fails on null; nothing known is an empty text."""
    assert listed(said)["labs/plain"]["description"] == ""
    assert listed(said)[WHOLE]["description"] == "Knows <all> & more."


def test_words_outside_the_vocabulary_are_left_out_and_counted(said: Said) -> None:
    """A parameter that OpenRouter has no word for, and a cutoff without a day."""
    assert listed(said)[WHOLE]["supported_parameters"] == ["temperature", "tools"]
    assert listed(said)[WHOLE]["knowledge_cutoff"] is None
    assert said.lost["openrouter"]["parameters"].examples == (WHOLE,)
    assert said.lost["openrouter"]["knowledge_cutoff"].examples == (WHOLE,)


def test_a_model_ends_when_its_last_offer_does(said: Said) -> None:
    """An offer without such a day keeps the model."""
    assert listed(said)[WHOLE]["expiration_date"] == "2027-02-03"
    assert listed(said)["labs/plain"]["expiration_date"] is None


def test_tiers_and_hours_are_overrides_and_batch_is_an_endpoint(said: Said) -> None:
    """Above 200,000 tokens, from 16:30 to 00:30 UTC; weekdays are lost; batch has a tag."""
    plain, batch = said.endpoints()["acme/labs/Whole:v1"]

    assert plain["pricing"]["overrides"] == [
        {"min_prompt_tokens": 200_000, "prompt": "0.000006", "completion": "0.0000225"},
        {"utc_start": 1630, "utc_end": 30, "prompt": "0.000001"},
    ]
    assert (plain["tag"], batch["tag"]) == ("acme", "acme/batch")
    assert batch["pricing"] == {"prompt": "0.0000015", "completion": "0.0000075"}
    assert said.lost["openrouter"]["weekdays"].count == 1
    assert said.lost["openrouter"]["crossing"].count == 1


def test_an_offer_without_price_or_context_is_no_endpoint(said: Said) -> None:
    """Both are required there; each is counted."""
    found = said.endpoints()

    assert found["acme/labs/no-context"] == found["acme/labs/unpriced"] == []
    assert said.lost["openrouter"]["no_context"].count == 2
    assert said.lost["openrouter"]["no_price"].count == 2


@pytest.mark.parametrize(
    ("rates", "overrides", "lost"),
    [
        ((rate(Meter.INPUT, "1", min_input_tokens=11),),
         [{"min_prompt_tokens": 10, "prompt": "1"}], set()),
        ((rate(Meter.INPUT, "2", min_input_tokens=21), rate(Meter.INPUT, "1",
          min_input_tokens=11, max_input_tokens=20)),
         [{"min_prompt_tokens": 10, "prompt": "1"}, {"min_prompt_tokens": 20, "prompt": "2"}],
         set()),
        ((rate(Meter.INPUT, "1", min_input_tokens=11, max_input_tokens=20),), [], {"length"}),
        ((rate(Meter.INPUT, "1", min_input_tokens=11, marginal=True),), [], {"marginal"}),
        ((rate(Meter.INPUT, "1", region="eu"),), [], {"region"}),
        ((rate(Meter.INPUT, "1", option="a=b"),), [], {"option"}),
        ((rate(Meter.OUTPUT, "1", min_output_tokens=9),), [], {"length"}),
        ((rate(Meter.INPUT, "1", weekdays=(1,), utc_start="01:00", utc_end="02:00"),), [],
         {"weekdays"}),
        ((rate(Meter.INPUT, "1", local_start="08:00", local_end="09:00", zone="Asia/Tokyo"),), [],
         {"zone"}),
        ((rate(Meter.INPUT, "1", local_start="08:00", local_end="09:00", zone="UTC"),),
         [{"utc_start": 800, "utc_end": 900, "prompt": "1"}], set()),
        ((rate(Meter.REQUEST, "1", min_input_tokens=11),), [], {"override_meter"}),
        ((rate(Meter.INPUT, "1", min_input_tokens=11), rate(Meter.INPUT, "2", utc_start="01:00",
          utc_end="02:00"), rate(Meter.INPUT, "3", min_input_tokens=11, utc_start="01:00",
          utc_end="02:00")),
         [{"min_prompt_tokens": 10, "prompt": "1"},
          {"utc_start": 100, "utc_end": 200, "prompt": "2"},
          {"min_prompt_tokens": 10, "utc_start": 100, "utc_end": 200, "prompt": "3"}], set()),
    ],
    ids=["tier", "two tiers", "up to a length", "margin", "region", "option", "long answers",
         "weekday", "elsewhere", "local in UTC", "meter", "both together"],
)  # fmt: skip
def test_a_condition_is_said_or_counted(
    rates: tuple[Rate, ...], overrides: list[Row], lost: set[str]
) -> None:
    """Never said wrongly; the narrower one stands behind the wider, since the later wins."""
    losses = Losses()
    prices = standard(BASE, catalogs.TODAY)
    found = openrouter_prices.pricing(prices, [*BASE, *rates], "x", losses)

    assert found is not None
    assert found.get("overrides", []) == overrides
    assert {one.kind for one in losses.found()} == lost
    validate(found, schema.PRICING)


def test_a_price_of_a_meter_without_a_place_is_counted() -> None:
    """Seconds of audio are not taken for anything else."""
    losses = Losses()
    prices = standard((*BASE, rate(Meter.SECOND, "1")), catalogs.TODAY)

    assert openrouter_prices.pricing(prices, BASE, "x", losses) == {
        "prompt": "0.000003", "completion": "0.000015"
    }  # fmt: skip
    assert [one.kind for one in losses.found()] == ["meter"]


@pytest.mark.parametrize(
    ("latency", "stats"),
    [
        ({"p50": 1.0, "p75": 2.0, "p90": 3.0, "p99": 4.0},
         {"p50": 1.0, "p75": 2.0, "p90": 3.0, "p99": 4.0}),
        ({"p50": 1.0, "p90": 3.0, "p99": 4.0}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_what_is_observed_is_said(latency: dict[str, float], stats: Any) -> None:
    """Uptime in percent of the last day; percentiles only where all four are known."""
    losses, catalog = Losses(), varied.catalog()
    observed = Observed(first_token_ms=latency, uptime={"24h": 0.57})
    offer = replace(catalog.offers[0], observed=observed)
    model = next(one for one in catalog.models if one.id == offer.model_id)
    found = openrouter.endpoints(
        offer, model, Provider(slug="acme", name="A"), catalog.date, losses
    )

    assert found[0]["uptime_last_1d"] == 57.0
    assert found[0]["latency_last_30m"] == stats
    assert ("percentiles" in {one.kind for one in losses.found()}) == (len(latency) == 3)
    validate(found[0], schema.ENDPOINT)


@pytest.mark.parametrize(
    ("outputs", "bare"), [(None, True), (("text",), True), (("text", "image"), True),
                          (("audio",), False), (("embedding",), False)],
)  # fmt: skip
def test_the_bare_list_is_of_what_may_make_text(
    outputs: tuple[str, ...] | None, *, bare: bool
) -> None:
    """What is known to make something else only is in the list of all."""
    (model,) = catalogs.of(
        catalogs.priced("acme", "labs/m", "1", "1", output_modalities=outputs)
    ).models

    assert openrouter.may_make_text(model) is bare


def test_a_provider_says_only_what_is_known() -> None:
    """Its policies are null, not an empty address."""
    row = openrouter.provider_row(Provider(slug="acme", name="Acme"))

    validate({"data": [row]}, schema.PROVIDERS)
    assert json.loads(json.dumps(row))["privacy_policy_url"] is None
