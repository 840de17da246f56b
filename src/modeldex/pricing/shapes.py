"""The usage objects that providers answer with, each read into the same counts.

In the counts, a whole includes its parts: input includes what is cached, output what is reasoned.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec

from modeldex.domain.rate import Meter
from modeldex.errors import QuestionError
from modeldex.pricing.fields import Fields, amount, whole
from modeldex.pricing.meters import DURATIONS

Counts = dict[Meter, Fraction]
_METERS = {meter.value: meter for meter in Meter}
_STANDARD = {"standard", "default", "auto", "on_demand", "global", "not_available"}
# Told beside the tokens; nothing of it is billed by what it counts.
_BESIDE = (
    "cost", "cost_details", "cost_in_usd_ticks", "is_byok", "queue_time", "prompt_time",
    "completion_time", "total_time", "search_context_size", "type",
)  # fmt: skip


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What a usage object counts.

    Attributes:
        shape: which kind of object it was.
        notes: what was taken for granted in reading it.
    """

    shape: str
    counts: Counts
    service_tier: str | None = None
    region: str | None = None
    notes: tuple[str, ...] = ()


def plain(found: Fields) -> Counted:
    """Read meters by our own names: ``{"input": 1000, "cache_read": 200}``."""
    counts: Counts = {}
    for name in found.values:
        meter, value = _METERS[name], found.get(name)
        if value is not None:
            exact = amount if meter in DURATIONS else whole
            counts[meter] = Fraction(exact(value, found.at(name)))
    return Counted(shape="meters", counts=counts)


def chat(found: Fields) -> Counted:
    """Read OpenAI's chat completions, and what OpenRouter, DeepSeek, xAI … add to them."""
    details = found.table("prompt_tokens_details")
    answer = found.table("completion_tokens_details")
    prompt, completion = found.count("prompt_tokens") or 0, found.count("completion_tokens") or 0
    hit, miss = found.count("prompt_cache_hit_tokens"), found.count("prompt_cache_miss_tokens")
    if hit is not None and miss is not None and hit + miss != prompt:
        raise _contradiction(found, "prompt_tokens", prompt, hit + miss, "its hits and misses")
    outside = found.count("reasoning_tokens")  # Perplexity counts these beside the completion
    cited = found.count("citation_tokens") or 0
    counts, notes = _input(details, prompt, hit)
    counts |= _output(answer, completion)
    beside = _beside(found, counts, prompt + completion)
    counts[Meter.REASONING] = counts.get(Meter.REASONING, Fraction(0)) + (outside or 0)
    counts[Meter.CITATION] = Fraction(cited)
    counts[Meter.OUTPUT] += beside + (outside or 0) + cited
    tools = found.table("server_tool_use")
    searches = (found.count("num_search_queries") or 0) + (tools.count("web_search_requests") or 0)
    counts[Meter.WEB_SEARCH] = Fraction(searches)
    found.ignore(*_BESIDE)
    return Counted(shape="openai.chat", counts=counts, notes=notes,
                   service_tier=tier(found.text("service_tier")))  # fmt: skip


def _beside(found: Fields, counts: Counts, said: int) -> Fraction:
    """Return how many reasoning tokens stand beside the completion, as the total tells."""
    total, reasoning = found.count("total_tokens"), counts.get(Meter.REASONING, Fraction(0))
    if total is None or total == said:
        return Fraction(0)
    if reasoning and total == said + reasoning:
        return reasoning
    raise _contradiction(found, "total_tokens", total, said, "prompt and completion")


def responses(found: Fields) -> Counted:
    """Read OpenAI's Responses, and the tokens of its images, realtime and transcriptions."""
    details = found.table("input_tokens_details", "input_token_details")
    answer = found.table("output_tokens_details", "output_token_details")
    given, made = found.count("input_tokens") or 0, found.count("output_tokens") or 0
    total = found.count("total_tokens")
    if total is not None and total != given + made:
        raise _contradiction(found, "total_tokens", total, given + made, "input and output")
    counts, notes = _input(details, given, None)
    found.ignore(*_BESIDE)
    return Counted(shape="openai.responses", counts=counts | _output(answer, made), notes=notes,
                   service_tier=tier(found.text("service_tier")))  # fmt: skip


def duration(found: Fields) -> Counted:
    """Read the length of an audio that was heard: ``{"type": "duration", "seconds": 12}``."""
    found.ignore("type")
    seconds = amount(found.get("seconds"), found.at("seconds"))
    return Counted(shape="openai.duration", counts={Meter.INPUT_SECOND: seconds})


def _input(details: Fields, prompt: int, hit: int | None) -> tuple[Counts, tuple[str, ...]]:
    cached = details.count("cached_tokens")
    if hit is not None and cached is not None and hit != cached:
        raise _contradiction(details, "cached_tokens", cached, hit, "the hits of the cache")
    split = details.table("cached_tokens_details")
    counts = {
        Meter.INPUT: prompt,
        Meter.CACHE_READ: hit if cached is None else cached,
        Meter.CACHE_WRITE: details.count("cache_write_tokens", "cache_creation_tokens"),
        Meter.INPUT_AUDIO: details.count("audio_tokens"),
        Meter.INPUT_IMAGE: details.count("image_tokens"),
        Meter.INPUT_VIDEO: details.count("video_tokens"),
        Meter.CACHE_READ_AUDIO: split.count("audio_tokens"),
        Meter.CACHE_READ_IMAGE: split.count("image_tokens"),
    }
    for one in (details, split):
        one.ignore("text_tokens", "file_tokens")
    others = any(counts[one] for one in (Meter.INPUT_AUDIO, Meter.INPUT_IMAGE))
    unsplit = bool(counts[Meter.CACHE_READ]) and others and not split.values
    note = f"{details.at('cached_tokens')} does not say of what; taken for text."
    return _stated(counts), (note,) if unsplit else ()


def _output(details: Fields, completion: int) -> Counts:
    details.ignore("text_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")
    return _stated({
        Meter.OUTPUT: completion,
        Meter.REASONING: details.count("reasoning_tokens"),
        Meter.OUTPUT_AUDIO: details.count("audio_tokens"),
        Meter.OUTPUT_IMAGE: details.count("image_tokens"),
        Meter.OUTPUT_VIDEO: details.count("video_tokens"),
    })  # fmt: skip


def anthropic(found: Fields) -> Counted:
    """Read Anthropic's messages, whose input tokens leave out what is read or written."""
    lives = found.table("cache_creation")
    short, long = (
        lives.count("ephemeral_5m_input_tokens"),
        lives.count("ephemeral_1h_input_tokens"),
    )
    written, read = (
        found.count("cache_creation_input_tokens"),
        found.count("cache_read_input_tokens"),
    )
    notes: tuple[str, ...] = ()
    if short is None and long is None:
        short = written
        if written:
            where = found.at("cache_creation_input_tokens")
            notes = (f"{where} does not say for how long; taken for 5 minutes.",)
    elif written is not None and written != (short or 0) + (long or 0):
        parts = (short or 0) + (long or 0)
        raise _contradiction(found, "cache_creation_input_tokens", written, parts, "its parts")
    given = sum(one or 0 for one in (found.count("input_tokens"), short, long, read))
    tools = found.table("server_tool_use")
    tools.ignore("web_fetch_requests")  # costs nothing but its tokens
    counts = _stated({
        Meter.INPUT: given, Meter.CACHE_READ: read, Meter.CACHE_WRITE: short,
        Meter.CACHE_WRITE_1H: long, Meter.OUTPUT: found.count("output_tokens") or 0,
        Meter.WEB_SEARCH: tools.count("web_search_requests"),
        Meter.TOOL_CALL: tools.count("code_execution_requests"),
    })  # fmt: skip
    found.ignore("iterations", "output_tokens_details", *_BESIDE)
    fast = "fast" if found.text("speed") == "fast" else None
    return Counted(shape="anthropic", counts=counts, notes=notes,
                   service_tier=tier(found.text("service_tier")) or fast,
                   region=tier(found.text("inference_geo")))  # fmt: skip


def google(found: Fields) -> Counted:
    """Read Gemini's ``usageMetadata``; thoughts and tool results stand beside the rest."""
    prompt = _google(found, "promptTokenCount") or 0
    tools = _google(found, "toolUsePromptTokenCount") or 0
    answer = _google(found, "candidatesTokenCount", "responseTokenCount") or 0
    thoughts = _google(found, "thoughtsTokenCount") or 0
    total, said = _google(found, "totalTokenCount"), prompt + tools + answer + thoughts
    if total is not None and total != said:
        raise _contradiction(found, "totalTokenCount", total, said, "its parts")
    heard = _modalities(found, "promptTokensDetails") | {}
    for name, count in _modalities(found, "toolUsePromptTokensDetails").items():
        heard[name] = heard.get(name, 0) + count
    cached = _modalities(found, "cacheTokensDetails")
    spoken = _modalities(found, "candidatesTokensDetails", "responseTokensDetails")
    counts = _stated({
        Meter.INPUT: prompt + tools, Meter.OUTPUT: answer + thoughts, Meter.REASONING: thoughts,
        Meter.CACHE_READ: _google(found, "cachedContentTokenCount"),
        Meter.CACHE_READ_AUDIO: cached.get("AUDIO"), Meter.CACHE_READ_IMAGE: cached.get("IMAGE"),
        Meter.INPUT_AUDIO: heard.get("AUDIO"), Meter.INPUT_IMAGE: heard.get("IMAGE"),
        Meter.INPUT_VIDEO: heard.get("VIDEO"), Meter.OUTPUT_AUDIO: spoken.get("AUDIO"),
        Meter.OUTPUT_IMAGE: spoken.get("IMAGE"), Meter.OUTPUT_VIDEO: spoken.get("VIDEO"),
    })  # fmt: skip
    return Counted(shape="google", counts=counts,
                   service_tier=tier(found.text("trafficType", "traffic_type")))  # fmt: skip


def _google(found: Fields, *names: str) -> int | None:
    return found.count(*(spelled for name in names for spelled in (name, _snake(name))))


def _modalities(found: Fields, *names: str) -> dict[str, int]:
    keys = [spelled for name in names for spelled in (name, _snake(name))]
    entries, where = found.get(*keys) or [], found.at(names[0])
    if not isinstance(entries, list | tuple):
        raise QuestionError(where, f"{where} must be a list.")
    counts: dict[str, int] = {}
    for one in entries:
        if not isinstance(one, Mapping):
            raise QuestionError(where, f"{where} must be a list of objects.")
        entry = Fields(one, where)
        name = str(entry.get("modality")).rpartition(".")[2].upper()
        counts[name] = counts.get(name, 0) + (_google(entry, "tokenCount") or 0)
    return counts


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def tier(word: str | None) -> str | None:
    """Return a service tier as rates name it, ``None`` for the standard one."""
    found = (word or "").lower()
    return None if not found or found in _STANDARD else found.removesuffix("es")


def _stated(counts: Mapping[Meter, int | None]) -> Counts:
    return {meter: Fraction(count) for meter, count in counts.items() if count is not None}


def _contradiction(found: Fields, key: str, one: Any, other: Any, what: str) -> QuestionError:
    where = found.at(key)
    return QuestionError(where, f"{where} is {one}, but {what} make {other}.")
