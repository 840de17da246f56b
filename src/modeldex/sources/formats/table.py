"""The declared decode: one row is one listing."""

from collections.abc import Iterable

from modeldex.domain.listing import Listing
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that reads each row by the declaration's paths alone."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        return () if one is None else (one,)

    return decode
