"""Parasail's price page: what anybody can call is named ``parasail-…``, the rest are customers'.

What the price of a model that speaks counts is not said, so it is left out.
"""

from collections.abc import Iterable

import msgspec

from modeldex.domain.listing import Listing
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row

_PUBLIC = "parasail-"
_SPOKEN = ("audio",)


def decoder(declaration: Declaration) -> Decoder:
    """Return the table's decoder without the names of customers."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        if not one.provider_model_id.startswith(_PUBLIC):
            losses.skipped += 1
            return ()
        if one.output_modalities == _SPOKEN:
            return (msgspec.structs.replace(one, rates=()),)
        return (one,)

    return decode
