"""Every family is known by its names, and every rule of spelling is needed by a case."""

import msgspec
import pytest

from modeldex.merge.identity import authors, families, read
from modeldex.merge.identity.families import FAMILIES, Family

# A family, how one of its models is written somewhere, and how its author spells it.
SPELLINGS = [
    tuple(map(str.strip, line.split("|")))
    for line in """
nemotron | nvidia-nemotron-mini-4b | nemotron-mini-4b
nemotron | nemotron-super-3-49b | nemotron-3-super-49b
nemotron | nemotron-3.5-lightning | nemotron-3.5-lightning-30b-a3b
nemotron | nemotron-120b-a12b | nemotron-3-super-120b-a12b
nemotron | nemotron-3-nano | nemotron-3-nano-30b-a3b
nemotron | nemotron-3-super | nemotron-3-super-120b-a12b
nemotron | nemotron-3-ultra | nemotron-3-ultra-550b-a55b
nemotron | nemotron-3-nano-omni | nemotron-3-nano-omni-30b-a3b-reasoning
nemotron | nemotron-nano-v2-12b-vl | nemotron-nano-12b-v2-vl
claude | claude-opus4 | claude-opus-4
claude | claude-4.0-sonnet | claude-sonnet-4
claude | claude-4.5-sonnet | claude-sonnet-4.5
claude | claude-4.0-preview | claude-4-preview
claude | claude-haiku-3.5 | claude-3.5-haiku
gpt | gpt4o | gpt-4o
gpt | gpt-35-turbo | gpt-3.5-turbo
gemini | gemini-3.0-flash-lite | gemini-3-flash-lite
gemini | gemini-3-pro | gemini-3-pro-preview
gemini | gemini-flash-1.5 | gemini-1.5-flash
gemma | gemma2-9b-it | gemma-2-9b-it
gemma | gemma-3-4b | gemma-3-4b-it
gemma | gemma-4-26b-it | gemma-4-26b-a4b-it
google/others | veo3 | veo-3
google/others | veo-3.0-fast-generate-001 | veo-3.0-fast
google/others | imagen-4-ultra | imagen-4.0-ultra
llama | meta-llama-3-8b-instruct | llama-3-8b-instruct
llama | llama3-8b-instruct | llama-3-8b-instruct
llama | llama-33-70b-instruct | llama-3.3-70b-instruct
llama | llama-4-scout | llama-4-scout-17b-16e-instruct
llama | llama-4-maverick | llama-4-maverick-17b-128e-instruct
llama | llama-3.3-70b | llama-3.3-70b-instruct
llama | llama-3.2-11b | llama-3.2-11b-vision-instruct
qwen | qwen-3-8b | qwen3-8b
qwen | qwen25-7b-instruct | qwen2.5-7b-instruct
qwen | qwen3-235b | qwen3-235b-a22b
qwen | qwen3-30b | qwen3-30b-a3b
qwen | qwen3-next-80b-thinking | qwen3-next-80b-a3b-thinking
qwen | qwen3-coder | qwen3-coder-480b-a35b-instruct
qwen | qwen3-vl-8b | qwen3-vl-8b-instruct
qwen | qwen3.5-397b | qwen3.5-397b-a17b
qwen | qwen3.5-122b | qwen3.5-122b-a10b
qwen | qwen3.6-35b | qwen3.6-35b-a3b
qwen | qwen3-4b-2507 | qwen3-4b-instruct-2507
qwen | qwen3-4b-thinking | qwen3-4b-thinking-2507
qwen/others | qwen-qwq-32b | qwq-32b
deepseek | r1-0528 | deepseek-r1-0528
deepseek | deepseek-chat-v3.1 | deepseek-v3.1
deepseek | deepseek-r1-671b | deepseek-r1
kimi | k2-0905 | kimi-k2-0905
kimi | kimi-k2-instruct-0905 | kimi-k2-0905
kimi | kimi-k2-0905-preview | kimi-k2-0905
kimi | kimi-k2.7 | kimi-k2.7-code
kimi | kimi-k2-1t-a32b | kimi-k2
minimax | minimax-m21 | minimax-m2.1
minimax | minimaxm2 | minimax-m2
minimax | minimax-text-01 | minimax-01
minimax | minimax-m2-230b-a10b | minimax-m2
glm | glm4v | glm-4v
glm | glm-45-air | glm-4.5-air
grok | grok3 | grok-3
mistral | labs-ministral-8b-2410 | ministral-8b-2410
mistral | mistral-nemo-12b-instruct-2407 | mistral-nemo
mistral | mistral-large2-x | mistral-large-2-x
mistral | mistral-small-31-x | mistral-small-3.1-x
mistral | open-mixtral-8x7b-x | mixtral-8x7b-x
mistral | mixtral-8x22b | mixtral-8x22b-instruct
mistral | voxtral-mini-3b-2507 | voxtral-mini-2507
mistral | pixtral-12b | pixtral-12b-2409
mistral | mistral-small-3.1-24b-instruct-2503 | mistral-small-2503
mistral | magistral-small-24b-2506 | magistral-small-2506
mistral | devstral-2-123b | devstral-2512
mistral | devstral-small-2-24b | devstral-small-2512
mistral | devstral-medium-2 | devstral-2512
mistral | ministral-3-8b-reasoning-2512 | ministral-8b-reasoning-2512
mistral | ministral-8b-instruct | ministral-8b-2512
mistral | mistral-small-3 | mistral-small-2501
mistral | mistral-small-3.1 | mistral-small-2503
mistral | mistral-small-3.2 | mistral-small-2506
mistral | mistral-small-4 | mistral-small-2603
mistral | mistral-medium-3 | mistral-medium-2505
mistral | mistral-medium-3.1 | mistral-medium-2508
mistral | mistral-medium-3.5-128b | mistral-medium-3.5
mistral | mistral-large-2 | mistral-large-2407
mistral | mistral-large-3 | mistral-large-2512
mistral | pixtral-large-instruct-2411 | pixtral-large-2411
mistral | mixtral-8x7b-instruct-v0.1 | mixtral-8x7b-instruct
mistral | codestral-22b-v0.1 | codestral-2405
command | c4ai-command-r-plus | command-r-plus
command | command-r+ | command-r-plus
command | command-a | command-a-03-2025
command | command-r7b | command-r7b-12-2024
cohere/others | embed-v-4.0 | embed-v4.0
cohere/others | north-mini-code | north-mini-code-1.0
phi | phi4 | phi-4
phi | phi-4-mini | phi-4-mini-instruct
ernie | ernie-4.5-21b-pt | ernie-4.5-21b
seed | doubao-seed-1.6 | seed-1.6
granite | granite-4-h-small | granite-4.0-h-small
granite | granite-3.3-8b-instruct | granite-3.3-8b
jamba | ai21-jamba-mini-1.7 | jamba-mini-1.7
jamba | jamba-1.5-large | jamba-large-1.5
solar | solar-pro2 | solar-pro-2
flux | flux.1-dev | flux-1-dev
any | qwen2p5-7b_instruct | qwen2.5-7b-instruct
any | claude-3-5-haiku | claude-3.5-haiku
""".strip().splitlines()
]
# A family and how a name of each begins.
BEGINNINGS = dict(
    line.split(": ")
    for line in """
nvidia/nemotron: llama-3.1-nemotron-70b
deepseek/distill: deepseek-r1-distill-qwen-7b
anthropic/claude: claude-2
openai/gpt-oss: gpt-oss-20b
openai/gpt: o3
openai/others: whisper-1
google/gemini: gemini-2.5-pro
google/gemma: gemma-7b
google/others: lyria-2
meta-llama/llama: llama-2-7b
meta-llama/others: llama-guard-3-8b
qwen/qwen: qwen3-8b
qwen/others: qvq-72b
deepseek/deepseek: deepseek-chat
moonshotai/kimi: kimi-k2
moonshotai/moonshot: moonshot-v1-8k
minimax/minimax: minimax-m2
minimax/others: abab6
z-ai/glm: glm-4.5
z-ai/others: cogview-4
x-ai/grok: grok-4
mistralai/mistral: magistral-small
amazon/nova: nova-lite
amazon/titan: titan-text
cohere/command: command-r
cohere/others: rerank-v3
nousresearch/hermes: hermes-3
microsoft/phi: phi-4
perplexity/sonar: sonar-pro
xiaomi/mimo: mimo-7b
stepfun/step: step-3
tencent/hunyuan: hunyuan-a13b
baidu/ernie: ernie-4.5
bytedance/seed: seed-oss-36b
ibm/granite: granite-3.3-8b
ai21/jamba: jamba-mini
writer/palmyra: palmyra-x5
upstage/solar: solar-mini
black-forest-labs/flux: flux-1-dev
stability/stable: sdxl
01-ai/yi: yi-34b
liquid/lfm: lfm-7b
arcee-ai/trinity: trinity-mini
inclusionai/ling: ring-1t
meituan/longcat: longcat-flash
kwaipilot/kat: kat-dev
inception/mercury: mercury
allenai/olmo: olmo-2
rekaai/reka: reka-flash
poolside/laguna: laguna-m
thinkingmachines/inkling: inkling
deepcogito/cogito: cogito-v2
baai/bge: bge-m3
voyageai/voyage: voyage-3
databricks/dbrx: dbrx-instruct
swiss-ai/apertus: apertus-8b
""".strip().splitlines()
)
RULES = [(one, place) for one in FAMILIES for place in range(len(one.spellings))]


def called(one: Family) -> str:
    """Return what a family goes by in the tables here."""
    return f"{one.author}/{one.name}"


def cases(one: Family) -> list[tuple[str, str]]:
    """Return what is written of a family's models, and the right spelling."""
    return [(raw, right) for name, raw, right in SPELLINGS if name in {called(one), one.name}]


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(("name", "raw", "right"), SPELLINGS)
def test_a_name_is_spelled_as_its_author_does(name: str, raw: str, right: str) -> None:
    """Each spelling that is met somewhere becomes the author's, and that one stays."""
    named = (one for one in FAMILIES if name in {called(one), one.name})
    family = families.of(raw) if name == "any" else next(named)

    assert family is not None
    assert families.spelled(raw, family) == right
    assert families.spelled(right, family) == right


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize(
    ("family", "place"), RULES, ids=[f"{called(one)} {place}" for one, place in RULES]
)
def test_every_rule_of_spelling_is_needed(family: Family, place: int) -> None:
    """Without it, a case of the table is spelled wrong."""
    others = (*family.spellings[:place], *family.spellings[place + 1 :])
    without = msgspec.structs.replace(family, spellings=others)

    assert any(families.spelled(raw, without) != right for raw, right in cases(family))


@pytest.mark.finding("ME-L6")
def test_every_family_is_known_by_how_a_name_begins() -> None:
    """Each is found by a name of its own, before any other that it fits, too."""
    found = {name: families.of(name) for name in BEGINNINGS.values()}

    assert {name: one and called(one) for name, one in found.items()} == {
        name: family for family, name in BEGINNINGS.items()
    }
    assert BEGINNINGS.keys() == {called(one) for one in FAMILIES}


@pytest.mark.finding("ME-L6")
@pytest.mark.parametrize("author", authors._SAME)
def test_every_name_of_an_author_is_read_as_the_author(author: str) -> None:
    """Whichever of them stands before a model; one that is a host's as well says nobody."""
    names = [name for name in authors._SAME[author] if name not in authors.HOSTS]
    found = {name: read(f"{name}/something", "acme").base for name in names}

    assert found == dict.fromkeys(names, f"{author}/something")
