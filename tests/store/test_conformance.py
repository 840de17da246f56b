"""What every store must do; each kind of store passes the same tests."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import event

from modeldex.domain.listing import Listing, Pending, SourceRows
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.errors import StoreError
from modeldex.store.base import Changes, GoodAnswer, Health, HeldAnswer, Store
from modeldex.store.memory import MemoryStore
from modeldex.store.sql import BATCH, SqlStore
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


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An open, empty store of each kind."""
    found: Store = MemoryStore() if request.param == "memory" else sqlite(tmp_path)
    await found.open()
    yield found
    await found.close()


def sqlite(directory: Path) -> SqlStore:
    """Return a store in a file of a directory."""
    return SqlStore(f"sqlite+aiosqlite:///{directory / 'store.db'}")


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


async def test_an_empty_store_holds_nothing(store: Store) -> None:
    """What was never saved is not there."""
    assert (await store.health(), await store.listings()) == ({}, [])
    assert (await store.held(), await store.hidden()) == ({}, frozenset())
    assert await store.payload("acme") is None


async def test_health_is_given_back_as_it_was_saved(store: Store) -> None:
    """Every field is remembered, and unknown fields stay unknown."""
    await store.save(Changes(health=[FULL_HEALTH, Health(source="bolt")]))
    assert await store.health() == {"acme": FULL_HEALTH, "bolt": Health(source="bolt")}


async def test_listings_are_given_back_exactly(store: Store) -> None:
    """Decimals keep every digit, and so does all else that a listing can say."""
    saved = answer("acme", FULL_LISTING, is_book=True)
    await save(store, saved)
    (rows,) = await store.listings()
    assert rows == saved.rows
    first = rows.rows[0].listing.rates[0]
    assert str(first.usd) == str(FULL_LISTING.rates[0].usd)


async def test_a_payload_is_given_back_as_it_came(store: Store) -> None:
    """The pages' bytes are kept with the moment they were recorded."""
    saved = answer("acme", FULL_LISTING, at=1_795_435_200.25)
    await save(store, saved)
    assert await store.payload("acme") == saved


async def test_sources_come_in_the_order_of_their_ids(store: Store) -> None:
    """The order does not depend on that of saving."""
    await save(store, plain("bolt", "a"), plain("acme", "a"))
    assert [one.source for one in await store.listings()] == ["acme", "bolt"]
    assert list(await store.health()) == ["acme", "bolt"]


async def test_saving_again_replaces_what_was_held_of_a_source(store: Store) -> None:
    """A new answer and a new state take the place of the old ones, and of no others."""
    await save(store, plain("acme", "a"), plain("bolt", "b"))
    await store.save(Changes(health=[FULL_HEALTH], answers=[plain("acme", "c", "d")]))
    held = {one.source: [row.listing.provider_model_id for row in one.rows] for one in
            await store.listings()}  # fmt: skip
    assert held == {"acme": ["c", "d"], "bolt": ["b"]}
    assert (await store.health())["acme"] == FULL_HEALTH


async def test_saving_health_alone_keeps_the_listings(store: Store) -> None:
    """A failed source loses nothing."""
    await save(store, plain("acme", "a"))
    await store.save(Changes(health=[FULL_HEALTH]))
    assert [one.source for one in await store.listings()] == ["acme"]


async def test_an_answer_without_rows_is_an_answer(store: Store) -> None:
    """A source may be held to list nothing."""
    await save(store, plain("acme"))
    assert [one.rows for one in await store.listings()] == [()]


async def test_saving_nothing_is_harmless(store: Store) -> None:
    """A refresh that asked nobody leaves everything as it was."""
    await save(store, plain("acme", "a"))
    await store.save(Changes())
    assert len(await store.listings()) == 1


async def test_an_answer_without_pages_keeps_the_payload(store: Store) -> None:
    """Rows that changed without a new answer stand beside the payload that was remembered."""
    await save(store, answer("acme", FULL_LISTING))
    rows = plain("acme", "a").rows
    kept_as_is = GoodAnswer(rows=rows, pages=None, recorded_at=2.0)
    await store.save(Changes(health=[FULL_HEALTH], answers=[kept_as_is]))
    assert await store.payload("acme") == GoodAnswer(
        rows=rows, pages=(b"one", b"\x00\xff"), recorded_at=2.0
    )


async def test_pending_and_missing_rows_are_given_back_exactly(store: Store) -> None:
    """How often a suspicious state came and a row was missing outlives a restart."""
    pending = Pending(listing=FULL_LISTING, times=2)
    rows = (
        msgspec.structs.replace(kept(listing("acme", "a")), pending=pending),
        msgspec.structs.replace(kept(listing("acme", "b")), missing=2),
    )
    whole = SourceRows(source="acme", is_book=False, rows=rows)
    await save(store, GoodAnswer(rows=whole, pages=(), recorded_at=1.0))
    assert await store.listings() == [whole]


async def test_a_held_answer_is_given_back_as_it_was_saved(store: Store) -> None:
    """Its numbers, its listings and its payload; it is no last good answer."""
    bolt = msgspec.structs.replace(HELD, source="bolt", times=1, rejected=False, pages=())
    health = [Health(source="acme"), Health(source="bolt")]
    await store.save(Changes(health=health, held=[bolt, HELD]))
    assert await store.held() == {"acme": HELD, "bolt": bolt}
    assert list(await store.held()) == ["acme", "bolt"]
    assert await store.listings() == []


async def test_a_held_answer_is_replaced_and_released(store: Store) -> None:
    """One per source; a released one is gone, an unknown name is harmless."""
    again = msgspec.structs.replace(HELD, times=5, last_at=3.5)
    await store.save(Changes(health=[Health(source="acme")], held=[HELD]))
    await store.save(Changes(held=[again]))
    assert await store.held() == {"acme": again}
    await store.save(Changes(released=["acme", "nobody"]))
    assert await store.held() == {}


async def test_an_answer_may_be_released_and_held_anew_at_once(store: Store) -> None:
    """What one refresh decides about the old one does not cost the new one."""
    again = msgspec.structs.replace(HELD, digest="f" * 16)
    await store.save(Changes(health=[Health(source="acme")], held=[HELD]))
    await store.save(Changes(released=["acme"], held=[again]))
    assert await store.held() == {"acme": again}


async def test_hidden_offers_are_remembered_until_they_are_shown(store: Store) -> None:
    """Hiding twice is hiding once; showing what is not hidden is harmless."""
    await store.save(Changes(hidden=["acme/a", "acme/b"]))
    await store.save(Changes(hidden=["acme/a"], shown=["acme/b", "acme/z"]))
    assert await store.hidden() == {"acme/a"}
    await store.save(Changes(shown=["acme/a"]))
    assert await store.hidden() == frozenset()


async def test_offers_beyond_a_batch_are_hidden_and_shown(store: Store) -> None:
    """More than a statement can name."""
    names = [f"acme/m{number}" for number in range(BATCH + 1)]
    await store.save(Changes(hidden=names))
    assert len(await store.hidden()) == BATCH + 1
    await store.save(Changes(shown=names))
    assert await store.hidden() == frozenset()


async def test_what_was_read_does_not_change_when_something_is_saved(store: Store) -> None:
    """A reader holds what was there when it asked."""
    await save(store, plain("acme", "a"))
    health, listings = await store.health(), await store.listings()
    both = [FULL_HEALTH, Health(source="bolt")]
    await store.save(Changes(health=both, answers=[plain("bolt", "b")]))
    assert health == {"acme": Health(source="acme")}
    assert [one.source for one in listings] == ["acme"]


async def test_closing_twice_is_harmless(store: Store) -> None:
    """Whoever opened it may close it again."""
    await store.close()
    await store.close()


async def test_a_database_remembers_over_a_restart(tmp_path: Path) -> None:
    """What was saved is there for the next process."""
    first = sqlite(tmp_path)
    await first.open()
    await first.save(Changes(health=[FULL_HEALTH], answers=[answer("acme", FULL_LISTING)]))
    await first.close()
    second = sqlite(tmp_path)
    await second.open()
    assert (await second.payload("acme"), await second.health()) == (
        answer("acme", FULL_LISTING),
        {"acme": FULL_HEALTH},
    )
    await second.close()


async def counted(store: SqlStore, rows: int, sources: int) -> int:
    """Return with how many statements *sources* answers of *rows* rows are saved and read."""
    statements: list[str] = []
    engine = store.engine.sync_engine

    def note(*execution: object) -> None:
        statements.append(str(execution[2]))

    event.listen(engine, "before_cursor_execute", note)
    names = [f"s{number}" for number in range(sources)]
    await save(store, *(plain(name, *(f"m{n}" for n in range(rows))) for name in names))
    await store.listings()
    await store.health()
    event.remove(engine, "before_cursor_execute", note)
    return len([one for one in statements if one != "begin"])


async def test_the_number_of_statements_does_not_depend_on_the_rows(tmp_path: Path) -> None:
    """Saving and reading takes as many statements for one row as for thousands in many sources."""
    store = sqlite(tmp_path)
    await store.open()
    counts = {
        await counted(store, rows, sources) for rows, sources in ((1, 1), (3000, 1), (9, 99))
    }
    await store.close()
    assert counts == {4}


async def test_sources_beyond_a_batch_are_saved_in_batches(tmp_path: Path) -> None:
    """More sources than a statement can hold take a statement for each batch."""
    store = sqlite(tmp_path)
    await store.open()
    assert await counted(store, 0, BATCH + 1) == 4 + 2
    assert len(await store.listings()) == BATCH + 1
    await store.close()


async def test_a_save_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where one part cannot be written, no part is."""
    store = sqlite(tmp_path)
    await store.open()
    orphan = plain("nobody", "a")  # a listing whose source is unknown breaks a constraint
    with pytest.raises(StoreError, match="constraint"):
        await store.save(Changes(health=[Health(source="acme")], answers=[orphan]))
    assert await store.health() == {}
    await store.close()


async def test_what_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    """The error names the store and what is wrong with it."""
    (tmp_path / "store.db").write_bytes(b"these are no tables" * 1000)
    store = sqlite(tmp_path)
    with pytest.raises(StoreError, match=r"store\.db failed: file is not a database"):
        await store.open()
    await store.close()


async def test_listings_that_cannot_be_read_are_one_clear_error(tmp_path: Path) -> None:
    """Damaged bytes are told from an unreachable store, with what to do."""
    store = sqlite(tmp_path)
    await store.open()
    await save(store, plain("acme", "a"))
    async with store.engine.begin() as connection:
        await connection.exec_driver_sql("update listings set decoded = x'00ff'")
    with pytest.raises(StoreError, match="Move it away"):
        await store.listings()
    await store.close()
