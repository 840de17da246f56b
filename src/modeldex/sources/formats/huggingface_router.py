"""Hugging Face's router: one row per model, with the providers that run it.

The router is one provider. A row gives one offer, priced only where all its sub-providers agree,
and one offer per sub-provider, called ``{id}:{sub}``, with ``via``.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from modeldex.domain.listing import Listing
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that gives several listings for a row.

    The declared paths are those of a sub-provider's row into which the model's row was merged.
    """
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        whole = table.listing({**row, "providers": None}, losses)
        if whole is None:
            return ()
        found = row.get("providers")
        subs = [one for one in found if _is_named(one)] if isinstance(found, list) else []
        parts = [part for sub in subs if (part := _part(table, row, sub, losses))]
        return (_agreed(whole, parts), *parts)

    return decode


def _is_named(sub: Any) -> bool:
    return isinstance(sub, dict) and values.text(sub.get("provider")) is not None


def _part(table: TableDecoder, row: Row, sub: Row, losses: Losses) -> Listing | None:
    one = table.listing({**row, **sub, "id": row.get("id")}, losses)
    if one is None:
        return None
    name = f"{one.provider_model_id}:{sub['provider']}"
    return msgspec.structs.replace(one, provider_model_id=name, via=sub["provider"])


def _agreed(whole: Listing, parts: list[Listing]) -> Listing:
    """Return the row's own listing with what all its sub-providers say alike."""
    if not parts:
        return whole
    first = parts[0]
    common = {
        name: getattr(first, name)
        for name in ("rates", "context_length", "capabilities", "max_output_tokens")
        if all(getattr(one, name) == getattr(first, name) for one in parts)
    }
    return msgspec.structs.replace(whole, **common)
