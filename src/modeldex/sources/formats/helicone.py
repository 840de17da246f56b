"""Helicone's registry: one row per model, with the endpoints of the providers behind it.

What Helicone sells under its own name decides the price; where there is none, a price is only one
that all endpoints agree on.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Rate
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_OWN = "helicone"


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that reads a row as if it had one ``endpoint``.

    The declared prices stand in that endpoint.
    """
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing({**row, "endpoints": None}, losses)
        if one is None:
            return ()
        found = row.get("endpoints")
        every = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        own = [end for end in every if end.get("providerSlug") == _OWN]
        read = [_rates(table, row, end, losses) for end in own or every]
        agreed = read[0] if read and all(rates == read[0] for rates in read) else ()
        return (msgspec.structs.replace(one, rates=agreed),)

    return decode


def _rates(table: TableDecoder, row: Row, endpoint: Any, losses: Losses) -> tuple[Rate, ...]:
    priced = table.listing({**row, "endpoints": None, "endpoint": endpoint}, losses)
    return () if priced is None else priced.rates
