"""Replicate's models: the call takes ``owner/name``, which stand in two fields."""

from collections.abc import Iterable

from modeldex.domain.listing import Listing
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that reads a row as if its id, made of both, stood in ``id``."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        owner, name = values.text(row.get("owner")), values.text(row.get("name"))
        native = f"{owner}/{name}" if owner and name else None
        one = table.listing({**row, "id": native}, losses)
        return () if one is None else (one,)

    return decode
