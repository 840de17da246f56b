"""Rates: exact US dollars for one unit of one meter, under conditions."""

from decimal import Decimal
from enum import Enum

import msgspec


class Meter(Enum):
    """What is counted. The value is the name on the wire; one unit is one of what it names."""

    INPUT = "input"  # text tokens in
    OUTPUT = "output"  # text tokens out
    CACHE_READ = "cache_read"  # tokens
    CACHE_WRITE = "cache_write"  # tokens, the shortest time to live
    CACHE_WRITE_1H = "cache_write_1h"  # tokens kept for an hour
    CACHE_WRITE_12H = "cache_write_12h"  # tokens kept for half a day or longer
    REASONING = "reasoning"  # tokens
    INPUT_IMAGE = "input_image"  # image tokens in
    OUTPUT_IMAGE = "output_image"  # image tokens out
    INPUT_AUDIO = "input_audio"  # audio tokens in
    OUTPUT_AUDIO = "output_audio"  # audio tokens out
    CACHE_READ_AUDIO = "cache_read_audio"  # audio tokens
    CACHE_READ_IMAGE = "cache_read_image"  # image tokens
    INPUT_VIDEO = "input_video"  # video tokens in
    OUTPUT_VIDEO = "output_video"  # video tokens out
    CITATION = "citation"  # tokens
    IMAGE = "image"  # images
    REQUEST = "request"  # requests
    WEB_SEARCH = "web_search"  # searches
    FILE_SEARCH = "file_search"  # searches
    TOOL_CALL = "tool_call"  # calls of any other tool that the provider runs
    SECOND = "second"  # seconds of audio, video or run time
    INPUT_SECOND = "input_second"  # seconds of audio in
    MINUTE = "minute"  # minutes of audio
    INPUT_MINUTE = "input_minute"  # minutes of audio in
    HOUR = "hour"  # hours of audio
    INPUT_HOUR = "input_hour"  # hours of audio in
    CHARACTER = "character"  # characters
    QUERY = "query"  # queries of a reranker
    PAGE = "page"  # pages
    ANNOTATED_PAGE = "annotated_page"  # pages with annotations
    MESSAGE = "message"  # messages


# gc=False: none of these can be part of a cycle, and there are hundreds of thousands of them.
class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """When a rate holds. A rate without conditions is the standard one.

    All that are stated must hold. docs/cost.md says which of several rates wins.

    Attributes:
        min_input_tokens: the rate holds once the whole input, cached tokens included, has at
            least this many tokens.
        marginal: only the tokens from ``min_input_tokens`` on are billed at this rate (a
            margin); else the whole request is (a cliff).
        max_input_tokens: the whole input has no more tokens than this. Rarely needed: where a
            longer tier has a rate of its own, that one is narrower.
        min_output_tokens, max_output_tokens: the same for the length of the answer.
        utc_start, utc_end: time of day, ``HH:MM`` UTC; a window may pass midnight, and one that
            ends where it begins is the whole day.
        local_start, local_end: the same on the clocks of ``zone``.
        weekdays: days of the moment itself in ``zone``, 1 is Monday.
        zone: an IANA name, UTC where none is stated.
        service_tier: batch, flex, priority …
        region: the provider's own name of a region.
        option: ``name=value``, a setting of the request that the price depends on.
        valid_from, valid_until: ISO dates, UTC; the last one is excluded.
    """

    min_input_tokens: int | None = None
    max_input_tokens: int | None = None
    marginal: bool = False
    min_output_tokens: int | None = None
    max_output_tokens: int | None = None
    utc_start: str | None = None
    utc_end: str | None = None
    local_start: str | None = None
    local_end: str | None = None
    weekdays: tuple[int, ...] | None = None
    zone: str | None = None
    service_tier: str | None = None
    region: str | None = None
    option: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """How a price in another currency became dollars.

    Attributes:
        currency: its ISO code.
        amount: what is stated, for one unit of the meter.
        usd: dollars for one of that currency.
        date: the day of that exchange rate, ISO.
    """

    currency: str
    amount: Decimal
    usd: Decimal
    date: str


ALWAYS = Conditions()
_SPECIAL = (
    "min_output_tokens", "utc_start", "utc_end", "local_start", "local_end", "weekdays",
    "service_tier", "region", "option",
)  # fmt: skip


class Rate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """US dollars for one unit of a meter, exact, never negative.

    Attributes:
        converted: from which price in which currency; ``None`` where dollars are stated.
    """

    meter: Meter
    usd: Decimal
    when: Conditions = ALWAYS
    converted: Conversion | None = None


def standard(rates: tuple[Rate, ...], today: str) -> dict[Meter, Decimal]:
    """Return the standard rate of each meter in force on *today* (an ISO date, UTC).

    Rates of a context tier, a service tier, a region or a time window are not standard. Of two
    that are in force, the one that began later holds.
    """
    chosen: dict[Meter, tuple[str, Decimal]] = {}
    for rate in rates:
        began = _in_force_since(rate.when, today)
        if began is None:
            continue
        if rate.meter not in chosen or chosen[rate.meter][0] < began:
            chosen[rate.meter] = (began, rate.usd)
    return {meter: usd for meter, (_, usd) in chosen.items()}


def _in_force_since(when: Conditions, today: str) -> str | None:
    if when is ALWAYS:
        return ""
    if when.min_input_tokens or any(getattr(when, name) is not None for name in _SPECIAL):
        return None
    began, until = when.valid_from or "", when.valid_until
    if began > today or (until is not None and today >= until):
        return None
    return began
