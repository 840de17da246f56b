"""Past answers in files, what a store remembers over time, and what a snapshot says of then."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from modeldex.domain.history import Fact
from modeldex.query import answer, names, parameters
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.reader import Snapshot
from modeldex.store.base import Store
from support import ledgers
from support.provider import Reply

Held = tuple[str, str, str, str]  # a listing, its prices, from when until when


def written(folder: Path, answers: Mapping[str, Reply]) -> Path:
    """Write answers into a folder, each named by its moment; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for moment, reply in answers.items():
        (folder / f"{moment}.json").write_bytes(reply.body)
    return folder


def seconds(moment: str) -> int:
    """Return an ISO date or time in UTC as unix seconds."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())


async def held(store: Store, known_at: int | None = None) -> list[Held]:
    """Return what is believed of listings over time, sorted; open ends are ``…``."""
    facts = (await store.basis(0)).ledger.facts
    return sorted(_held(one) for one in facts if _is_believed(one, known_at))


async def told(store: Store) -> list[str]:
    """Return all events as sentences, in the order in which they were learned."""
    found = (await store.basis(0)).ledger.events
    stamped = [f"{ledgers.told([one])[0].rpartition(' @')[0]} @" for one in found]
    return [f"{said}{_stamp(one.happened_at)}" for said, one in zip(stamped, found, strict=True)]


async def content(store: Store, *sources: str) -> dict[str, Any]:
    """Return all that a store holds, but for the number and the moment of its last commit."""
    known = msgspec.structs.asdict(await store.known())
    seen = {one: await store.observations(one) for one in sources}
    pages = {one: await store.payload(one) for one in sources}
    ledger = (await store.basis(0)).ledger
    return {**known, "ledger": ledger, "seen": seen, "pages": pages, "commit": 0, "recorded_at": 0}


def opened(directory: Path) -> Snapshot:
    """Open the current snapshot of a directory."""
    current = read_pointer(directory).current
    assert current is not None
    return Snapshot(directory / current.file)


def asked(snapshot: Snapshot, **given: str) -> dict[str, dict[str, Any]]:
    """Return the rows of the whole list, by id, for query parameters such as ``as_of``."""
    question = parameters.question(given.items(), names.of(snapshot))
    found = json.loads(answer.page(snapshot, question))
    return {row["id"]: row for row in found["data"]}


def _held(one: Fact) -> Held:
    prices = "/".join(f"{rate.usd:f}" for rate in one.state.rates)
    return one.provider_model_id, prices, _stamp(one.valid_from), _stamp(one.valid_until)


def _is_believed(one: Fact, known_at: int | None) -> bool:
    if known_at is None:
        return one.superseded_at is None
    return one.recorded_at <= known_at and (
        one.superseded_at is None or known_at < one.superseded_at
    )


def _stamp(moment: int | None) -> str:
    """Return a moment, as short as it can be said."""
    if moment is None:
        return "\N{HORIZONTAL ELLIPSIS}"
    said = datetime.fromtimestamp(moment, UTC).isoformat().removesuffix("+00:00")
    return said.removesuffix("T00:00:00")
