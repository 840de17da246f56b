"""A usage object as disjoint quantities: each token counted once, under its own meter."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

import msgspec

from modeldex.domain.rate import Meter
from modeldex.errors import QuestionError
from modeldex.pricing import shapes
from modeldex.pricing.fields import Fields
from modeldex.pricing.meters import INPUTS, OUTPUTS
from modeldex.pricing.shapes import Counted, Counts

_METERS = frozenset(meter.value for meter in Meter)
_GOOGLE = {"promptTokenCount", "candidatesTokenCount", "totalTokenCount", "responseTokenCount"}
_GOOGLE |= {"prompt_token_count", "candidates_token_count", "total_token_count"}
_GOOGLE |= {"response_token_count", "thoughtsTokenCount", "thoughts_token_count"}
_OF_ANTHROPIC = {
    "cache_creation_input_tokens", "cache_read_input_tokens", "cache_creation",
    "server_tool_use", "inference_geo", "speed",
}  # fmt: skip
_OF_RESPONSES = {
    "input_tokens_details", "input_token_details", "output_token_details", "total_tokens",
}  # fmt: skip
_WRAPPERS = ("usage", "usageMetadata", "usage_metadata")
_MOST_NAMED = 10


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one request used.

    Attributes:
        parts: quantities by meter; no unit is counted under two.
        input_tokens, output_tokens: all of them, which decides the tiers.
        service_tier, region: where the usage object itself states it.
        shape: which kind of object was read.
        notes: what was taken for granted in reading it.
    """

    parts: dict[Meter, Fraction]
    input_tokens: int
    output_tokens: int
    shape: str
    service_tier: str | None = None
    region: str | None = None
    notes: tuple[str, ...] = ()


def read(raw: object) -> Usage:
    """Return a usage object of OpenAI, Anthropic or Google, or plain meters, as quantities.

    A whole response is taken for its usage. docs/cost.md shows each shape.

    Raises:
        QuestionError: it has no known shape, contradicts itself, or counts what nobody knows.
    """
    if not isinstance(raw, Mapping):
        raise QuestionError("usage", "usage must be an object of counts.")
    inner = next((raw[one] for one in _WRAPPERS if isinstance(raw.get(one), Mapping)), None)
    found = Fields(raw if inner is None else inner)
    counted = _reader(found)(found)
    unread = [*found.unread()]
    if unread:
        named = ", ".join(unread[:_MOST_NAMED])
        raise QuestionError(unread[0], f"It is not known what these count: {named}.")
    usage = split(counted)
    said = raw.get("service_tier") if inner is not None else None
    if isinstance(said, str) and usage.service_tier is None:
        return msgspec.structs.replace(usage, service_tier=shapes.tier(said))
    return usage


def _reader(found: Fields) -> Callable[[Fields], Counted]:
    """Return what reads an object of these keys."""
    keys = set(found.values)
    if keys and keys <= _METERS:
        return shapes.plain
    if keys & _GOOGLE:
        return shapes.google
    if keys & {"prompt_tokens", "completion_tokens"}:
        return shapes.chat
    if keys & {"input_tokens", "output_tokens"}:
        return _of_tokens(keys)
    if "seconds" in keys:
        return shapes.duration
    named = ", ".join(f"{one!s:.40}" for one in sorted(map(str, keys))[:_MOST_NAMED]) or "none"
    raise QuestionError(
        "usage",
        "usage has no known shape. Give an OpenAI, Anthropic or Google usage object, or meters "
        f"such as input and output. Its keys are: {named}.",
    )


def _of_tokens(keys: set[str]) -> Callable[[Fields], Counted]:
    """Return the reader of ``input_tokens``: does it include what is cached, or not?"""
    theirs, others = keys & _OF_ANTHROPIC, keys & _OF_RESPONSES
    if theirs and others:
        raise QuestionError(
            "usage",
            f"usage has keys of Anthropic ({', '.join(sorted(theirs))}) and of OpenAI "
            f"({', '.join(sorted(others))}), whose input_tokens mean different things.",
        )
    return shapes.anthropic if theirs else shapes.responses


def split(counted: Counted) -> Usage:
    """Return counts, whose wholes include their parts, as disjoint quantities.

    A whole that is not stated is the sum of its parts.

    Raises:
        QuestionError: parts are more than their whole.
    """
    counts = counted.counts
    parts = {meter: count for meter, count in counts.items() if count}
    cached = {
        Meter.INPUT_AUDIO: [Meter.CACHE_READ_AUDIO], Meter.INPUT_IMAGE: [Meter.CACHE_READ_IMAGE],
        Meter.CACHE_READ: [Meter.CACHE_READ_AUDIO, Meter.CACHE_READ_IMAGE],
    }  # fmt: skip
    for whole, inner in cached.items():
        parts[whole] = _rest(counts, parts, whole, inner)
    for whole, group in ((Meter.INPUT, INPUTS), (Meter.OUTPUT, OUTPUTS)):
        parts[whole] = _rest(counts, parts, whole, [one for one in group if one is not whole])
    return Usage(
        parts={meter: count for meter, count in parts.items() if count},
        input_tokens=int(sum(parts.get(one, 0) for one in INPUTS)),
        output_tokens=int(sum(parts.get(one, 0) for one in OUTPUTS)),
        shape=counted.shape,
        service_tier=counted.service_tier,
        region=counted.region,
        notes=counted.notes,
    )


def _rest(counts: Counts, parts: Counts, whole: Meter, inner: Iterable[Meter]) -> Fraction:
    """Return what of a whole is in none of its parts."""
    taken = {one: parts[one] for one in inner if parts.get(one)}
    used = sum(taken.values(), Fraction(0))
    if whole not in counts:
        return Fraction(0)
    if used > counts[whole]:
        named = ", ".join(f"{one.value} {count}" for one, count in taken.items())
        raise QuestionError(
            "usage",
            f"usage contradicts itself: {named} are part of {whole.value}, which is only "
            f"{counts[whole]}.",
        )
    return counts[whole] - used
