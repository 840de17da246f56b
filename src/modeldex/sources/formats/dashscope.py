"""Model Studio's typed prices: ranges of input tokens, and in each the prices of some types.

A range is named in words (``32k<Input<=128k``: more than 32,000 tokens), a price by its type and
the unit it is for (``Per 1M tokens``). Several types may mean one meter, so the first one decides
that is there. The prices of thinking are another mode's, unless a model has no other.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.normalize import modalities
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_METERS = {  # the types of a meter, the better one first
    Meter.INPUT: (
        "input_token", "text_input_token", "omni_no_audio_input_token", "embedding_token",
        "thinking_input_token", "vision_input_token", "translate_vision_input_token",
    ),
    Meter.OUTPUT: (
        "output_token", "purein_text_output_token", "multiin_text_output_token",
        "omni_no_audio_output_token", "translate_multi_text_output_token",
        "thinking_output_token",
    ),
    Meter.CACHE_READ: (
        "input_token_cache", "input_token_cache_read", "thinking_input_token_cache",
    ),
    Meter.CACHE_WRITE: (
        "input_token_cache_creation_5m", "thinking_input_token_cache_creation_5m",
    ),
    Meter.CACHE_WRITE_1H: (
        "input_token_cache_creation_1h", "thinking_input_token_cache_creation_1h",
    ),
    Meter.INPUT_AUDIO: (
        "audio_input_token", "omni_audio_input_token", "translate_audio_input_token",
        "thinking_audio_input_token",
    ),
    Meter.OUTPUT_AUDIO: (
        "multi_output_token", "omni_audio_output_token", "translate_multi_output_token",
    ),
    Meter.INPUT_IMAGE: ("vision_input_token", "translate_vision_input_token"),
    Meter.IMAGE: ("image_number", "image_standard", "image_thinking"),
    Meter.SECOND: ("content_duration",),
    Meter.CHARACTER: ("cosy_tts_number",),
}  # fmt: skip
_KINDS = {Meter.IMAGE: "image", Meter.SECOND: "second", Meter.CHARACTER: "character"}
_TYPES = frozenset(name for types in _METERS.values() for name in types)
_BATCH = "_batch"
_UNIT = re.compile(r"per (?:([0-9]+) ?([km]?) )?(token|image|second|character)s?")
_RANGE = re.compile(r"(?:([0-9]+)([km]?)<)?input(?:<=?[0-9]+[km]?)?")
_FACTORS = {"": 1, "k": 1000, "m": 10**6}
_EVERY_RANGE = ("", "default")
_ALL_DAY = (None, "", "default", "standard", "all")


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the rates of ``prices`` to the declared facts."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        inputs, outputs = _canonical(one.input_modalities), _canonical(one.output_modalities)
        rates = (rate for entry in _rows(row.get("prices")) for rate in _range(entry, losses))
        listens = inputs == ("audio",)
        return (
            msgspec.structs.replace(
                one,
                rates=tuple(_heard(rate) if listens else rate for rate in rates),
                input_modalities=inputs,
                output_modalities=outputs,
            ),
        )

    return decode


def _heard(rate: Rate) -> Rate:
    """Return a rate of a model that only listens: the seconds are those of its input."""
    if rate.meter is not Meter.SECOND:
        return rate
    return msgspec.structs.replace(rate, meter=Meter.INPUT_SECOND)


def _range(entry: Row, losses: Losses) -> Iterable[Rate]:
    start, prices = _start(entry.get("range_name")), _by_type(entry.get("prices"), losses)
    if start is None:
        losses.unknown_prices[f"prices.{entry.get('range_name')!s:.40}"] += 1
        return
    for tier, suffix in ((None, ""), ("batch", _BATCH)):
        when = Conditions(min_input_tokens=start or None, service_tier=tier)
        for meter, types in _METERS.items():
            first = next((price for name in types if (price := prices.get(name + suffix))), None)
            if first is not None and (usd := _usd(first, meter, losses)) is not None:
                yield Rate(meter=meter, usd=usd, when=when)


def _start(name: Any) -> int | None:
    """Return the first token of a range, ``None`` where its name is not understood."""
    word = "" if name is None else str(name).replace(" ", "").lower()
    if word in _EVERY_RANGE:
        return 0
    found = _RANGE.fullmatch(word)
    if found is None:
        return None
    return int(found[1]) * _FACTORS[found[2]] + 1 if found[1] else 0


def _by_type(prices: Any, losses: Losses) -> dict[str, Row]:
    """Return the prices that hold all day by their type; types that we do not know are noted."""
    found: dict[str, Row] = {}
    for price in _rows(prices):
        name, band = str(price.get("type")), price.get("time_band")
        known = name.removesuffix(_BATCH) in _TYPES
        if known and (band.lower() if isinstance(band, str) else band) in _ALL_DAY:
            found[name] = price
        else:
            losses.unknown_prices[f"prices.{name:.40}"] += 1
    return found


def _usd(price: Row, meter: Meter, losses: Losses) -> Any:
    """Return USD for one unit, ``None`` where the stated unit does not count that meter."""
    found = _UNIT.fullmatch(str(price.get("price_unit")).strip().lower())
    if found is None or found[3] != _KINDS.get(meter, "token"):
        losses.unknown_prices[f"prices.{price.get('type')!s:.40}"] += 1
        return None
    units = int(found[1] or 1) * _FACTORS[found[2] or ""]
    return losses.price(price.get("price"), units)


def _canonical(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if words is None else modalities.canonical(words) or None


def _rows(found: Any) -> Iterable[Row]:
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
