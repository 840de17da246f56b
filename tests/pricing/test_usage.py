"""Usage objects: what each key counts, and what is refused with the key's name."""

from decimal import Decimal
from typing import Any

import pytest

from modeldex.domain.rate import Meter
from modeldex.errors import QuestionError
from modeldex.pricing import usage

REFUSED: list[tuple[object, str, str]] = [
    (None, "usage", "object"),
    ([1], "usage", "object"),
    ({}, "usage", "Its keys are: none"),
    ({"tokens": 5}, "usage", "Its keys are: tokens"),
    ({"input": -1}, "usage.input", "negative"),
    ({"input": 1.0}, "usage.input", "binary float"),
    ({"input": Decimal("1.0")}, "usage.input", "whole number"),
    ({"input": "5"}, "usage.input", "whole number"),
    ({"input": True}, "usage.input", "whole number"),
    ({"input": 10**15}, "usage.input", "too large"),
    ({"second": 0.5}, "usage.second", "binary float"),
    ({"second": "1e9999"}, "usage.second", "not a number"),
    ({"second": "-1"}, "usage.second", "negative"),
    ({"input": 5, "cache_read": 6}, "usage", "cache_read 6 are part of input, which is only 5"),
    ({"output": 5, "reasoning": 6}, "usage", "reasoning 6 are part of output"),
    ({"input": 9, "cache_read": 1, "cache_read_audio": 2}, "usage", "part of cache_read"),
    ({"input": 9, "input_audio": 1, "cache_read_audio": 2}, "usage", "part of input_audio"),
    ({"prompt_tokens": -5}, "usage.prompt_tokens", "negative"),
    ({"prompt_tokens": 5, "novel_tokens": 3}, "usage.novel_tokens", "usage.novel_tokens"),
    (
        {"prompt_tokens": 5, "prompt_tokens_details": {"smell_tokens": 3}},
        "usage.prompt_tokens_details.smell_tokens",
        "not known what",
    ),
    ({"prompt_tokens": 5, "prompt_tokens_details": 3}, "usage.prompt_tokens_details", "object"),
    (
        {"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 6}},
        "usage",
        "cache_read 6 are part of input, which is only 5",
    ),
    (
        {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 11},
        "usage.total_tokens",
        "usage.total_tokens is 11, but prompt and completion make 10",
    ),
    (
        {"prompt_tokens": 5, "prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 1},
        "usage.prompt_tokens",
        "hits and misses make 6",
    ),
    (
        {"input_tokens": 5, "output_tokens": 1, "total_tokens": 7},
        "usage.total_tokens",
        "input and output make 6",
    ),
    (
        {"input_tokens": 5, "cache_read_input_tokens": 1, "input_tokens_details": {}},
        "usage",
        "mean different things",
    ),
    (
        {
            "input_tokens": 5,
            "cache_creation_input_tokens": 9,
            "cache_creation": {"ephemeral_5m_input_tokens": 4},
        },
        "usage.cache_creation_input_tokens",
        "its parts make 4",
    ),
    (
        {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 9},
        "usage.totalTokenCount",
        "its parts make 6",
    ),
    ({"promptTokenCount": 5, "promptTokensDetails": 1}, "usage.promptTokensDetails", "list"),
    ({"promptTokenCount": 5, "promptTokensDetails": [1]}, "usage.promptTokensDetails", "objects"),
    (
        {"promptTokenCount": 5, "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": -1}]},
        "usage.promptTokensDetails.tokenCount",
        "negative",
    ),
    ({"seconds": 1.5}, "usage.seconds", "binary float"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "where", "said"), REFUSED)
def test_a_usage_that_cannot_be_billed_is_refused(raw: object, where: str, said: str) -> None:
    """The error names the key and says what is wrong with it."""
    with pytest.raises(QuestionError) as refused:
        usage.read(raw)

    assert refused.value.parameter == where
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [{"novel_tokens": 0}, {"novel": None}, {"novel": "word"}, {"novel": {"tokens": 0}}, {"x": []}],
)
def test_an_unknown_key_that_counts_nothing_is_harmless(more: dict[str, Any]) -> None:
    """Only what counts something may change a bill."""
    assert usage.read({"prompt_tokens": 5, **more}).parts == {Meter.INPUT: 5}


def test_cached_tokens_of_no_stated_kind_are_noted() -> None:
    """That cached tokens beside audio are taken for text is said, not hidden."""
    details = {"cached_tokens": 2, "audio_tokens": 3}
    found = usage.read({"prompt_tokens": 9, "prompt_tokens_details": details})

    assert found.parts == {Meter.INPUT: 4, Meter.CACHE_READ: 2, Meter.INPUT_AUDIO: 3}
    assert found.notes == (
        "usage.prompt_tokens_details.cached_tokens does not say of what; taken for text.",
    )


def test_lengths_count_everything() -> None:
    """Cached tokens are input and reasoning tokens are output, also where no whole is stated."""
    found = usage.read({"cache_read": 3, "cache_write": 4, "reasoning": 5})

    assert (found.input_tokens, found.output_tokens) == (7, 5)
