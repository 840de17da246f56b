"""ZenMux's typed prices: ``{value, unit, currency, conditions}``, several per key.

The unit stands beside each value. A condition on the length of the prompt is a context tier; one
on the length of the answer as well is told with all its bounds, since such tiers form a grid. A
price that depends on anything else is no rate of ours.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration, Exchange
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses, in_dollars
from modeldex.sources.payload import Row

_METERS = {
    "prompt": Meter.INPUT, "completion": Meter.OUTPUT, "input_cache_read": Meter.CACHE_READ,
    "input_cache_write": Meter.CACHE_WRITE, "input_cache_write_5_min": Meter.CACHE_WRITE,
    "input_cache_write_1_h": Meter.CACHE_WRITE_1H, "internal_reasoning": Meter.REASONING,
    "audio_input": Meter.INPUT_AUDIO, "completion_audio": Meter.OUTPUT_AUDIO,
    "audio_cache_read": Meter.CACHE_READ_AUDIO, "request": Meter.REQUEST,
    "web_search": Meter.WEB_SEARCH,
}  # fmt: skip
_BY_UNIT = {  # what one of these costs depends on the unit: tokens, pieces or seconds
    ("image_input", "perMTokens"): Meter.INPUT_IMAGE,
    ("image", "perMTokens"): Meter.INPUT_IMAGE, ("image", "perCount"): Meter.IMAGE,
    ("image_output", "perMTokens"): Meter.OUTPUT_IMAGE, ("image_output", "perCount"): Meter.IMAGE,
    ("video", "perMTokens"): Meter.INPUT_VIDEO, ("video", "perSecond"): Meter.SECOND,
    ("video_output", "perMTokens"): Meter.OUTPUT_VIDEO,
    ("video_output", "perSecond"): Meter.SECOND,
}  # fmt: skip
_UNITS = {"perMTokens": 10**6, "perCount": 1, "perSecond": 1}
_PIECES = frozenset({Meter.REQUEST, Meter.WEB_SEARCH})
_BOUNDS = {"unit", "gte", "gt", "lte", "lt"}
_PROMPT, _ANSWER = "prompt_tokens", "completion_tokens"
_LENGTHS = {"kTokens": 1000, "tokens": 1}


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the rates of ``pricings`` to the declared facts."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        rates = _distinct(_rates(row.get("pricings"), declaration.exchange, losses))
        return (msgspec.structs.replace(one, rates=(*one.rates, *rates)),)

    return decode


def _distinct(rates: Iterable[Rate]) -> Iterable[Rate]:
    """Return one rate for a meter and its conditions; two keys may mean a write of 5 minutes."""
    found: dict[tuple[Meter, Conditions], Rate] = {}
    for rate in rates:
        found.setdefault((rate.meter, rate.when), rate)
    return found.values()


def _rates(pricings: Any, exchange: dict[str, Exchange], losses: Losses) -> Iterable[Rate]:
    for key, prices in pricings.items() if isinstance(pricings, dict) else ():
        for price in prices if isinstance(prices, list) else ():
            if not isinstance(price, dict):
                continue
            unit, when = values.text(price.get("unit")), _conditions(price.get("conditions"))
            meter, currency = _meter(key, unit), values.text(price.get("currency")) or ""
            if meter is None or when is None or currency not in {"USD", *exchange}:
                losses.unknown_prices[f"pricings.{key}"] += 1
            elif (stated := losses.price(price.get("value"), _UNITS[unit or ""])) is not None:
                rate = in_dollars(meter, stated, when, currency, exchange)
                yield from (rate,) if rate else ()


def _meter(key: str, unit: str | None) -> Meter | None:
    """Return what is counted, ``None`` where key and unit do not belong together."""
    if unit is not None and (key, unit) in _BY_UNIT:
        return _BY_UNIT[key, unit]
    meter = _METERS.get(key)
    expected = "perCount" if meter in _PIECES else "perMTokens"
    return meter if unit == expected else None


def _conditions(stated: Any) -> Conditions | None:
    """Return when a price holds, ``None`` where its conditions are not understood."""
    if stated in (None, {}):
        return ALWAYS
    if not isinstance(stated, dict) or not stated.keys() <= {_PROMPT, _ANSWER}:
        return None
    prompt, answer = _bounds(stated.get(_PROMPT, {})), _bounds(stated.get(_ANSWER, {}))
    if prompt is None or answer is None:
        return None
    if _ANSWER not in stated:
        return Conditions(min_input_tokens=prompt[0] or None)
    return Conditions(
        min_input_tokens=prompt[0] or None,
        max_input_tokens=prompt[1],
        min_output_tokens=answer[0] or None,
        max_output_tokens=answer[1],
    )


def _bounds(stated: Any) -> tuple[int, int | None] | None:
    """Return the first and the last length of a range, ``None`` where it is not understood."""
    if not isinstance(stated, dict) or not stated.keys() <= _BOUNDS:
        return None
    factor = _LENGTHS.get(values.text(stated.get("unit", "tokens")) or "")
    start = None if factor is None else _start(stated, factor)
    if factor is None or start is None:
        return None
    name = "lt" if "lt" in stated else "lte"
    most = values.count(stated.get(name))
    if most is None:
        return None if name in stated else (start, None)
    return start, most * factor - (name == "lt")


def _start(bounds: Row, factor: int) -> int | None:
    """Return the first token of a tier, 0 where it begins at none."""
    name = "gt" if "gt" in bounds else "gte"
    value = bounds.get(name, 0)
    least = 0 if value == 0 else values.count(value)
    if least is None:
        return None
    return least * factor + (1 if name == "gt" and least else 0)
