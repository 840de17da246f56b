"""Families of models: who makes each, and what its names say.

A family is known by how a name begins. Nothing here is about a provider: rules of the field, so
that a provider nobody has seen is read like any other.
"""

import re
from collections.abc import Sequence

import msgspec

from modeldex.merge.identity import spellings as sp

_POINT = re.compile(r"(?<=\d)p(?=\d)")
_VERSION = re.compile(r"(?<![\d.])(\d)-(\d{1,2})(?=-|$)")
_ROUNDS = 4  # one spelling may make room for another; no table needs more than two
_EFFORT = "thinking no-thinking reasoning high low medium minimal xhigh"
_SPEED = "fast lightning turbo"
_MONTH_DAY = r"(?:0\d|1[0-2])-?[0-3]\d"


class Family(msgspec.Struct, frozen=True):
    """Models of one author whose names begin alike.

    Attributes:
        author: slug of who makes them.
        name: what the family goes by in rules.
        begins: how their names begin.
        spellings: what is written otherwise elsewhere, and the author's spelling of it.
        modes: endings that are ways to call the same model here, and parts of names elsewhere.
        editions: parts of a name, each as group 1, that say which edition of one model it is.
        chat: names without a word that short ones mean: that of what follows instructions.
    """

    author: str
    name: str
    begins: re.Pattern[str]
    spellings: tuple[tuple[re.Pattern[str], str], ...]
    modes: frozenset[str]
    editions: tuple[re.Pattern[str], ...]
    chat: tuple[re.Pattern[str], str] | None


def _family(
    name: str,
    begins: str,
    *,
    spellings: sp.Spellings = (),
    modes: str = "",
    editions: Sequence[str] = (),
    chat: tuple[str, str] | None = None,
) -> Family:
    author, _, short = name.partition("/")
    return Family(
        author=author,
        name=short,
        begins=re.compile(begins),
        spellings=tuple((re.compile(before), after) for before, after in spellings),
        modes=frozenset(modes.split()),
        editions=tuple(map(re.compile, editions)),
        chat=None if chat is None else (re.compile(chat[0]), chat[1]),
    )


# The first that fits counts.
FAMILIES = (
    _family("nvidia/nemotron", r"(nvidia-)?(llama-[\d._-]+-)?nemotron", spellings=sp.NEMOTRON,
            editions=[r"^llama-.*\d+b-(v1)$", r"-(hf)$"]),
    _family("deepseek/distill", r"deepseek-r1-(\d{4}-)?(distill|qwen)"),
    _family("anthropic/claude", r"claude-", spellings=sp.CLAUDE, modes=f"{_EFFORT} fast max",
            editions=[r"^claude-(?!v|instant).*-(v\d)$"]),
    _family("openai/gpt-oss", r"gpt-oss", modes=f"{_EFFORT} {_SPEED}", editions=[r"b-(\d{1,2})$"]),
    _family("openai/gpt", r"(gpt-?\d|o[134](-|$))", spellings=sp.GPT, modes=f"{_EFFORT} fast",
            editions=[rf"^gpt-(?:3\.5-turbo|4)(?:-16k|-32k|-instruct)?-({_MONTH_DAY})$"]),
    _family("openai/others", r"(chatgpt|gpt-|codex-|whisper-|dall-e|sora-|text-embedding-(3|ada)"
            r"|tts-1|omni-moderation|computer-use-preview|babbage-|davinci-)"),
    _family("google/gemini", r"gemini-", spellings=sp.GEMINI, modes=_EFFORT,
            editions=[r"^gemini-\d(?:[.-]\d)?-(?:pro|flash)(?:-lite|-8b)?-(00\d)$",
                      rf"-preview-({_MONTH_DAY}|\d\d-20\d\d)$", r"-exp-(\d\d-?\d\d)$"]),
    _family("google/gemma", r"gemma-?\d", spellings=sp.GEMMA, modes=f"{_SPEED} thinking",
            chat=(r"^gemma-\d[\dn.]*-e?\d+b(-a\d+b)?$", "-it")),
    _family("google/others", r"(imagen-\d|veo-?\d|lyria-|chirp-|text-embedding-00|learnlm"
            r"|medgemma|paligemma|shieldgemma|codegemma|recurrentgemma)",
            spellings=sp.GOOGLE_MEDIA),
    _family("meta-llama/llama", r"(meta-)?llama-?v?\d", spellings=sp.LLAMA,
            modes=f"{_SPEED} basic",
            editions=[r"-(hf|versatile|instant)$", r"-instruct-(\d{1,2})$"],
            chat=(r"^llama-3(\.\d)?-\d+b$", "-instruct")),
    _family("meta-llama/others", r"((meta-)?llama-(prompt-)?guard|codellama|muse-)"),
    _family("qwen/qwen", r"qwen-?\d", spellings=sp.QWEN,
            modes=f"{_SPEED} thinking no-thinking",
            editions=[rf"-(?:plus|max|flash|turbo)-({_MONTH_DAY})$"],
            chat=(r"^qwen2(\.5)?(-coder|-vl)?-[\d.]+b$", "-instruct")),
    _family("qwen/others", r"(qwen-|qwq-|qvq-|wan-?v?\d|qwenlong|tongyi-)",
            spellings=((r"^qwen-(?=q[wv]q)", ""),)),
    _family("deepseek/deepseek", r"deepseek-?(v|chat|reasoner|r\d|coder|ocr|math|prover|\d)",
            spellings=sp.DEEPSEEK, modes=f"{_SPEED} thinking no-thinking"),
    _family("moonshotai/kimi", r"kimi-", spellings=sp.KIMI, modes=_SPEED,
            editions=[r"^kimi-k2(?:-instruct)?-(0711)(?:-preview)?$"]),
    _family("moonshotai/moonshot", r"moonshot-v1"),
    _family("minimax/minimax", r"minimax-?(m?\d|text|vl)", spellings=sp.MINIMAX,
            modes="fast lightning"),
    _family("minimax/others", r"(hailuo|abab)"),
    _family("z-ai/glm", r"glm-?\d", spellings=sp.GLM, modes="thinking fast lightning"),
    _family("z-ai/others", r"(glm-|chatglm|cogview|cogvideo|codegeex|autoglm)"),
    _family("x-ai/grok", r"grok-", spellings=sp.GROK,
            editions=[r"-(beta)(?=-|$)", rf"-({_MONTH_DAY})(?=-|$)"]),
    _family("mistralai/mistral", r"(open-|labs-)?(mistral|ministral|magistral|devstral|codestral"
            r"|pixtral|voxtral|mixtral|mathstral|leanstral)(-|$)", spellings=sp.MISTRAL),
    _family("amazon/nova", r"nova-(\d-)?(lite|micro|pro|premier|sonic|canvas|reel|act)",
            editions=[r"-(v1)$"]),
    _family("amazon/titan", r"titan-"),
    _family("cohere/command", r"(c4ai-)?command-", spellings=sp.COMMAND),
    _family("cohere/others", r"(c4ai-aya|aya-|north-mini|rerank-|embed-(v-?\d|english|multi))",
            spellings=sp.COHERE),
    _family("nousresearch/hermes", r"hermes-\d", modes="thinking"),
    _family("microsoft/phi", r"(phi-?\d|wizardlm|mai-(ds|code|voice|image|transcribe))",
            spellings=sp.PHI),
    _family("perplexity/sonar", r"(sonar|r1-1776)"),
    _family("xiaomi/mimo", r"mimo-"),
    _family("stepfun/step", r"(step-?\d|stepaudio)"),
    _family("tencent/hunyuan", r"(hunyuan|hy3|hy-)"),
    _family("baidu/ernie", r"ernie-", spellings=((r"-(?:pt|paddle)$", ""),)),
    _family("bytedance/seed", r"((doubao-|dola-)?seed-\d|seed-oss|seedance|seedream|seededit"
            r"|doubao|ui-tars)", spellings=sp.SEED),
    _family("ibm/granite", r"granite-", spellings=sp.GRANITE),
    _family("ai21/jamba", r"(ai21-)?jamba", spellings=sp.JAMBA),
    _family("writer/palmyra", r"palmyra-"),
    _family("upstage/solar", r"solar-", spellings=((r"^solar-pro-?(\d)", r"solar-pro-\1"),)),
    _family("black-forest-labs/flux", r"flux[-.]?\d",
            spellings=((r"^flux[-.]?(\d)", r"flux-\1"),)),
    _family("stability/stable", r"(stable-(diffusion|image)|sdxl|sd3)"),
    _family("01-ai/yi", r"yi-(\d|large|lightning|vision|medium|spark)"),
    _family("liquid/lfm", r"lfm-?\d"),
    _family("arcee-ai/trinity", r"(trinity-|virtuoso-|maestro-reasoning|afm-)"),
    _family("inclusionai/ling", r"(ling|ring)-(\d|flash|mini|1t)"),
    _family("meituan/longcat", r"longcat-"),
    _family("kwaipilot/kat", r"kat-(coder|dev)"),
    _family("inception/mercury", r"mercury(-|$)"),
    _family("allenai/olmo", r"(olmo|molmo|tulu)-?\d"),
    _family("rekaai/reka", r"reka-"),
    _family("poolside/laguna", r"laguna-"),
    _family("thinkingmachines/inkling", r"inkling(-|$)"),
    _family("deepcogito/cogito", r"cogito-"),
    _family("baai/bge", r"bge-"),
    _family("voyageai/voyage", r"voyage-"),
    _family("databricks/dbrx", r"dbrx"),
    _family("swiss-ai/apertus", r"apertus-"),
)  # fmt: skip


def of(name: str) -> Family | None:
    """Return the family that a name, in lower case, belongs to by how it begins."""
    return next((one for one in FAMILIES if one.begins.match(name)), None)


def spelled(name: str, family: Family) -> str:
    """Return a name as its author spells it: ``qwen-3-6-plus -> qwen3.6-plus``.

    Doing it twice changes nothing.
    """
    name = _POINT.sub(".", name.replace("_", "-").replace(" ", "-"))
    for _ in range(_ROUNDS):
        name, before = _once(name, family), name
        if name == before:
            break
    return name


def _once(name: str, family: Family) -> str:
    name = _VERSION.sub(r"\1.\2", name)
    for pattern, after in family.spellings:
        name = pattern.sub(after, name)
    return name
