"""What refreshes remember over time, and since when."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from modeldex.domain.listing import SourceRows
from modeldex.refresh.order import Decision, Order, PastFiles
from modeldex.store.base import Changes, GoodAnswer, Health, Store
from modeldex.store.sql import SqlStore
from refresh.test_guarded import HIGH, IDS, LOW, SHRUNK, again, one_high, started
from support.archives import asked, held, opened, told, written
from support.catalogs import kept, listing, priced
from support.provider import FakeProvider, Reply
from support.refreshing import INTERVAL, START, Workshop, models

OPEN = "\N{HORIZONTAL ELLIPSIS}"
FIXTURE = Path(__file__).parents[1] / "store" / "fixtures" / "first_schema.sqlite.sql"


async def moments(store: Store, source: str = "acme") -> list[tuple[int, int]]:
    """Return when a source was observed, and when that was learned."""
    return [(one.observed_at, one.recorded_at) for one in await store.observations(source)]


async def test_the_first_answer_makes_facts_and_no_events(workshop: Workshop) -> None:
    """Nobody can say since when what it states has been so."""
    await started(workshop)
    assert await told(workshop.store) == []
    assert (await held(workshop.store))[0] == ("m00", f"{LOW}/{LOW}", "2026-11-23T12:00:00", OPEN)
    assert await moments(workshop.store) == [(START, START)]


async def test_a_suspicious_price_that_settles_held_since_it_was_first_stated(
    workshop: Workshop,
) -> None:
    """The third equal answer is believed; what was believed until then stays on record."""
    await started(workshop)
    for _ in range(3):
        await again(workshop, one_high())

    periods = [one for one in await held(workshop.store) if one[0] == "m00"]
    assert periods == [
        ("m00", f"{LOW}/{LOW}", "2026-11-23T12:00:00", "2026-11-23T12:15:00"),
        ("m00", f"{HIGH}/{HIGH}", "2026-11-23T12:15:00", OPEN),
    ]
    (event,) = (await workshop.store.basis(0)).ledger.events
    assert (event.happened_at, event.recorded_at) == (START + INTERVAL, START + 3 * INTERVAL)
    snapshot = opened(workshop.refresher.directory)
    for known_at, price in (("2026-11-23T12:44:59Z", LOW), ("2026-11-23T12:45:00Z", HIGH)):
        found = asked(snapshot, as_of="2026-11-23T12:15:00Z", known_at=known_at)
        assert found["acme/m00"]["pricing"]["prompt"] == price


async def test_a_suspicious_price_that_does_not_stay_leaves_no_trace(workshop: Workshop) -> None:
    """Another one in between begins to wait anew."""
    await started(workshop)
    for reply in (one_high(), one_high(), models(*IDS), one_high()):
        await again(workshop, reply)
    assert await told(workshop.store) == []
    for _ in range(2):
        await again(workshop, one_high())
    (event,) = (await workshop.store.basis(0)).ledger.events
    assert event.happened_at == START + 4 * INTERVAL


async def test_an_accepted_answer_is_dated_from_when_it_first_came(workshop: Workshop) -> None:
    """Not from when the operator decided; that is when it was learned."""
    await started(workshop)
    for _ in range(2):
        await again(workshop, SHRUNK)
    workshop.clock.seconds += INTERVAL
    await workshop.decide(Decision(action="accept", target="acme"))

    events = (await workshop.store.basis(0)).ledger.events
    assert {(one.kind, one.happened_at, one.recorded_at) for one in events} == {
        ("offer.removed", START + INTERVAL, START + 3 * INTERVAL)
    }
    assert len(events) == len(IDS) - 7
    assert (await moments(workshop.store))[1] == (START + INTERVAL, START + 3 * INTERVAL)
    listed = asked(opened(workshop.refresher.directory), as_of="2026-11-23T12:15:00Z")
    assert len(listed) == 7


@pytest.fixture
async def older(workshop: Workshop) -> Workshop:
    """A workshop whose store has the rows of an older modeldex, and nothing over time."""
    workshop.declare("acme")
    said = SourceRows(
        source="acme",
        is_book=False,
        rows=(kept(priced("acme", "a", "0.000001", "0.000001")), kept(listing("acme", "b"))),
    )
    answer = GoodAnswer(rows=said, pages=(), recorded_at=START - 9000)
    health = Health(source="acme", answered_at=START - 9000, rows=2)
    await workshop.store.save(Changes(health=[health], answers=[answer]))
    return workshop


STATED = Reply(
    b'{"data": [{"id": "a", "pricing": {"prompt": "0.000001", "completion": "0.000001"}},'
    b'{"id": "b"}]}'
)


@pytest.mark.parametrize(
    ("reply", "seen_at"),
    [(STATED, "2026-11-23T12:00:00"), (Reply(status=500), "2026-11-23T09:30:00")],
)
async def test_rows_of_an_older_modeldex_begin_their_history(
    older: Workshop, reply: Reply, seen_at: str
) -> None:
    """From when their source said so last, be it now or before; there are no events."""
    older.answers("acme", reply)
    assert (await older.refresh()).published
    expected = [("a", "0.000001/0.000001", seen_at, OPEN), ("b", "", seen_at, OPEN)]
    assert (await held(older.store), await told(older.store)) == (expected, [])
    assert (await older.store.known()).observed == {"acme"}

    older.clock.seconds += INTERVAL
    older.answers("acme", STATED)
    before = await moments(older.store)
    assert not (await older.refresh()).published
    assert (await held(older.store), await moments(older.store)) == (expected, before)


async def test_rows_of_an_older_modeldex_may_have_a_past_after_a_refresh(
    older: Workshop, tmp_path: Path
) -> None:
    """As the refusal before it says."""
    folder = written(tmp_path / "past", {"2026-11-01": models("a")})
    order = Order(ask_nobody=True, past=PastFiles(path=str(folder), source="acme"))
    with pytest.raises(Exception, match="modeldex refresh --source acme"):
        await older.refresher.refresh(order)
    older.answers("acme", STATED)
    await older.refresh()
    assert (await older.refresher.refresh(order)).problem is None
    assert (await held(older.store))[0][2:] == ("2026-11-01", OPEN)


async def test_a_migrated_store_begins_its_history(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """The frozen first schema: what acme said on 2025-11-24 is a fact from then on."""
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIXTURE.read_text(encoding="utf-8"))
    store = SqlStore(f"sqlite:///{file}")
    await store.open()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        workshop.declare("acme")
        assert (await workshop.refresh()).published
    assert [(one[0], one[2], one[3]) for one in await held(store)] == [
        ("labs/a", "2025-11-24T12:00:00", OPEN),
        ("labs/b", "2025-11-24T12:00:00", OPEN),
    ]
    assert await told(store) == []
    await store.close()
