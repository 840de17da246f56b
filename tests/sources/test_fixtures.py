"""What every declaration makes of a hand-written answer, against what was worked out by hand.

``fixtures/<id>.json`` is an answer in the source's shape; ``<id>.expected.json`` has, for each id
in it, the facts that a person worked out: rates as ``meter@condition=value`` to exact US dollars.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modeldex.domain import decimals
from modeldex.domain.listing import Listing
from modeldex.domain.rate import Rate
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import formats, payload, registry
from modeldex.sources.decode import Decoded, decode_rows

FIXTURES = Path(__file__).parent / "fixtures"
DECLARED = registry.load().by_id
LISTED = sorted(name for name, one in DECLARED.items() if one.url is not None)
FACTS = {
    "rates", "context_length", "max_output_tokens", "input_modalities", "output_modalities",
    "capabilities", "status", "created", "author", "name",
}  # fmt: skip
# What answers hold on purpose: rows dropped, rows skipped, prices that are none.
LOSSES = {
    "aimo": (1, 1, 0), "replicate": (1, 1, 0), "openai-compatible": (2, 0, 0),
    "openai": (0, 2, 0), "litellm": (1, 10, 2),
    **dict.fromkeys(("inception", "inceptron", "models-dev"), (1, 0, 1)),
    **dict.fromkeys(("infron", "jiekou", "targon"), (0, 0, 1)),
    **dict.fromkeys(("atlascloud", "fastrouter", "kilo", "nous", "ofox", "openrouter"), (0, 0, 2)),
    **dict.fromkeys((  # what is no model of the provider's own, or none that it serves
        "ambient", "azure", "berget", "cohere", "fal", "github-copilot", "mistral", "parasail",
        "requesty", "venice",
    ), (0, 1, 0)),
    **dict.fromkeys((  # a row without an id
        "ai21", "aihorde", "arcee", "baidu", "bedrock-mantle", "clarifai", "cloudrift", "crusoe",
        "deepgram", "digitalocean", "doubleword", "elevenlabs", "gmicloud", "jina", "kluster",
        "lmstudio", "minimax", "morph", "nscale", "ollama", "ollama-cloud", "siliconflow",
        "siliconflow-cn", "stepfun", "stepfun-ai", "synthetic", "tencent", "typesafe", "vllm",
        "writer", "xiaomi",
    ), (1, 0, 0)),
}  # fmt: skip
UNKNOWN_PRICES = {  # keys and units that no rate reads
    "abacus": {"image_rate"},
    "aihubmix": {"pricing.tiers"},
    "alibaba": {
        "prices.Output>8k", "prices.image_number", "prices.input_token", "prices.mystery_token",
    },
    "cloudflare": {"properties.price.per M input tokens", "properties.price.per moon"},
    "cloudrift": {"pricing.input_cents", "pricing.output_cents"},
    "doubleword": {"pricing.realtime.input"},
    "inference": {"pricing.cached", "pricing.prompt"},
    "litellm": {"brand_new_cost_per_thing"},
    "models-dev": {"cost.tiers"},
    "nano-gpt": {"pricing.completion per per_image", "pricing.prompt per per_image"},
    "vercel-ai-gateway": {"pricing.*.mystery"},
    "zenmux": {"pricings.mystery", "pricings.prompt", "pricings.web_search"},
}  # fmt: skip
KINDS_OF_OPENAI = {
    "o1": "->text", "o3-plover-pro": "->text", "o4-plover-mini": "->text",
    "gpt-5-plover": "->text", "babbage-002": "text->text",
    "gpt-4o-plover-tts": "text->audio", "gpt-realtime-whisper-plover": "audio->text",
    "gpt-4o-plover-audio-preview-2026-04-01": "text+audio->text+audio",
    "gpt-image-plover": "text+image->image", "text-embedding-plover": "text->embedding",
    "omni-moderation-plover": "text+image->text", "plover-mystery": "->",
}  # fmt: skip


def decoded(source: str) -> Decoded:
    """Return what a declaration makes of its fixture."""
    declaration = DECLARED[source]
    found = payload.rows((FIXTURES / f"{source}.json").read_bytes(), declaration.rows)
    return decode_rows(found, formats.decoder(declaration))


def expected(source: str) -> dict[str, dict[str, Any]]:
    """Return the facts that were worked out by hand, by the model's id."""
    found: dict[str, dict[str, Any]] = json.loads(
        (FIXTURES / f"{source}.expected.json").read_text("utf-8")
    )
    return found


def stated(source: str, native: str, facts: dict[str, Any]) -> Listing:
    """Return a listing that states *facts*, but for its rates."""
    serves = DECLARED[source].serves
    bare = Listing(source=source, provider=serves, provider_model_id=native)
    tuples = {name: tuple(v) if isinstance(v, list) else v for name, v in facts.items()}
    return msgspec.structs.replace(bare, **tuples | {"rates": ()})


def described(rate: Rate) -> str:
    """Return a rate's meter and conditions as the fixtures write them."""
    values = ((name, getattr(rate.when, name)) for name in rate.when.__struct_fields__)
    conditions = ",".join(f"{name}={value}" for name, value in values if value)
    return f"{rate.meter.value}@{conditions}" if conditions else rate.meter.value


def by_id(listings: tuple[Listing, ...]) -> dict[str, Listing]:
    """Return listings in our spelling by their ids, each of which stands once."""
    found = normalized(listings, DESCRIPTION_LENGTH)
    assert len({one.provider_model_id for one in found}) == len(found)
    return {one.provider_model_id: one for one in found}


@pytest.mark.finding("X21")
@pytest.mark.parametrize("source", LISTED)
def test_a_fixture_gives_the_facts_worked_out_by_hand(source: str) -> None:
    """Every row has exactly the rates, limits, kinds and names that a person read in it."""
    wanted = expected(source)
    hand = by_id(tuple(stated(source, native, facts) for native, facts in wanted.items()))
    found = by_id(decoded(source).listings)
    assert found.keys() == wanted.keys()
    for native, facts in wanted.items():
        rates = [(described(one), decimals.plain(one.usd)) for one in found[native].rates]
        assert sorted(rates) == sorted(facts["rates"].items()), native
        names = facts.keys() - {"rates"}
        seen = {name: getattr(found[native], name) for name in names}
        assert seen == {name: getattr(hand[native], name) for name in names}, native


@pytest.mark.parametrize("source", LISTED)
def test_the_facts_of_a_fixture_are_complete(source: str) -> None:
    """No fixture is empty, and none leaves out a fact that is to be compared."""
    wanted = expected(source)
    assert wanted
    assert all(facts.keys() >= FACTS for facts in wanted.values())


@pytest.mark.parametrize("source", LISTED)
def test_a_fixture_loses_only_what_it_is_made_to_lose(source: str) -> None:
    """Bad rows, bad prices and prices that no rate reads are counted, and nothing else is."""
    found = decoded(source)
    losses = (found.dropped, found.skipped, found.bad_prices)
    assert losses == LOSSES.get(source, (0, 0, 0))
    assert found.unknown_prices.keys() == UNKNOWN_PRICES.get(source, set())


@pytest.mark.finding("X47")
def test_openai_lists_every_model_with_its_kind() -> None:
    """Reasoning models and those that do not chat are there; only fine-tunes are left out."""
    found = {
        one.provider_model_id: "->".join(
            "+".join(side or ()) for side in (one.input_modalities, one.output_modalities)
        )
        for one in decoded("openai").listings
    }
    assert found == KINDS_OF_OPENAI


def test_every_list_has_a_fixture() -> None:
    """Each source with a list has an answer and its facts here, and nothing else is here."""
    files = {f"{name}{end}" for name in LISTED for end in (".json", ".expected.json")}
    assert {file.name for file in FIXTURES.iterdir()} == files
