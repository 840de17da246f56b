"""Prices of one moment under genai-prices' keys, complete by its rules of coverage.

The package bills a part without a price of its own as the whole it is part of, refuses a part
whose whole has none, and refuses two kinds of parts whose overlap has none. What breaks these
rules here is left out, and counted.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import MILLION, Prices, times
from modeldex.domain.rate import Meter

_THOUSAND = Decimal(1000)
_KEYS = {
    Meter.INPUT: ("input_mtok", MILLION),
    Meter.OUTPUT: ("output_mtok", MILLION),
    Meter.CACHE_READ: ("cache_read_mtok", MILLION),
    Meter.CACHE_WRITE: ("cache_write_mtok", MILLION),
    Meter.CACHE_WRITE_1H: ("cache_write_1h_mtok", MILLION),
    Meter.INPUT_AUDIO: ("input_audio_mtok", MILLION),
    Meter.OUTPUT_AUDIO: ("output_audio_mtok", MILLION),
    Meter.CACHE_READ_AUDIO: ("cache_audio_read_mtok", MILLION),
    Meter.INPUT_IMAGE: ("input_image_mtok", MILLION),
    Meter.OUTPUT_IMAGE: ("output_image_mtok", MILLION),
    Meter.CACHE_READ_IMAGE: ("cache_image_read_mtok", MILLION),
    Meter.INPUT_VIDEO: ("input_video_mtok", MILLION),
    Meter.OUTPUT_VIDEO: ("output_video_mtok", MILLION),
    Meter.REASONING: ("output_reasoning_mtok", MILLION),
    Meter.CITATION: ("output_citation_mtok", MILLION),
    Meter.CHARACTER: ("input_mchars", MILLION),
    Meter.HOUR: ("audio_hours", Decimal(1)),
    Meter.MINUTE: ("audio_hours", Decimal(60)),
    Meter.INPUT_HOUR: ("input_audio_hours", Decimal(1)),
    Meter.INPUT_MINUTE: ("input_audio_hours", Decimal(60)),
    Meter.INPUT_SECOND: ("input_audio_hours", Decimal(3600)),
    Meter.PAGE: ("input_document_kpages", _THOUSAND),
    Meter.ANNOTATED_PAGE: ("input_annotated_document_kpages", _THOUSAND),
    Meter.MESSAGE: ("input_text_messages_kcount", _THOUSAND),
    Meter.REQUEST: ("requests_kcount", _THOUSAND),
    Meter.WEB_SEARCH: ("web_searches_kcount", _THOUSAND),
    Meter.FILE_SEARCH: ("storage_searches_kcount", _THOUSAND),
}
_WHOLES = {  # in an order in which each part comes after its wholes
    "cache_read_mtok": ("input_mtok",),
    "cache_write_mtok": ("input_mtok",),
    "cache_write_1h_mtok": ("cache_write_mtok",),
    "input_audio_mtok": ("input_mtok",),
    "input_image_mtok": ("input_mtok",),
    "input_video_mtok": ("input_mtok",),
    "cache_audio_read_mtok": ("cache_read_mtok", "input_audio_mtok"),
    "cache_image_read_mtok": ("cache_read_mtok", "input_image_mtok"),
    "output_audio_mtok": ("output_mtok",),
    "output_image_mtok": ("output_mtok",),
    "output_video_mtok": ("output_mtok",),
    "output_reasoning_mtok": ("output_mtok",),
    "output_citation_mtok": ("output_mtok",),
    "input_audio_hours": ("audio_hours",),
    "input_annotated_document_kpages": ("input_document_kpages",),
}
# Two kinds of parts, the key of their overlap, and whose price that is: here a token written to a
# cache, or of reasoning, is one and the same whatever it carries. None: a meter of its own.
_OVERLAPS = (
    ("cache_read_mtok", "input_audio_mtok", "cache_audio_read_mtok", None),
    ("cache_read_mtok", "input_image_mtok", "cache_image_read_mtok", None),
    ("cache_read_mtok", "input_video_mtok", "cache_video_read_mtok", "cache_read_mtok"),
    *(
        (f"cache_write{kept}_mtok", f"input_{kind}_mtok", f"cache_{kind}_write{kept}_mtok",
         f"cache_write{kept}_mtok")
        for kept in ("", "_1h") for kind in ("audio", "image", "video")
    ),
    *(
        (f"output_{kind}_mtok", f"output_{what}_mtok", f"output_{kind}_{what}_mtok",
         f"output_{what}_mtok")
        for what in ("reasoning", "citation") for kind in ("audio", "image", "video")
    ),
)  # fmt: skip
ModelPrice = dict[str, Any]


def model_price(
    base: Prices, tiers: Mapping[int, Prices], offer: str, losses: Losses
) -> ModelPrice:
    """Return all prices of one moment by genai-prices' keys, USD per its own units.

    Args:
        tiers: by the smallest input from which the whole request is billed at them.
        offer: its id, for what is lost.
    """
    for meter in sorted(
        {*base, *(one for prices in tiers.values() for one in prices)}, key=_order
    ):
        if meter not in _KEYS:
            _lost(f"no_key_for_{meter.value}", "it has no key for what this counts", offer, losses)
        elif meter not in base:
            _lost("no_base", "what a longer tier costs has no price below it", offer, losses)
    return _covered(_keyed(base, tiers), offer, losses)


def replacing(base: Prices, tiers: Mapping[int, Prices]) -> ModelPrice:
    """Return prices that stand in for those of a whole model price, by the same keys."""
    return _keyed(base, tiers)


def _keyed(base: Prices, tiers: Mapping[int, Prices]) -> ModelPrice:
    found: ModelPrice = {}
    for meter, usd in base.items():
        if meter in _KEYS:
            key, units = _KEYS[meter]
            steps = list(_steps(meter, usd, tiers, units))
            each = times(usd, units)
            found[key] = {"base": each, "tiers": steps} if steps else each
    return found


def _steps(
    meter: Meter, usd: Decimal, tiers: Mapping[int, Prices], units: Decimal
) -> Iterator[dict[str, Any]]:
    """Yield the tiers at which the price of *meter* changes; each starts above its number."""
    for start in sorted(tiers):
        if tiers[start].get(meter, usd) != usd:
            usd = tiers[start][meter]
            yield {"start": start - 1, "price": times(usd, units)}


def _order(meter: Meter) -> str:
    return meter.value


def _covered(found: ModelPrice, offer: str, losses: Losses) -> ModelPrice:
    for one, other, both, price_of in _OVERLAPS:
        if one in found and other in found and both not in found:
            if price_of is not None:
                found[both] = found[price_of]
            else:
                del found[one]
                _lost("no_overlap", "cached tokens of another kind have no price", offer, losses)
    for part, wholes in _WHOLES.items():
        if part in found and not all(one in found for one in wholes):
            del found[part]
            _lost("no_whole", "what it is part of has no price", offer, losses)
    return found


def _lost(kind: str, why: str, offer: str, losses: Losses) -> None:
    losses.add(kind, f"A price is left out of genai-prices' document: {why}.", offer)
