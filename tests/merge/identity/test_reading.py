"""An id is read as its author's name for a model, and what is said beyond it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldex.merge.identity import Reading, read
from support.scale import scaled

# A provider, what it calls a model, and the base, the variants and the editions that this means.
CASES = [
    (*map(str.strip, line.split("|")), "", "")[:5]
    for line in """
# Prefixes of providers say nothing of the model.
fireworks | accounts/fireworks/models/qwen2p5-72b-instruct | qwen/qwen2.5-72b-instruct
google | models/gemini-1.5-pro-002 | google/gemini-1.5-pro | | 002
vertex | publishers/google/models/gemini-2.0-flash-001 | google/gemini-2.0-flash | | 001
cloudflare | @cf/meta/llama-3.1-8b-instruct | meta-llama/llama-3.1-8b-instruct
cloudflare | @hf/nousresearch/hermes-2-pro-mistral-7b | nousresearch/hermes-2-pro-mistral-7b
synthetic | hf:deepseek-ai/DeepSeek-V3.1 | deepseek/deepseek-v3.1
sap | anthropic--claude-3.5-sonnet | anthropic/claude-3.5-sonnet
clarifai | qwen/qwenLM/models/QwQ-32B | qwen/qwq-32b
acme | acme-gpt-4o | openai/gpt-4o
acme | azure/gpt-4o | openai/gpt-4o
any | cohere-command-r7b-12-2024 | cohere/command-r7b-12-2024
# Bedrock's form: region, author, revision, date, window.
bedrock | us.anthropic.claude-3-opus-20240229-v1:0 | anthropic/claude-3-opus | | 20240229 us v1
bedrock | anthropic.claude-3-haiku-20240307-v1:0:48k | anthropic/claude-3-haiku | 48k | 20240307 v1
bedrock | meta.llama3-1-405b-instruct-v1:0 | meta-llama/llama-3.1-405b-instruct | | v1
bedrock | mistral.mistral-7b-instruct-v0:2 | mistralai/mistral-7b-instruct-v0.2
bedrock | amazon.nova-lite-v1:0 | amazon/nova-lite | | v1
bedrock | amazon.titan-embed-text-v2:0 | amazon/titan-embed-text-v2
bedrock | anthropic.claude-v2:1 | anthropic/claude-v2.1
bedrock | deepseek.r1-v1:0 | deepseek/deepseek-r1 | | v1
vertex | claude-3-7-sonnet@20250219 | anthropic/claude-3.7-sonnet | | 20250219
# One spelling of versions, families and words.
azure | gpt-35-turbo | openai/gpt-3.5-turbo
any | gpt-4-1-mini | openai/gpt-4.1-mini
any | anthropic/claude-4-opus | anthropic/claude-opus-4
any | claude-3-5-haiku | anthropic/claude-3.5-haiku
any | claude-haiku-3.5 | anthropic/claude-3.5-haiku
any | google/gemini-flash-1.5 | google/gemini-1.5-flash
any | Llama-3_3-Nemotron-Super-49B-v1_5 | nvidia/llama-3.3-nemotron-super-49b-v1.5
any | meta-llama/Meta-Llama-3.1-70B-Instruct | meta-llama/llama-3.1-70b-instruct
any | qwen-2.5-coder-32b-instruct | qwen/qwen2.5-coder-32b-instruct
any | deepseek-chat-v3-0324 | deepseek/deepseek-v3-0324
any | moonshotai/Kimi-K2-Instruct-0905 | moonshotai/kimi-k2-0905
any | mistralai/Mistral-Small-3.1-24B-Instruct-2503 | mistralai/mistral-small-2503
any | mistral-medium-3 | mistralai/mistral-medium-2505
any | CohereLabs/c4ai-command-r-plus | cohere/command-r-plus
# What a short name leaves out.
ollama | gemma3:12b | google/gemma-3-12b-it
ollama | deepseek-r1:671b | deepseek/deepseek-r1
groq | llama-3.1-8b-instant | meta-llama/llama-3.1-8b-instruct | | instant
any | meta-llama/llama-4-scout | meta-llama/llama-4-scout-17b-16e-instruct
any | qwen/qwen3-235b | qwen/qwen3-235b-a22b
any | meta-llama/Llama-3.1-8B | meta-llama/llama-3.1-8b
any | google/gemma-2-9b | google/gemma-2-9b
# Variants part, editions do not.
any | openai/gpt-oss-20b:free | openai/gpt-oss-20b | free
any | kimi-k2-free | moonshotai/kimi-k2 | free
any | anthropic/claude-3.7-sonnet:thinking | anthropic/claude-3.7-sonnet | thinking
any | claude-sonnet-4-thinking:1024 | anthropic/claude-sonnet-4 | budget-1024 thinking
any | claude-3.5-haiku:20241022 | anthropic/claude-3.5-haiku | | 20241022
ollama | deepseek-v4-flash:0731 | deepseek/deepseek-v4-flash-0731
any | o3-mini-high | openai/o3-mini | high
any | Qwen/Qwen2.5-72B-Instruct-AWQ | qwen/qwen2.5-72b-instruct | awq
any | nvidia/DeepSeek-R1-FP4 | deepseek/deepseek-r1 | fp4 | by-nvidia
any | unsloth/gemma-3-27b-it | google/gemma-3-27b-it | | by-unsloth
any | meta-llama/Llama-3.3-70B-Instruct-Turbo | meta-llama/llama-3.3-70b-instruct | turbo
any | gpt-4-32k | openai/gpt-4 | 32k
any | gpt-4-0613 | openai/gpt-4 | | 0613
any | gpt-4o-2024-05-13 | openai/gpt-4o | | 20240513
any | mistral-large-latest | mistralai/mistral-large | latest
any | ~anthropic/claude-opus-latest | anthropic/claude-opus | latest
any | TEE/llama3-3-70b | meta-llama/llama-3.3-70b-instruct | tee
any | Pro/deepseek-ai/DeepSeek-R1 | deepseek/deepseek-r1 | pro
any | grok-4-0709 | x-ai/grok-4 | | 0709
any | doubao-seed-1-6-250615 | bytedance/seed-1.6 | | 250615
# The same word is a mode of one family and the name of another's model.
any | gpt-4-turbo | openai/gpt-4-turbo
any | qwen-turbo | qwen/qwen-turbo
any | kimi-k2-thinking | moonshotai/kimi-k2-thinking
any | grok-3-fast | x-ai/grok-3-fast
any | whisper-large-v3-turbo | openai/whisper-large-v3-turbo
any | MiniMaxAI/MiniMax-M1-80k | minimax/minimax-m1-80k
any | mistral-large-2411 | mistralai/mistral-large-2411
# Somebody else's work is not the author's.
any | deepseek-r1-distill-llama-70b | deepseek/deepseek-r1-distill-llama-70b
acme | llama-3.1-8b-uncensored | acme/llama-3.1-8b-uncensored
any | somebody/Llama-3.1-8B-Instruct | somebody/llama-3.1-8b-instruct
any | Sao10K/L3.3-70B-Euryale-v2.3 | sao10k/l3.3-70b-euryale-v2.3
# Nothing is known: the provider's own.
acme | chat | acme/chat
acme | a/b/c | b/c
acme | 智谱/glm | acme/glm
acme | /m | acme/m
acme | org/m/ | org/m
acme | : | acme/unnamed
""".strip().splitlines()
    if not line.startswith("#")
]

WORDS = """
claude gpt llama gemma qwen glm kimi grok gemini nemotron mistral devstral small large nano 3 3.5 4
70b 8b a3b v1 20250929 2025-01-01 0324 2507 instruct it thinking free turbo fast fp8 awq latest tee
128k preview exp beta o3 m2 minimax deepseek r1 v3 chat 001 us anthropic meta org nova lite pro
codex p5 vl no hf
"""
MADE_UP = st.lists(
    st.tuples(st.sampled_from(WORDS.split()), st.sampled_from("-----.:/_@")),
    min_size=1,
    max_size=6,
).map(lambda pairs: "".join(f"{word}{mark}" for word, mark in pairs).rstrip("-.:/_@"))


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(("provider", "text", "base", "variants", "editions"), CASES)
def test_an_id_says_a_base_and_what_is_beyond(
    provider: str, text: str, base: str, variants: str, editions: str
) -> None:
    """Well-known forms of providers mean the model that its author made."""
    found = read(text, provider)

    assert found.base == base
    assert (found.variants, found.editions) == (tuple(variants.split()), tuple(editions.split()))


@pytest.mark.parametrize("author", ["z-ai", "Z AI"])
def test_the_rows_word_counts_where_the_id_says_nobody(author: str) -> None:
    """An author that the row states stands before the provider, and behind what the id says."""
    assert read("智谱/chat", "acme", author).base == "z-ai/chat"
    assert read("gpt-4o", "acme", author).base == "openai/gpt-4o"
    assert read("org/chat", "acme", author).base == "org/chat"


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("o1", "o1-preview"),
        ("gpt-4o", "chatgpt-4o-latest"),
        ("gpt-4", "gpt-4-turbo"),
        ("grok-4-fast-reasoning", "grok-4-fast-non-reasoning"),
        ("deepseek-r1", "deepseek-r1-0528"),
        ("kimi-k2-0905", "kimi-k2"),
        ("qwen3-30b-a3b", "qwen3-30b-a3b-instruct-2507"),
        ("qwen3-next-80b-a3b-instruct", "qwen3-next-80b-a3b-thinking"),
        ("gemma-3-27b-pt", "gemma-3-27b-it"),
        ("meta-llama/Llama-3.1-405B", "meta-llama/Llama-3.1-405B-Instruct"),
        ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
        ("claude-sonnet-4", "claude-sonnet-4-5"),
        ("command-r-08-2024", "command-r-plus-08-2024"),
        ("whisper-large-v3", "whisper-large-v3-turbo"),
        ("amazon.titan-embed-text-v1", "amazon.titan-embed-text-v2:0"),
        ("mistral-small-2503", "mistral-small-2506"),
        ("somebody/tune-2024-08-06", "somebody/tune-2024-11-20"),
        ("somebody/tune-20240806", "somebody/tune-20241120"),
    ],
)
def test_neighbours_are_not_joined(one: str, other: str) -> None:
    """What resembles a model in its name is another model."""
    assert read(one, "acme").base != read(other, "acme").base


def same(one: Reading, other: Reading) -> bool:
    """Whether two readings mean the same model."""
    return (one.base, one.variants) == (other.base, other.variants)


@pytest.mark.finding("ME-M3")
@settings(max_examples=scaled(300, 20_000), deadline=None)
@given(MADE_UP | st.text(min_size=1, max_size=12), st.sampled_from(["acme", "openai", "bedrock"]))
def test_a_base_reads_as_itself(text: str, provider: str) -> None:
    """The id of a base means that base for every provider, whatever led to it."""
    found = read(text, provider)

    assert read(found.base, "bolt").model == found.base
    assert same(read(found.model, "bolt"), found)


@pytest.mark.finding("ME-M3")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case[1]))
def test_a_models_id_leads_to_itself(case: tuple[str, str, str, str, str]) -> None:
    """Reading the id of what was read changes nothing, for any provider."""
    found = read(case[1], case[0])

    for provider in ("acme", "databricks", "openai", ""):
        assert same(read(found.model, provider), found)


def test_how_it_was_read_is_told() -> None:
    """Each prefix, variant, edition and spelling has a sentence."""
    said = " / ".join(read("databricks-claude-3-5-haiku-20241022-thinking", "databricks").steps)

    assert "prefix 'databricks'" in said
    assert "variant 'thinking'" in said
    assert "edition '20241022'" in said
    assert "'claude-3-5-haiku' is spelled 'claude-3.5-haiku'" in said
    assert "made by 'anthropic'" in said
