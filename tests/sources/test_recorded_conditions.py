"""Prices under conditions, counted in the raw answers and in what is read from them."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

import recorded
from modeldex.domain.rate import Conditions, Rate
from modeldex.sources import harvest, registry

pytestmark = pytest.mark.recorded
DECLARED = registry.load().by_id
CATALOGS = recorded.BESIDE.parent / "catalogs"
# Words of keys under which a price would hold at some times, lengths or places only.
WORDS = re.compile(
    r"overrid|tier|condition|context|threshold|batch|flex|priorit|utc|peak|region|window|weekday"
    r"|zone|effective|valid_|promo|discount|currency"
)
PRICES = re.compile(r"pric|cost|rate|billing")


@pytest.fixture(scope="module")
def recordings() -> recorded.Recordings:
    return recorded.load()


def catalog(name: str) -> bytes:
    """Return a recorded book's bytes."""
    file = CATALOGS / name
    if not file.is_file():
        pytest.skip(recorded.ABSENT)
    return gzip.decompress(file.read_bytes())


def conditional(source: str, body: bytes) -> list[Rate]:
    """Return the rates that are read and hold under conditions only."""
    found = harvest.decode(DECLARED[source], (body,))
    return [rate for one in found.listings for rate in one.rates if rate.when != Conditions()]


def test_every_long_context_price_of_xai_is_a_tier(recordings: recorded.Recordings) -> None:
    """On every recorded day: a price above zero with a length above zero is one rate, no more."""
    expected, found = Counter[str](), Counter[str]()
    for one in recordings.of("xai"):
        rows = json.loads(recordings.body(one))["data"]
        expected[one.date] += sum(
            bool(row[key] and row["long_context_threshold"])
            for row in rows
            for key in row
            if key.endswith("_long_context")
        )
        found[one.date] += len(conditional("xai", recordings.body(one)))

    assert found == expected
    assert expected.total() >= 90


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted paths of all keys that hold something."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, path)
    elif value not in (None, "", 0, False):
        yield path


def test_no_other_recorded_list_has_prices_under_conditions(
    recordings: recorded.Recordings,
) -> None:
    """A key that speaks of prices and of conditions would be found here before it is lost."""
    found = {
        (one.provider, path.rpartition(".")[2])
        for one in recordings.all
        for path in set(paths(json.loads(recordings.body(one))))
        if PRICES.search(path) and WORDS.search(path)
    }

    assert {provider for provider, _ in found} == {"mancer", "xai"} & {one for one, _ in found}
    assert {key for provider, key in found if provider == "xai"} == {
        "prompt_text_token_price_long_context", "completion_text_token_price_long_context",
        "cached_prompt_text_token_price_long_context",
    }  # fmt: skip


def test_every_tier_of_models_dev_is_read() -> None:
    """Each price of each tier is one rate that begins above the tier's length."""
    whole = json.loads(catalog("models.dev.2026-08-18.json.gz"), parse_float=str)
    expected = Counter(
        tier["min_context"] + 1
        for provider in whole.values()
        for model in provider["models"].values()
        for tier in model.get("cost", {}).get("tiers", ())
        for key in tier
        if key != "min_context"
    )
    rates = conditional("models-dev", catalog("models.dev.2026-08-18.json.gz"))
    found = Counter(rate.when.min_input_tokens for rate in rates)

    assert found == expected
    assert expected.total() > 1000


@cache
def models_of_litellm() -> list[tuple[str, dict[str, Any], list[Rate]]]:
    """Return the rows of the recorded map that are models here, with their conditional rates."""
    whole = json.loads(catalog("litellm.model_prices.json.gz"))
    read = [
        (key, row, harvest.decode(DECLARED["litellm"], (json.dumps({key: row}).encode(),)))
        for key, row in whole.items()
    ]
    return [
        (key, row, [one for one in found.listings[0].rates if one.when != Conditions()])
        for key, row, found in read
        if found.listings
    ]


def test_every_off_peak_price_of_litellm_is_read() -> None:
    """One rate for each price, hour and set of days."""
    for key, row, rates in models_of_litellm():
        block = row.get("off_peak_pricing")
        if block is None:
            continue
        hours = sum(
            1 if isinstance(one["hours_utc"], str) else len(one["hours_utc"])
            for one in block["windows"]
        )
        prices = sum("cost" in name for name in block)
        found = [rate.when for rate in rates if rate.when.weekdays]

        assert len(found) == hours * prices, key
        assert {when.zone for when in found} == {block.get("weekday_timezone")}


def stated(row: dict[str, Any], pattern: str) -> int:
    """Return how many keys of a row, that are no other route's, have a price above zero."""
    return sum(
        bool(value) and re.search(pattern, name) is not None and not name.endswith("_decisions")
        for name, value in row.items()
    )


@pytest.mark.parametrize("word", ["batches", "flex", "priority", "ultrafast", "balanced"])
def test_every_service_tier_of_litellm_is_read(word: str) -> None:
    """As many rates as there are prices with that ending, in each row that is a model here."""
    tier, priced = "batch" if word == "batches" else word, 0
    for key, row, rates in models_of_litellm():
        found = [one for one in rates if one.when.service_tier == tier and one.usd]
        priced += bool(found)
        assert len(found) == stated(row, f"_{word}$"), key

    assert priced >= 5


def test_every_long_context_price_of_litellm_is_read() -> None:
    """Each ``_above_Nk_tokens`` price of a token, in its service tier, is one rate."""
    pattern = r"^(in|out)put_cost_per_token_above_[0-9]+k_tokens"
    priced = 0
    for key, row, rates in models_of_litellm():
        found = [
            one
            for one in rates
            if one.meter.value in {"input", "output"}
            and one.when.min_input_tokens
            and one.when.region is None
            and one.usd
        ]
        if "tiered_pricing" not in row:
            priced += bool(found)
            assert len(found) == stated(row, pattern), key

    assert priced > 100


def test_every_tier_of_a_range_of_litellm_is_read() -> None:
    """Each price of each range but the first is one rate that begins above its start."""
    for key, row, rates in models_of_litellm():
        later = [one for one in row.get("tiered_pricing") or () if one.get("range", [0])[0]]
        names = [name for one in later for name, usd in one.items() if name != "range" and usd]
        found = [one for one in rates if one.when.min_input_tokens and one.usd]
        assert not names or len(found) == len(names), key
