"""Infron's public price page: prices as ``"$0.15"``, limits as ``"1,048,576"``.

A sale price is what is charged. ``$0`` for sale beside a retail price above zero means that there
is no sale, unless the discount says ``FREE``.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Meter, Rate
from modeldex.normalize import modalities
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_PRICES = {
    "sale_input_cost": ("retail_input_cost", Meter.INPUT),
    "sale_output_cost": ("retail_output_cost", Meter.OUTPUT),
}
_MILLION = 10**6
_FREE = "FREE"
_LIMITS = ("input_token_limit", "output_token_limit")
_MODALITIES = frozenset(modalities.ORDER)  # "Code" is text


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that reads a row with its numbers as numbers."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        limits = {key: _plain(row.get(key)) for key in _LIMITS}
        one = table.listing({**row, **limits}, losses)
        if one is None:
            return ()
        return (
            msgspec.structs.replace(
                one,
                rates=(*one.rates, *_rates(row, losses)),
                input_modalities=_known(one.input_modalities),
                output_modalities=_known(one.output_modalities),
            ),
        )

    return decode


def _rates(row: Row, losses: Losses) -> Iterable[Rate]:
    for key, (regular, meter) in _PRICES.items():
        sale, retail = (losses.price(_plain(row.get(name)), _MILLION) for name in (key, regular))
        given_away = sale is not None and row.get("discount") == _FREE
        usd = sale if sale or given_away or retail is None else retail
        if usd is not None:
            yield Rate(meter=meter, usd=usd)


def _plain(value: Any) -> Any:
    """Return ``"$1,000"`` as ``"1000"``, and anything but text as it is."""
    return values.us_number(value) if isinstance(value, str) else value


def _known(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if words is None:
        return None
    known = modalities.canonical(words)
    return tuple(word for word in known if word in _MODALITIES) or None
