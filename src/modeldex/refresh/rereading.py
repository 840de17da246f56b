"""Reads last good payloads anew, where a declaration has changed since."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from modeldex.domain.listing import Kept, Listing
from modeldex.errors import SourceError
from modeldex.normalize.listings import normalized
from modeldex.refresh.world import Known
from modeldex.sources.declaration import Declaration
from modeldex.sources.harvest import decode, fingerprint
from modeldex.store.base import Store


async def reread(
    store: Store,
    declarations: Iterable[Declaration],
    known: Mapping[str, Known],
    description_length: int,
) -> dict[str, Known]:
    """Return what is known of the sources whose declaration reads their last payload otherwise.

    Raises:
        StoreError: the record of truth cannot be read.
    """
    found = {}
    for one in declarations:
        before = known.get(one.id)
        if before is None or before.health.declaration in (None, fingerprint(one)):
            continue
        answer = await store.payload(one.id)
        if answer is None or not answer.pages:
            continue
        try:
            listings = (await asyncio.to_thread(decode, one, answer.pages)).listings
        except SourceError:
            continue  # the new declaration is for a new shape: only a new answer can tell
        rows = _with_dates(before.rows, normalized(listings, description_length))
        found[one.id] = msgspec.structs.replace(before, rows=rows, remembered=before.rows)
    return found


def _with_dates(held: Sequence[Kept], listings: Sequence[Listing]) -> tuple[Kept, ...]:
    """What is pending or missing stays so: the last payload can settle neither."""
    dates = {one.listing.provider_model_id: one for one in held}
    read = tuple(
        msgspec.structs.replace(was, listing=one) if was.pending is None else was
        for one in listings
        if (was := dates.get(one.provider_model_id)) is not None
    )
    stated = {one.provider_model_id for one in listings}
    gone = (one for one in held if one.missing and one.listing.provider_model_id not in stated)
    return (*read, *gone)
