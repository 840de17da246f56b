"""Novita's prices: of several ways to state one the first holds, and bands of a prompt's length.

A model with bands (``tiered_billing_configs``) has the prices of its lowest band, and those of the
others from their first token on; what stands outside its bands may be 0 and means nothing. A
band's bounds are both included; where one begins with the last token of the band before, it holds
from the next token on.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import ALWAYS, Conditions, Meter, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder; of a meter's declared paths the first one that has a price holds."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        bands = _bands(row)
        rates = one.rates if bands is None else _of_bands(table, bands, losses)
        return (msgspec.structs.replace(one, rates=tuple(_first_of_each(rates))),)

    return decode


def _bands(row: Row) -> list[Row] | None:
    """Return a row's bands, the shortest prompts first, ``None`` where it has one price."""
    stated = row.get("tiered_billing_configs")
    found = [one for one in stated if isinstance(one, dict)] if isinstance(stated, list) else []
    if not found and row.get("is_tiered_billing") is not True:
        return None
    return sorted(found, key=lambda one: values.count(one.get("min_tokens")) or 0)


def _of_bands(table: TableDecoder, bands: list[Row], losses: Losses) -> Iterable[Rate]:
    last: Any = None
    for band in bands:
        since = values.count(band.get("min_tokens"))
        when = ALWAYS
        if band is not bands[0]:
            if since is None:
                continue
            when = Conditions(min_input_tokens=since + (since == last))
        last = values.count(band.get("max_tokens"))
        for reader in table.rates:
            rate = reader.read({"pricing": band.get("pricing")}, losses)
            if rate is not None:
                yield msgspec.structs.replace(rate, when=when)


def _first_of_each(rates: Iterable[Rate]) -> Iterable[Rate]:
    seen = set[tuple[Meter, Conditions]]()
    for rate in rates:
        if (rate.meter, rate.when) not in seen:
            seen.add((rate.meter, rate.when))
            yield rate
