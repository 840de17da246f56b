"""What tests put into a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import event

from modeldex.domain.history import PRICE, Event, Fact, Observation, State
from modeldex.domain.listing import Listing, SourceRows
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.store.base import Changes, GoodAnswer, Health, HeldAnswer, Store
from modeldex.store.sql import SqlStore
from support.catalogs import kept, listing

FULL_HEALTH = Health(
    source="acme",
    asked_at=1.5,
    answered_at=2.5,
    failed_at=3.5,
    failure_kind="timeout",
    failure="no complete answer within 30 s",
    failures=2,
    next_at=4.5,
    wait_until=5.5,
    outcome="failed",
    seconds=0.25,
    bytes=2**40,
    etag='"v1"',
    last_modified="Mon, 23 Nov 2026 11:00:00 GMT",
    declaration="0123456789abcdef",
    rows=7,
    priced=3,
)
FULL_LISTING = Listing(
    source="acme",
    provider="acme",
    provider_model_id="Labs/A:free",
    also=("a", "b"),
    name="A \N{GRINNING FACE}",
    created=2**53 - 1,
    capabilities={"tools": True, "vision": False},
    input_modalities=("text",),
    rates=(
        Rate(meter=Meter.INPUT, usd=Decimal("0.000000000123456789123456789123456789")),
        Rate(meter=Meter.OUTPUT, usd=Decimal(0), when=Conditions(utc_start="16:30")),
    ),
    open_weights=False,
)


HELD = HeldAnswer(
    source="acme",
    kind="changed",
    reason="20 of 20 rows changed suspiciously",
    before=20,
    now=19,
    suspicious=18,
    digest="0123456789abcdef",
    first_at=1.5,
    last_at=2.5,
    times=4,
    rejected=True,
    listings=(FULL_LISTING,),
    pages=(b"one", b"\x00\xff"),
)
FULL_STATE = State(
    rates=FULL_LISTING.rates,
    context_length=2**53 - 1,
    max_output_tokens=0,
    capabilities={"tools": True, "vision": False},
    status="deprecated \N{GRINNING FACE} '\"\\",
)


def answer(source: str, *listings: Listing, is_book: bool = False, at: float = 1.0) -> GoodAnswer:
    """Return a good answer that holds *listings*."""
    rows = SourceRows(source=source, is_book=is_book, rows=tuple(map(kept, listings)))
    return GoodAnswer(rows=rows, pages=(b"one", b"\x00\xff"), recorded_at=at)


def plain(source: str, *ids: str) -> GoodAnswer:
    """Return a good answer that lists *ids*."""
    return answer(source, *(listing(source, one) for one in ids))


async def save(store: Store, *answers: GoodAnswer) -> None:
    """Save answers, each with the health of its source."""
    health = [Health(source=one.rows.source) for one in answers]
    await store.save(Changes(health=health, answers=answers))


def fact(source: str = "acme", native: str = "a", at: int = 10, **values: Any) -> Fact:
    """Return a fact that is open on both sides, recorded *at*, unless *values* say otherwise."""
    given = {"state": State(), "rate_id": None, "valid_from": None, "recorded_at": at, **values}
    return Fact(source=source, provider=source, provider_model_id=native, **given)


def changed(native: str = "a", at: int = 10, kind: str = PRICE, **values: Any) -> Event:
    """Return an event of a listing of acme, recorded *at*."""
    given = {"kind": kind, "happened_at": at, "recorded_at": at, **values}
    return Event(source="acme", provider="acme", provider_model_id=native, **given)


def observed(at: int, source: str = "acme", digest: str = "d", recorded: int = 10) -> Observation:
    """Return that a source was observed *at* a moment."""
    return Observation(
        source=source, observed_at=at, recorded_at=recorded, digest=digest, rows=2**31 - 1
    )


def raw(text: str) -> msgspec.Raw:
    """Return JSON as it stands."""
    return msgspec.Raw(text.encode())


@contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    """Give the list of the statements that a store runs meanwhile, beginnings left out."""
    found: list[str] = []
    engine = store.engine.sync_engine

    def note(*execution: Any) -> None:
        if not execution[2].startswith("begin"):
            found.append(execution[2])

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)
