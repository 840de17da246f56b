"""What every store must do; each kind of store passes the same tests."""

import msgspec

from modeldex.domain.history import Ledger
from modeldex.domain.listing import Pending, SourceRows
from modeldex.store.base import Basis, Changes, GoodAnswer, Health, Remembered, Store
from modeldex.store.reading import BATCH
from support.catalogs import kept, listing
from support.stored import (
    FULL_HEALTH,
    FULL_LISTING,
    HELD,
    answer,
    plain,
    save,
)


async def test_an_empty_store_holds_nothing(store: Store) -> None:
    """What was never saved is not there."""
    assert await store.known() == Remembered(
        health={}, listings=(), held={}, hidden=frozenset(), commit=0, recorded_at=0
    )
    assert await store.basis(0) == Basis(
        listings=(), hidden=frozenset(), ledger=Ledger(), commit=0, read_from="primary"
    )
    assert (await store.believed(["acme"]), await store.observations("acme")) == ((), ())
    assert await store.payload("acme") is None


async def test_health_is_given_back_as_it_was_saved(store: Store) -> None:
    """Every field is remembered, and unknown fields stay unknown."""
    await store.save(Changes(health=[FULL_HEALTH, Health(source="bolt")]))
    assert (await store.known()).health == {"acme": FULL_HEALTH, "bolt": Health(source="bolt")}


async def test_listings_are_given_back_exactly(store: Store) -> None:
    """Decimals keep every digit, and so does all else that a listing can say."""
    saved = answer("acme", FULL_LISTING, is_book=True)
    await save(store, saved)
    (rows,) = (await store.known()).listings
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
    assert [one.source for one in (await store.known()).listings] == ["acme", "bolt"]
    assert list((await store.known()).health) == ["acme", "bolt"]


async def test_saving_again_replaces_what_was_held_of_a_source(store: Store) -> None:
    """A new answer and a new state take the place of the old ones, and of no others."""
    await save(store, plain("acme", "a"), plain("bolt", "b"))
    await store.save(Changes(health=[FULL_HEALTH], answers=[plain("acme", "c", "d")]))
    held = {one.source: [row.listing.provider_model_id for row in one.rows] for one in
            (await store.known()).listings}  # fmt: skip
    assert held == {"acme": ["c", "d"], "bolt": ["b"]}
    assert (await store.known()).health["acme"] == FULL_HEALTH


async def test_saving_health_alone_keeps_the_listings(store: Store) -> None:
    """A failed source loses nothing."""
    await save(store, plain("acme", "a"))
    await store.save(Changes(health=[FULL_HEALTH]))
    assert [one.source for one in (await store.known()).listings] == ["acme"]


async def test_an_answer_without_rows_is_an_answer(store: Store) -> None:
    """A source may be held to list nothing."""
    await save(store, plain("acme"))
    assert [one.rows for one in (await store.known()).listings] == [()]


async def test_saving_nothing_is_harmless(store: Store) -> None:
    """A refresh that asked nobody leaves everything as it was."""
    await save(store, plain("acme", "a"))
    await store.save(Changes())
    assert len((await store.known()).listings) == 1


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
    assert (await store.known()).listings == (whole,)


async def test_a_held_answer_is_given_back_as_it_was_saved(store: Store) -> None:
    """Its numbers, its listings and its payload; it is no last good answer."""
    bolt = msgspec.structs.replace(HELD, source="bolt", times=1, rejected=False, pages=())
    health = [Health(source="acme"), Health(source="bolt")]
    await store.save(Changes(health=health, held=[bolt, HELD]))
    assert (await store.known()).held == {"acme": HELD, "bolt": bolt}
    assert list((await store.known()).held) == ["acme", "bolt"]
    assert (await store.known()).listings == ()


async def test_a_held_answer_is_replaced_and_released(store: Store) -> None:
    """One per source; a released one is gone, an unknown name is harmless."""
    again = msgspec.structs.replace(HELD, times=5, last_at=3.5)
    await store.save(Changes(health=[Health(source="acme")], held=[HELD]))
    await store.save(Changes(held=[again]))
    assert (await store.known()).held == {"acme": again}
    await store.save(Changes(released=["acme", "nobody"]))
    assert (await store.known()).held == {}


async def test_an_answer_may_be_released_and_held_anew_at_once(store: Store) -> None:
    """What one refresh decides about the old one does not cost the new one."""
    again = msgspec.structs.replace(HELD, digest="f" * 16)
    await store.save(Changes(health=[Health(source="acme")], held=[HELD]))
    await store.save(Changes(released=["acme"], held=[again]))
    assert (await store.known()).held == {"acme": again}


async def test_hidden_offers_are_remembered_until_they_are_shown(store: Store) -> None:
    """Hiding twice is hiding once; showing what is not hidden is harmless."""
    await store.save(Changes(hidden=["acme/a", "acme/b"]))
    await store.save(Changes(hidden=["acme/a"], shown=["acme/b", "acme/z"]))
    assert (await store.known()).hidden == {"acme/a"}
    await store.save(Changes(shown=["acme/a"]))
    assert (await store.known()).hidden == frozenset()


async def test_offers_beyond_a_batch_are_hidden_and_shown(store: Store) -> None:
    """More than a statement can name."""
    names = [f"acme/m{number}" for number in range(BATCH + 1)]
    await store.save(Changes(hidden=names))
    assert len((await store.known()).hidden) == BATCH + 1
    await store.save(Changes(shown=names))
    assert (await store.known()).hidden == frozenset()


async def test_what_was_read_does_not_change_when_something_is_saved(store: Store) -> None:
    """A reader holds what was there when it asked."""
    await save(store, plain("acme", "a"))
    before = await store.known()
    both = [FULL_HEALTH, Health(source="bolt")]
    await store.save(Changes(health=both, answers=[plain("bolt", "b")]))
    assert before.health == {"acme": Health(source="acme")}
    assert [one.source for one in before.listings] == ["acme"]


async def test_closing_twice_is_harmless(store: Store) -> None:
    """Whoever opened it may close it again."""
    await store.close()
    await store.close()
