"""Whole documents in other catalogs' shapes, finished before anybody asks for them."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from modeldex.dialects.losses import Loss, Losses
from modeldex.domain.model import Catalog

JSON = "application/json"
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Finished(msgspec.Struct, frozen=True):
    """The bytes of one document.

    Attributes:
        name: ``dialect/document``, unique in a snapshot.
        media_type: as ``Content-Type`` says it.
    """

    name: str
    body: bytes
    media_type: str = JSON


Values = Iterable[tuple[str, Any]]  # documents by name; a price in them is an exact Decimal
Emitter = Callable[[Catalog, Losses], Values]


def render(
    emitters: Iterable[tuple[str, Emitter]], catalog: Catalog
) -> tuple[list[Finished], list[tuple[str, int, tuple[Loss, ...]]]]:
    """Return the documents of *emitters*, and for each dialect what it could not say.

    Prices are written as JSON numbers with exactly the digits that they have.
    """
    documents, lost = list[Finished](), []
    for dialect, emit in emitters:
        losses = Losses()
        for name, value in emit(catalog, losses):
            documents.append(Finished(f"{dialect}/{name}", _encode(value)))
        lost.append((dialect, losses.total, losses.found()))
    return documents, lost
