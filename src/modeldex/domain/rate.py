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
    SECOND = "second"  # seconds of audio, video or run time
    INPUT_SECOND = "input_second"  # seconds of audio in
    HOUR = "hour"  # hours of audio
    INPUT_HOUR = "input_hour"  # hours of audio in
    CHARACTER = "character"  # characters
    PAGE = "page"  # pages
    ANNOTATED_PAGE = "annotated_page"  # pages with annotations
    MESSAGE = "message"  # messages


# gc=False: none of these can be part of a cycle, and there are hundreds of thousands of them.
class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """When a rate holds. A rate without conditions is the standard one.

    Attributes:
        min_input_tokens: the whole request is billed at this rate once its input has at least
            this many tokens.
        utc_start, utc_end: time of day, ``HH:MM`` UTC; a window may pass midnight.
        service_tier: batch, flex, priority …
        region: the provider's own name of a region.
        valid_from, valid_until: ISO dates, UTC; the last one is excluded.
    """

    min_input_tokens: int | None = None
    utc_start: str | None = None
    utc_end: str | None = None
    service_tier: str | None = None
    region: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None


ALWAYS = Conditions()


class Rate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """US dollars for one unit of a meter, exact, never negative."""

    meter: Meter
    usd: Decimal
    when: Conditions = ALWAYS


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
    special = (when.utc_start, when.utc_end, when.service_tier, when.region)
    if when.min_input_tokens or any(value is not None for value in special):
        return None
    began, until = when.valid_from or "", when.valid_until
    if began > today or (until is not None and today >= until):
        return None
    return began
