"""Recorded prices against sums done by hand, and against a second reading of the payloads.

A fact of the first table is a meter, the path in the payload's row, the text that stands there,
the sum, and its result in USD per unit: each written by a person, none by the code.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import recorded
from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Meter, Rate
from modeldex.sources import formats, payload, registry
from modeldex.sources.decode import decode_rows

Fact = tuple[str, str, str | None, str, str | None]
Pair = tuple[Decimal | None, Decimal | None]
Row = dict[str, Any]

DECLARED = registry.load().by_id

# At most three rows of any provider may stand here: the recordings are not ours to publish.
BY_HAND: list[tuple[str, str, str, list[Fact]]] = [
    ("openrouter", "2026-07-01", "anthropic/claude-sonnet-5", [
        ("input", "pricing.prompt", "0.000002", "0.000002 / 10^0", "0.000002"),
        ("output", "pricing.completion", "0.00001", "0.00001 / 10^0", "0.00001"),
        ("cache_read", "pricing.input_cache_read", "0.0000002", "0.0000002 / 10^0", "0.0000002"),
        ("cache_write", "pricing.input_cache_write", "0.0000025", "0.0000025 / 10^0", "0.0000025"),
        ("cache_write_1h", "pricing.input_cache_write_1h", "0.000004", "0.000004 / 10^0",
         "0.000004"),
        ("web_search", "pricing.web_search", "0.01", "0.01 / 10^0", "0.01"),
    ]),
    ("openrouter", "2025-09-08", "perplexity/sonar", [
        ("input", "pricing.prompt", "0.000001", "0.000001 / 10^0", "0.000001"),
        ("output", "pricing.completion", "0.000001", "0.000001 / 10^0", "0.000001"),
        ("request", "pricing.request", "0.005", "0.005 / 10^0", "0.005"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("web_search", "pricing.web_search", "0", "0 / 10^0", "0"),
        ("reasoning", "pricing.internal_reasoning", "0", "0 / 10^0", "0"),
    ]),
    ("openrouter", "2026-07-01", "openrouter/auto", [
        ("input", "pricing.prompt", "-1", "varies: unknown", None),
        ("output", "pricing.completion", "-1", "varies: unknown", None),
    ]),
    ("together", "2025-09-08", "meta-llama/Llama-3.2-1B-Instruct", [
        ("input", "pricing.input", "0.060000000000000005", "0.060000000000000005 / 10^6",
         "0.000000060000000000000005"),
        ("output", "pricing.output", "0.060000000000000005", "0.060000000000000005 / 10^6",
         "0.000000060000000000000005"),
    ]),
    ("together", "2025-09-08", "cartesia/sonic", [
        ("character", "pricing.input", "65", "65 / 10^6", "0.000065"),
        ("input", "pricing.input", "65", "characters, not tokens: none", None),
        ("output", "pricing.output", "0", "no tokens come out: none", None),
    ]),
    ("together", "2025-09-08", "black-forest-labs/FLUX.1-dev", [
        ("input", "pricing.input", "0", "an image model is not free: none", None),
        ("output", "pricing.output", "0", "an image model is not free: none", None),
    ]),
    ("deepinfra", "2025-09-08", "anthropic/claude-3-7-sonnet-latest", [
        ("input", "metadata.pricing.input_tokens", "3.3000000000000003",
         "3.3000000000000003 / 10^6", "0.0000033000000000000003"),
        ("output", "metadata.pricing.output_tokens", "16.5", "16.5 / 10^6", "0.0000165"),
        ("cache_read", "metadata.pricing.cache_read_tokens", "0.33000000000000007",
         "0.33000000000000007 / 10^6", "0.00000033000000000000007"),
    ]),
    ("deepinfra", "2025-09-08", "Qwen/Qwen2-7B-Instruct", [
        ("input", "metadata.pricing.input_tokens", "0.05499999999999999",
         "0.05499999999999999 / 10^6", "0.00000005499999999999999"),
        ("output", "metadata.pricing.output_tokens", "0.05499999999999999",
         "0.05499999999999999 / 10^6", "0.00000005499999999999999"),
    ]),
    ("deepinfra", "2025-09-08", "BAAI/bge-base-en-v1.5", [
        ("input", "metadata.pricing.input_tokens", None, "no metadata: unknown", None),
    ]),
    ("novita", "2025-09-08", "Sao10K/L3-8B-Stheno-v3.2", [
        ("input", "input_token_price_per_m", "500", "500 / 10^10", "0.00000005"),
        ("output", "output_token_price_per_m", "500", "500 / 10^10", "0.00000005"),
    ]),
    ("novita", "2025-09-08", "google/gemma-3-27b-it", [
        ("input", "input_token_price_per_m", "1190", "1190 / 10^10", "0.000000119"),
        ("output", "output_token_price_per_m", "2000", "2000 / 10^10", "0.0000002"),
    ]),
    ("novita", "2025-09-08", "baidu/ernie-4.5-0.3b", [
        ("input", "input_token_price_per_m", "0", "0 / 10^10", "0"),
        ("output", "output_token_price_per_m", "0", "0 / 10^10", "0"),
    ]),
    ("xai", "2026-06-21", "grok-4.3", [
        ("input", "prompt_text_token_price", "12500", "12500 / 10^10", "0.00000125"),
        ("output", "completion_text_token_price", "25000", "25000 / 10^10", "0.0000025"),
        ("cache_read", "cached_prompt_text_token_price", "2000", "2000 / 10^10", "0.0000002"),
        ("input_image", "prompt_image_token_price", "12500", "12500 / 10^10", "0.00000125"),
        ("input from 200000", "prompt_text_token_price_long_context", "25000", "25000 / 10^10",
         "0.0000025"),
        ("output from 200000", "completion_text_token_price_long_context", "50000",
         "50000 / 10^10", "0.000005"),
        ("cache_read from 200000", "cached_prompt_text_token_price_long_context", "4000",
         "4000 / 10^10", "0.0000004"),
    ]),
    ("xai", "2026-06-21", "grok-imagine-image", [
        ("image", "image_price", "200000000", "200000000 / 10^10", "0.02"),
    ]),
    ("xai", "2026-06-21", "grok-imagine-video", [
        ("image", "image_price", None, "not stated: unknown", None),
    ]),
    ("chutes", "2025-09-08", "ArliAI/QwQ-32B-ArliAI-RpR-v1", [
        ("input", "price.input.usd", "0.01", "0.01 / 10^6", "0.00000001"),
        ("output", "price.output.usd", "0.040003199999999996", "0.040003199999999996 / 10^6",
         "0.000000040003199999999996"),
    ]),
    ("chutes", "2025-09-08", "deepseek-ai/DeepSeek-V3.1", [
        ("input", "price.input.usd", "0.1999188", "0.1999188 / 10^6", "0.0000001999188"),
        ("output", "price.output.usd", "0.800064", "0.800064 / 10^6", "0.000000800064"),
    ]),
    ("chutes", "2025-09-08", "openai/gpt-oss-20b", [
        ("input", "price.input.usd", "0.0", "0.0 / 10^6", "0"),
        ("output", "price.output.usd", "0.0", "0.0 / 10^6", "0"),
    ]),
    ("huggingface-router", "2025-09-08", "zai-org/GLM-4.5-Air-FP8", [
        ("input", "providers.0.pricing.input", "0.2", "0.2 / 10^6", "0.0000002"),
        ("output", "providers.0.pricing.output", "1.1", "1.1 / 10^6", "0.0000011"),
    ]),
    ("huggingface-router", "2025-09-08", "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", [
        ("input", "providers.0.pricing.input", "0.27", "0.27 is not 0.17: unknown", None),
        ("output", "providers.0.pricing.output", "0.85", "as the other differs: unknown", None),
    ]),
    ("huggingface-router", "2025-09-08",
     "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8:novita", [
        ("input", "providers.1.pricing.input", "0.17", "0.17 / 10^6", "0.00000017"),
        ("output", "providers.1.pricing.output", "0.85", "0.85 / 10^6", "0.00000085"),
    ]),
    ("perplexity", "2026-08-10", "anthropic/claude-fable-5", [
        ("input", "pricing.input", "10", "10 / 10^6", "0.00001"),
        ("output", "pricing.output", "50", "50 / 10^6", "0.00005"),
        ("cache_read", "pricing.cache_read", "1", "1 / 10^6", "0.000001"),
        ("cache_write", "pricing.cache_write", "12.5", "12.5 / 10^6", "0.0000125"),
    ]),
    ("perplexity", "2026-08-10", "perplexity/sonar", [
        ("input", "pricing.input", "0.25", "0.25 / 10^6", "0.00000025"),
        ("output", "pricing.output", "2.5", "2.5 / 10^6", "0.0000025"),
        ("cache_read", "pricing.cache_read", "0.0625", "0.0625 / 10^6", "0.0000000625"),
        ("cache_write", "pricing.cache_write", None, "not stated: unknown", None),
    ]),
    ("perplexity", "2026-08-10", "openai/gpt-5-nano", [
        ("input", "pricing.input", "0.05", "0.05 / 10^6", "0.00000005"),
        ("output", "pricing.output", "0.4", "0.4 / 10^6", "0.0000004"),
        ("cache_read", "pricing.cache_read", "0.005", "0.005 / 10^6", "0.000000005"),
    ]),
    ("friendli", "2025-09-08", "deepseek-ai/DeepSeek-R1-0528", [
        ("second", "pricing.response_time", "0.004", "0.004 / 10^0", "0.004"),
        ("input", "pricing.input", "3.0", "billed by the second: none", None),
        ("output", "pricing.output", "7.0", "billed by the second: none", None),
    ]),
    ("friendli", "2025-09-08", "meta-llama-3.1-8b-instruct", [
        ("input", "pricing.input", "0.1", "0.1 / 10^6", "0.0000001"),
        ("output", "pricing.output", "0.1", "0.1 / 10^6", "0.0000001"),
        ("second", "pricing.response_time", "0.0001", "billed by the token: none", None),
    ]),
    ("friendli", "2025-09-08", "LGAI-EXAONE/EXAONE-4.0.1-32B", [
        ("input", "pricing.input", "0.6", "0.6 / 10^6", "0.0000006"),
        ("output", "pricing.output", "1.0", "1.0 / 10^6", "0.000001"),
    ]),
    ("baseten", "2025-09-08", "Qwen/Qwen3-Coder-480B-A35B-Instruct", [
        ("input", "pricing.prompt", "0.00000038", "0.00000038 / 10^0", "0.00000038"),
        ("output", "pricing.completion", "0.00000153", "0.00000153 / 10^0", "0.00000153"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
    ("baseten", "2025-09-08", "openai/gpt-oss-120b", [
        ("input", "pricing.prompt", "0.0000001", "0.0000001 / 10^0", "0.0000001"),
        ("output", "pricing.completion", "0.0000005", "0.0000005 / 10^0", "0.0000005"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
    ("baseten", "2025-09-08", "deepseek-ai/DeepSeek-V3.1", [
        ("input", "pricing.prompt", "", "blank: unknown", None),
        ("output", "pricing.completion", "", "blank: unknown", None),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
    ("atlascloud", "2025-09-08", "claude-3-5-haiku-20241022", [
        ("input", "pricing.prompt", "0.0000009", "0.0000009 / 10^0", "0.0000009"),
        ("output", "pricing.completion", "0.0000045", "0.0000045 / 10^0", "0.0000045"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
    ("atlascloud", "2025-09-08", "Qwen/Qwen3-32B", [
        ("input", "pricing.prompt", "0.0000001", "0.0000001 / 10^0", "0.0000001"),
        ("output", "pricing.completion", "0.00000045", "0.00000045 / 10^0", "0.00000045"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
    ("atlascloud", "2025-09-08", "openai/gpt-oss-20b", [
        ("input", "pricing.prompt", "0", "0 / 10^0", "0"),
        ("output", "pricing.completion", "0", "0 / 10^0", "0"),
        ("image", "pricing.image", "0", "0 / 10^0", "0"),
        ("request", "pricing.request", "0", "0 / 10^0", "0"),
    ]),
]  # fmt: skip
BY_TOKEN = {"chat", "language", "code", "embedding", "moderation", "rerank"}  # Together's types
NONE: Pair = (None, None)


def pair(prices: Row | None, first: str, second: str, zeros: int) -> Pair:
    """Return two prices of a payload, each divided by a power of ten."""

    def usd(text: str | None) -> Decimal | None:
        return None if not text or text.startswith("-") else Decimal(text).scaleb(-zeros)

    return NONE if prices is None else (usd(prices.get(first)), usd(prices.get(second)))


def agreed(pairs: list[Pair]) -> Pair:
    """Return what all sub-providers charge, nothing where two differ."""
    return pairs[0] if len(set(pairs)) == 1 else NONE


SECOND_READING: dict[str, Callable[[Row], Pair]] = {
    "openrouter": lambda row: pair(row["pricing"], "prompt", "completion", 0),
    "together": lambda row: (
        pair(row["pricing"], "input", "output", 6) if row["type"] in BY_TOKEN else NONE
    ),
    "deepinfra": lambda row: pair(
        (row["metadata"] or {}).get("pricing"), "input_tokens", "output_tokens", 6
    ),
    "novita": lambda row: pair(row, "input_token_price_per_m", "output_token_price_per_m", 10),
    "xai": lambda row: pair(row, "prompt_text_token_price", "completion_text_token_price", 10),
    "chutes": lambda row: pair(
        {side: price["usd"] for side, price in row["price"].items()}, "input", "output", 6
    ),
    "huggingface-router": lambda row: agreed(
        [pair(sub.get("pricing"), "input", "output", 6) for sub in row["providers"]]
    ),
    "perplexity": lambda row: (
        pair(row["pricing"], "input", "output", 6)
        if row["pricing"]["unit"] == "usd_per_1m_tokens"
        else NONE
    ),
    "friendli": lambda row: (
        pair(row["pricing"], "input", "output", 6)
        if row["pricing"]["unit_type"] == "TOKEN"
        else NONE
    ),
    "baseten": lambda row: pair(row["pricing"], "prompt", "completion", 0),
    "atlascloud": lambda row: pair(row["pricing"], "prompt", "completion", 0),
}


@pytest.fixture
def recordings() -> recorded.Recordings:
    return recorded.load()


def listings(recordings: recorded.Recordings, one: recorded.Recording) -> dict[str, Listing]:
    source = DECLARED[one.provider]
    rows = payload.rows(recordings.body(one), source.rows)
    found = decode_rows(rows, formats.decoder(source)).listings
    return {listing.provider_model_id: listing for listing in found}


def stated(row: Any, path: str) -> str | None:
    """Return the text at a dotted path; a number in the path counts along a list."""
    for key in path.split("."):
        if isinstance(row, list):
            row = row[int(key)]
        else:
            row = row.get(key) if isinstance(row, dict) else None
    assert row is None or isinstance(row, str)
    return row


def described(rate: Rate) -> str:
    since = rate.when.min_input_tokens
    return rate.meter.value if since is None else f"{rate.meter.value} from {since}"


def with_parts(rows: list[Row]) -> list[tuple[str, Row]]:
    """Return rows by id, and a router's row once more for each of its sub-providers."""
    parts = [
        (f"{row['id']}:{sub['provider']}", {"providers": [sub]})
        for row in rows
        for sub in row.get("providers") or []
    ]
    return [(row["id"], row) for row in rows] + parts


def tokens(listing: Listing, meter: Meter) -> Decimal | None:
    found = [one.usd for one in listing.rates if one.meter is meter and one.when == ALWAYS]
    return found[0] if found else None


@pytest.mark.parametrize(("provider", "date", "id_", "facts"), BY_HAND)
def test_sums_are_right(provider: str, date: str, id_: str, facts: list[Fact]) -> None:
    """Each sum in the table starts from the payload's text and has its own result beside it."""
    for meter, _, raw, worked, usd in facts:
        if usd is None:
            assert worked.endswith((": unknown", ": none"))
            continue
        number, _, zeros = worked.partition(" / 10^")
        assert number == raw, (provider, date, id_, meter)
        assert Decimal(number) == Decimal(usd).scaleb(int(zeros)), (provider, date, id_, meter)


@pytest.mark.recorded
@pytest.mark.parametrize(("provider", "date", "id_", "facts"), BY_HAND)
def test_price_is_the_sum_done_by_hand(
    provider: str, date: str, id_: str, facts: list[Fact], recordings: recorded.Recordings
) -> None:
    """A recorded row has the rates that a person worked out from its text, exactly, no other."""
    one = recordings.at(provider, date)
    by_id = {row["id"]: row for row in recordings.texts(one, DECLARED[provider].rows)}
    row = by_id.get(id_) or by_id[id_.rpartition(":")[0]]
    assert [stated(row, path) for _, path, *_ in facts] == [raw for _, _, raw, *_ in facts]
    rates = listings(recordings, one)[id_].rates
    found = {described(rate): format(rate.usd, "f") for rate in rates}
    assert found == {meter: usd for meter, *_, usd in facts if usd is not None}


@pytest.mark.recorded
@pytest.mark.parametrize("provider", SECOND_READING)
def test_every_price_equals_a_second_reading(
    provider: str, recordings: recorded.Recordings
) -> None:
    """Input and output of every row of the newest answer equal a second reading of its text."""
    newest = recordings.of(provider)[-1]
    rows = with_parts(recordings.texts(newest, DECLARED[provider].rows))
    expected = {id_: SECOND_READING[provider](row) for id_, row in rows}
    found = {
        id_: (tokens(listing, Meter.INPUT), tokens(listing, Meter.OUTPUT))
        for id_, listing in listings(recordings, newest).items()
    }
    assert found == expected
    assert any(price != NONE for price in found.values())


def test_at_most_three_rows_of_a_provider_stand_here() -> None:
    """The repository holds the facts of exactly three recorded rows of each priced provider."""
    providers = [provider for provider, *_ in BY_HAND]
    assert {name: providers.count(name) for name in providers} == dict.fromkeys(SECOND_READING, 3)
