"""What is forgotten of the past, when, and what is said to whoever asks for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from modeldex.errors import BadValue
from modeldex.query import answer, history
from modeldex.query.question import Moment
from modeldex.refresh.order import Order
from modeldex.refresh.report import Report
from support.archives import asked, held, opened, seconds, told
from support.provider import FakeProvider, Reply
from support.refreshing import START, WatchedStore, Workshop, models

DAY = 86_400
OPEN = "\N{HORIZONTAL ELLIPSIS}"
LOW, MIDDLE, HIGH = "0.000001", "0.000002", "0.000003"
COMPACTED = "the past was compacted"


@pytest.fixture
def store() -> WatchedStore:
    """The store of the workshop."""
    return WatchedStore()


@pytest.fixture
def workshop(
    tmp_path: Path, fake_provider: FakeProvider, store: WatchedStore
) -> Iterator[Workshop]:
    """A refresher whose only source is ``acme``."""
    with ThreadPoolExecutor(1) as pool:
        found = Workshop(tmp_path, fake_provider, pool, store)
        found.declare("acme")
        yield found


async def day(workshop: Workshop, number: int, reply: Reply) -> Report:
    """Refresh at noon, so many days after 2026-11-23."""
    workshop.clock.seconds = START + number * DAY
    workshop.answers("acme", reply)
    return await workshop.refresh()


async def lived(workshop: Workshop) -> None:
    """Refresh on three days: prices rise each day, and b goes on the second."""
    await day(workshop, 0, models("a", "b"))
    await day(workshop, 1, models("a", prompt=MIDDLE))
    await day(workshop, 2, models("a", prompt=HIGH))


async def forget(workshop: Workshop, before: str) -> Report:
    """Forget what had ended before a moment."""
    return await workshop.refresher.refresh(Order(ask_nobody=True, forget_before=seconds(before)))


def remembering(workshop: Workshop, days: int) -> None:
    """Let the refresher remember so many days."""
    terms = workshop.refresher.terms
    workshop.refresher.terms = msgspec.structs.replace(terms, history_days=days)


def compactions(workshop: Workshop) -> int:
    """Return how often something was forgotten."""
    return workshop.log.of("info").count(COMPACTED)


async def test_what_is_in_force_stays_and_so_do_comings_and_goings(workshop: Workshop) -> None:
    """Prices that had ended go, and changes of price that were learned before."""
    await lived(workshop)
    report = await forget(workshop, "2026-11-25")

    assert (report.problem, report.published) == (None, True)
    assert await held(workshop.store) == [
        ("a", f"{MIDDLE}/{MIDDLE}", "2026-11-24T12:00:00", "2026-11-25T12:00:00"),
        ("a", f"{HIGH}/{HIGH}", "2026-11-25T12:00:00", OPEN),
    ]
    assert [one.split(" [")[0] for one in await told(workshop.store)] == [
        "b offer.removed @2026-11-24T12:00:00",
        "a price.changed",
    ]
    assert workshop.statuses() == {"acme/a": "available", "acme/b": "missing"}


async def test_a_moment_that_was_forgotten_is_refused_with_the_first_that_was_not(
    workshop: Workshop,
) -> None:
    """As `as_of` and as `known_at`, of the list, of one offer and of a history."""
    await lived(workshop)
    await forget(workshop, "2026-11-25")
    snapshot = opened(workshop.refresher.directory)
    last, first = seconds("2026-11-25") - 1, seconds("2026-11-25")

    with pytest.raises(BadValue, match=r"as_of.*a moment from 2026-11-25T00:00:00Z on"):
        asked(snapshot, as_of="2026-11-24T23:59:59Z")
    with pytest.raises(BadValue, match=r"known_at.*from 2026-11-25T00:00:00Z on"):
        asked(snapshot, as_of="2026-11-25", known_at="2026-11-24")
    for moment in (Moment(last, None), Moment(first, last)):
        with pytest.raises(BadValue, match="from 2026-11-25T00:00:00Z on"):
            answer.one(snapshot, "acme/a", moment=moment)
    with pytest.raises(BadValue, match="from 2026-11-25T00:00:00Z on"):
        history.history(snapshot, "acme/a", last)

    rows = asked(snapshot, as_of="2026-11-25", known_at="2026-11-25")
    assert {one: row["pricing"]["prompt"] for one, row in rows.items()} == {"acme/a": MIDDLE}
    assert answer.one(snapshot, "acme/a", moment=Moment(first, first)) is not None
    assert history.history(snapshot, "acme/a", first) is not None


async def test_forgetting_less_than_before_brings_nothing_back(workshop: Workshop) -> None:
    """What was said to be forgotten stays so; the snapshot is the same."""
    await lived(workshop)
    first = await forget(workshop, "2026-11-25")
    report = await forget(workshop, "2026-11-24")
    assert (report.snapshot, report.published) == (first.snapshot, False)
    assert opened(workshop.refresher.directory).horizon == seconds("2026-11-25")


async def test_the_past_is_compacted_once_a_day(workshop: Workshop) -> None:
    """By whole days; what follows is published though no answer has changed."""
    await lived(workshop)
    remembering(workshop, 1)
    first = await day(workshop, 2, models("a", prompt=HIGH))
    horizon = opened(workshop.refresher.directory).horizon
    again = await day(workshop, 2, models("a", prompt=HIGH))
    assert (first.published, again.published, compactions(workshop)) == (True, False, 1)
    assert (horizon, first.snapshot) == (seconds("2026-11-24"), again.snapshot)

    workshop.restart()
    remembering(workshop, 1)
    later = await day(workshop, 2, models("a", prompt=HIGH))
    assert (later.snapshot, later.published) == (first.snapshot, False)
    await day(workshop, 3, models("a", prompt=HIGH))
    assert opened(workshop.refresher.directory).horizon == seconds("2026-11-25")


async def test_what_comes_to_nothing_is_no_compaction(
    workshop: Workshop, store: WatchedStore
) -> None:
    """After a dry run, and after a refresh that could not be remembered, it is still due."""
    await lived(workshop)
    remembering(workshop, 1)
    await workshop.refresh(dry_run=True)
    store.is_full = True
    assert (await workshop.refresh()).problem == "The disk is full."
    assert compactions(workshop) == 0
    store.is_full = False
    assert (await workshop.refresh()).problem is None
    assert compactions(workshop) == 1


async def test_without_a_setting_nothing_is_ever_forgotten(workshop: Workshop) -> None:
    """However old it is."""
    await lived(workshop)
    await day(workshop, 4000, models("a"))
    assert compactions(workshop) == 0
    assert len(asked(opened(workshop.refresher.directory), as_of="2026-11-23T12:00:00Z")) == 2
