"""Workers AI's ``properties``: a list of ``{property_id, value}``, its numbers and flags as text.

One of them is ``price``, a list of ``{unit, price, currency}``. A minute of audio is told as an
hour, since a sixtieth of a price has no exact decimals. Pictures cost by step and by tile: that is
no rate of ours.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain import decimals
from modeldex.domain.listing import Listing
from modeldex.domain.rate import Meter, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row, at

_MINUTE = "per audio minute"
_STREAMED = "per audio minute (websocket)"
_UNITS = {
    "per M input tokens": (Meter.INPUT, 10**6),
    "per M output tokens": (Meter.OUTPUT, 10**6),
    "per M cached input tokens": (Meter.CACHE_READ, 10**6),
    "per 1k characters": (Meter.CHARACTER, 1000),
    "per inference request": (Meter.REQUEST, 1),
}
_NO_RATES = ("per step", "per 512 by 512 tile")
_SPEAKS = "Text-to-Speech"
_FLAGS = {"true": True, "false": False}
_MAKERS = "@cf/"


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that reads a row as if its ``properties`` were a table."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        facts = _properties(row.get("properties"))
        price = facts.pop("price", None)
        one = table.listing({**row, "properties": facts}, losses)
        if one is None:
            return ()
        speaks = at(row, ("task", "name")) == _SPEAKS
        rates = tuple(_rates(_by_unit(price, losses), losses, speaks=speaks))
        author = one.author or _maker(one.provider_model_id)
        return (msgspec.structs.replace(one, rates=(*one.rates, *rates), author=author),)

    return decode


def _properties(stated: Any) -> Row:
    """Return the properties by name, ``"true"`` as a boolean, with one name for the context."""
    found: Row = {}
    for one in stated if isinstance(stated, list) else ():
        if isinstance(one, dict) and isinstance(name := one.get("property_id"), str):
            value = one.get("value")
            found[name] = _FLAGS.get(value, value) if isinstance(value, str) else value
    if values.count(found.get("context_window")) is None:
        found["context_window"] = found.get("max_total_tokens")
    return found


def _maker(native: str) -> str | None:
    """Return who made ``@cf/{maker}/{model}``; other prefixes name who converted it."""
    maker, slash, _ = native.removeprefix(_MAKERS).partition("/")
    return maker if native.startswith(_MAKERS) and slash else None


def _by_unit(price: Any, losses: Losses) -> Row:
    found: Row = {}
    for one in price if isinstance(price, list) else ():
        if not isinstance(one, dict) or not isinstance(unit := one.get("unit"), str):
            continue
        if one.get("currency") == "USD":
            found[unit] = one.get("price")
        else:
            losses.unknown_prices[f"properties.price.{unit}"] += 1
    return found


def _rates(prices: Row, losses: Losses, *, speaks: bool) -> Iterable[Rate]:
    for unit, price in prices.items():
        if unit in _UNITS:
            meter, units = _UNITS[unit]
            if (usd := losses.price(price, units)) is not None:
                yield Rate(meter=meter, usd=usd)
        elif unit not in (_MINUTE, _STREAMED, *_NO_RATES):
            losses.unknown_prices[f"properties.price.{unit}"] += 1
    minute = losses.price(prices.get(_MINUTE, prices.get(_STREAMED)), 1)
    if minute is not None:
        hour = decimals.canonical(decimals.EXACT.multiply(minute, 60))
        yield Rate(meter=Meter.HOUR if speaks else Meter.INPUT_HOUR, usd=hour)
