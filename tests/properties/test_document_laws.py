"""Laws of all whole documents: nothing unknown is a number, and what is said reads back."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given

from dialects.test_documents import LONG, STANDARD, catalog
from modeldex import pipeline
from modeldex.dialects import catalogs_of_others, finished
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.offer import HIDDEN, Offer
from modeldex.domain.rate import ALWAYS, Meter
from modeldex.sources import registry
from modeldex.sources.formats import litellm, models_dev
from modeldex.sources.money import Losses
from support.documents import rendered
from support.worlds import LAW, WORLDS

TODAY = "2026-11-23"


def built(world: tuple[SourceRows, ...]) -> Catalog:
    """Return the catalog of a world."""
    return pipeline.build(world, {}, TODAY)


@LAW
@given(WORLDS)
def test_what_is_unknown_is_in_no_document_a_price(world: tuple[SourceRows, ...]) -> None:
    """An offer without a standard price of input and output has none anywhere, zero least."""
    catalog = built(world)
    unpriced = {
        one.id for one in catalog.offers if not {Meter.INPUT, Meter.OUTPUT} <= {*one.prices}
    }
    said = rendered(catalog)
    names = {
        *said["litellm/cost-map"],
        *(f"{one['id']}/{model['id']}" for one in said["genai-prices/data"]
          for model in one["models"]),
        *(f"{one['id']}/{model['id']}" for one in said["catwalk/providers"]
          for model in one["models"]),
        *said["new-api/ratio-config"]["data"]["model_ratio"],
        *(f"{one['vendor']}/{one['id']}" for one in said["llm-prices/current"]["prices"]),
    }  # fmt: skip
    costs = [row for row in said["litellm/model-info"]["data"]
             if row["model_info"]["id"] in unpriced]  # fmt: skip

    assert not names & unpriced
    assert not any(isinstance(value, Decimal | int) and "cost" in key and value == 0
                   for row in costs for key, value in row["model_info"].items())  # fmt: skip


@LAW
@given(WORLDS)
def test_losses_and_documents_do_not_depend_on_when_they_are_made(
    world: tuple[SourceRows, ...],
) -> None:
    """The same catalog gives the same bytes, and counts the same."""
    catalog = built(world)
    first = finished.render(catalogs_of_others.EMITTERS, catalog)

    assert finished.render(catalogs_of_others.EMITTERS, catalog) == first


@LAW
@given(WORLDS)
def test_litellms_map_reads_back_to_the_same_prices(world: tuple[SourceRows, ...]) -> None:
    """What our own decoder of LiteLLM's book finds in our map is what the offers cost."""
    catalog = built(world)
    book = registry.load().by_id["litellm"]
    decode, losses = litellm.decoder(book), Losses()
    found = {
        (one.provider, one.provider_model_id): {
            rate.meter: rate.usd for rate in one.rates if rate.when == ALWAYS
        }
        for key, row in rendered(catalog)["litellm/cost-map"].items()
        for one in decode({"*": key, **_numbers(row)}, losses)
    }

    assert not losses.unknown_prices
    for one in _shown(catalog):
        known = found.get((one.facts.provider, one.facts.provider_model_id))
        if known is not None:
            assert known == dict(one.prices)


def test_models_devs_document_reads_back_to_the_same_offers() -> None:
    """Prices, tiers and limits of our api.json are those that it was written from."""
    made = catalog(*STANDARD, *LONG)
    decode, losses = models_dev.decoder(registry.load().by_id["models-dev"]), Losses()
    (row,) = rendered(made)["models-dev/api"].values()
    (one,) = decode(row, losses)
    (offer,) = made.offers

    assert set(one.rates) == set(offer.rates)
    assert (one.context_length, one.max_output_tokens) == (300_000, 4000)


def _shown(catalog: Catalog) -> list[Offer]:
    return [one for one in catalog.offers if one.status != HIDDEN]


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with every price as the decimal that a decoder of payloads gives."""
    found: dict[str, Any] = json.loads(
        json.dumps(row, default=str), parse_float=Decimal, parse_int=int
    )
    return found | {key: value for key, value in row.items() if isinstance(value, Decimal)}
