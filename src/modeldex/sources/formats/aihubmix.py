"""AIHubMix's ``pricing.tiers``: prices from a length of the context on.

A tier says ``{type: "context", size: 200000}`` and holds above that size, as on models.dev, whose
words these are. A limit of output that is not below the context's is one that nobody filled in.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row, at


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the tiers' rates to the declared ones.

    The declared units are those of a tier's prices too.
    """
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        tiers = at(row, ("pricing", "tiers"))
        found = [tier for tier in tiers if isinstance(tier, dict)] if _is_list(tiers) else []
        rates = (rate for tier in found for rate in _rates(table, row, tier, losses))
        most = _below(one.max_output_tokens, one.context_length)
        return (msgspec.structs.replace(one, rates=(*one.rates, *rates), max_output_tokens=most),)

    return decode


def _below(limit: int | None, context: int | None) -> int | None:
    return limit if limit is None or context is None or limit < context else None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _rates(table: TableDecoder, row: Row, tier: Row, losses: Losses) -> Iterable[Rate]:
    size = values.count(at(tier, ("tier", "size")))
    if size is None or at(tier, ("tier", "type")) != "context":
        losses.unknown_prices["pricing.tiers"] += 1
        return
    priced = table.listing({**row, "pricing": {**tier, "tier": None}}, losses)
    for rate in priced.rates if priced else ():
        when = Conditions(min_input_tokens=size + 1)
        yield msgspec.structs.replace(rate, when=when)
