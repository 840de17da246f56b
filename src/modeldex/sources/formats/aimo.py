"""AiMo's network: one row per model, with the providers that run it.

There is no call without a provider: what the call takes is ``{provider's id}:{model}``.
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
    """Return a decoder that gives one listing per provider of a row."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        model = table.listing({**row, "providers": None}, losses)
        if model is None:
            return ()
        found = row.get("providers")
        subs = [one for one in found if _is_named(one)] if isinstance(found, list) else []
        if not subs:
            losses.skipped += 1
        return [_part(model, sub) for sub in subs]

    return decode


def _is_named(sub: Any) -> bool:
    return isinstance(sub, dict) and values.text(sub.get("id")) is not None


def _part(model: Listing, sub: Row) -> Listing:
    who = values.text(sub["id"])
    return msgspec.structs.replace(
        model,
        provider_model_id=f"{who}:{model.provider_model_id}",
        via=values.text(sub.get("name")) or who,
    )
