"""Well-known models in the recorded world: one row each, with all who offer them."""

import pytest

import recorded
from modeldex import pipeline
from modeldex.domain.listing import Kept, SourceRows
from modeldex.domain.model import Catalog
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import harvest, registry
from support import catalogs

# Checked by hand against a loose search of every id in each provider's newest recorded answer: all
# who list the model under any name.
# A provider that lists only a variant of it (a precision, a window, a speed) is not among them.
WELL_KNOWN = """
anthropic/claude-opus-4.1: anthropic atlascloud azure bedrock openrouter
anthropic/claude-sonnet-4.5: anthropic azure bedrock openrouter perplexity
anthropic/claude-haiku-4.5: anthropic azure bedrock openrouter perplexity
anthropic/claude-opus-4.5: anthropic azure bedrock openrouter perplexity
anthropic/claude-3-haiku: bedrock openrouter
openai/gpt-4o: azure openai openrouter
openai/gpt-4o-mini: azure llm7 openai openrouter
openai/gpt-4.1: azure openai openrouter
openai/gpt-5: openai openrouter perplexity
openai/gpt-5-mini: azure openai openrouter perplexity
openai/o3: openai openrouter
openai/o4-mini: azure openai openrouter
openai/gpt-oss-120b: atlascloud azure baseten bedrock cerebras chutes deepinfra featherless
  fireworks groq huggingface-router nebius novita openrouter together
openai/gpt-oss-20b: atlascloud azure bedrock chutes deepinfra fireworks groq huggingface-router
  nebius novita openrouter together
google/gemini-2.5-pro: atlascloud deepinfra google openrouter
google/gemini-2.5-flash: atlascloud deepinfra google openrouter
google/gemma-3-27b-it: bedrock chutes deepinfra featherless google huggingface-router nebius
  novita openrouter
meta-llama/llama-3.3-70b-instruct: azure bedrock cerebras deepinfra featherless fireworks
  friendli groq huggingface-router hyperbolic nebius novita openrouter
meta-llama/llama-3.1-8b-instruct: azure bedrock cerebras deepinfra featherless fireworks friendli
  groq huggingface-router hyperbolic nebius novita openrouter
meta-llama/llama-4-scout-17b-16e-instruct: azure baseten bedrock cerebras deepinfra friendli groq
  huggingface-router novita openrouter together
deepseek/deepseek-r1: azure baseten bedrock chutes deepinfra fireworks huggingface-router
  hyperbolic llm7 nebius openrouter together
deepseek/deepseek-v3-0324: atlascloud azure baseten chutes deepinfra featherless fireworks
  huggingface-router hyperbolic llm7 nebius novita openrouter
deepseek/deepseek-v3.1: atlascloud azure baseten chutes deepinfra fireworks huggingface-router
  novita openrouter together
qwen/qwen3-32b: atlascloud azure bedrock cerebras chutes deepinfra featherless friendli groq
  huggingface-router nebius openrouter
qwen/qwen3-235b-a22b-instruct-2507: atlascloud baseten bedrock cerebras chutes deepinfra
  fireworks friendli huggingface-router nebius novita openrouter
moonshotai/kimi-k2: atlascloud baseten deepinfra featherless fireworks groq huggingface-router
  nebius novita openrouter together
moonshotai/kimi-k2-0905: atlascloud baseten chutes fireworks groq huggingface-router moonshot
  novita openrouter together
mistralai/mistral-nemo: azure chutes deepinfra enfer featherless llm7 mistral nebius novita
  openrouter
z-ai/glm-4.5: atlascloud deepinfra fireworks huggingface-router mancer nebius novita openrouter
  zai
amazon/nova-lite: bedrock openrouter
"""


def expected() -> dict[str, list[str]]:
    """Return the providers of each model, by its id."""
    rows = WELL_KNOWN.strip().replace("\n  ", " ").splitlines()
    return {model: providers.split() for model, _, providers in (r.partition(": ") for r in rows)}


@pytest.fixture(scope="module")
def world() -> Catalog:
    """Return the catalog of every provider's newest recorded answer."""
    everything, declared = recorded.load(), registry.load().by_id
    found: list[SourceRows] = []
    for name in sorted({one.provider for one in everything.all} & declared.keys()):
        body = everything.body(everything.of(name)[-1])
        said = normalized(harvest.decode(declared[name], (body,)).listings, DESCRIPTION_LENGTH)
        rows: tuple[Kept, ...] = tuple(map(catalogs.kept, said))
        found.append(SourceRows(source=name, is_book=False, rows=rows))
    return pipeline.build(found, {}, catalogs.TODAY)


@pytest.mark.recorded
@pytest.mark.parametrize("model", sorted(expected()))
def test_a_well_known_model_has_one_row_with_all_its_offers(world: Catalog, model: str) -> None:
    """Whatever providers call it, all who offer it stand in one row of the unique list."""
    rows = [one for one in world.models if one.base == model and not one.variants]

    assert [one.id for one in rows] == [model]
    assert sorted({one.facts.provider for one in rows[0].offers}) == expected()[model]


@pytest.mark.recorded
def test_the_recorded_world_names_nothing_twice(world: Catalog) -> None:
    """Every alias leads to one model, and every id of a model to itself."""
    ids = [one.id for one in world.models]
    aliases = [name for one in world.models for name in one.aliases]

    assert len(ids) == len(set(ids))
    assert len(aliases) == len(set(aliases))
    assert set(aliases).isdisjoint(ids)


def test_thirty_models_are_checked() -> None:
    """The table is as long as it is said to be."""
    assert len(expected()) == 30
