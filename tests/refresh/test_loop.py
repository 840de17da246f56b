"""The refresher's life: when it asks, when it rests, and what it does for others."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modeldex.refresh import loop
from modeldex.refresh.order import Order
from modeldex.refresh.report import Report
from modeldex.snapshot.publish import read_pointer
from modeldex.sources import registry
from support.live import eventually
from support.provider import FakeProvider, Reply
from support.refreshing import INTERVAL, WatchedStore, Workshop, models

BOOK = 'id = "book"\nname = "Book"\npackage = "genai-prices"\nbook = true\n'


class Letters:
    """Requests in memory."""

    def __init__(self, **requests: Order) -> None:
        self.requests, self.reports = dict(requests), dict[str, Report]()

    def pending(self) -> list[tuple[str, Order]]:
        """Return the requests that nobody has answered."""
        return list(self.requests.items())

    def answer(self, name: str, report: Report) -> None:
        """Hand a request its report."""
        del self.requests[name]
        self.reports[name] = report


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
        found.answers("acme", models("a"))
        yield found


def passing(workshop: Workshop, seconds: float, looks: int) -> Callable[[], bool]:
    """Return what is alive for so many looks, *seconds* of the workshop's clock apart."""
    left = iter(range(looks))

    def alive() -> bool:
        workshop.clock.seconds += seconds
        return next(left, None) is not None

    return alive


async def spend(workshop: Workshop, seconds: float, looks: int, letters: Letters | None) -> None:
    """Live for so many looks."""
    alive = passing(workshop, seconds, looks)
    await loop.run(workshop.refresher, letters or Letters(), alive, lambda: None)


async def test_sources_are_asked_when_they_are_due_and_not_between(
    workshop: Workshop, store: WatchedStore
) -> None:
    """Of seven looks at the clock, half an interval apart, three find the source due."""
    await spend(workshop, INTERVAL / 2, 7, None)
    assert workshop.asked("acme") == 3
    assert len(store.written) == 1 + 3  # the first looks for books, of which there are none


async def test_the_first_catalog_comes_from_books_before_anybody_is_asked(
    workshop: Workshop,
) -> None:
    """While every source hangs, there is a catalog already."""
    gate = threading.Event()
    (workshop.sources / "book.toml").write_text(BOOK)
    workshop.answers("acme", Reply(models("a").body, gate=gate))
    life = asyncio.create_task(spend(workshop, 1.0, 3, None))
    await asyncio.to_thread(eventually, lambda: workshop.asked("acme"))
    assert len(workshop.offers()) > 2000
    assert "acme/a" not in workshop.offers()
    gate.set()
    await life
    assert "acme/a" in workshop.offers()


async def test_a_catalog_that_is_there_needs_no_books(
    workshop: Workshop, store: WatchedStore
) -> None:
    """A restart goes on with what is current."""
    await workshop.refresh()
    await spend(workshop, 1.0, 1, None)
    assert len(store.written) == 2


@pytest.mark.parametrize("gone", ["removed", "left out"])
async def test_a_source_that_is_never_asked_again_is_no_reason_to_hurry(
    gone: str, workshop: Workshop, store: WatchedStore
) -> None:
    """A source that is no longer declared or chosen is overdue for ever, and does not matter."""
    workshop.declare("bolt")
    workshop.answers("bolt", models("z"))
    await workshop.refresh()
    if gone == "removed":
        (workshop.sources / "bolt.toml").unlink()
    workshop.refresher.selection.chosen = frozenset({"acme"})
    store.written.clear()
    await spend(workshop, INTERVAL / 2, 7, None)
    assert (len(store.written), workshop.asked("bolt")) == (3, 1)


async def test_sources_are_not_asked_without_end_where_nothing_can_be_remembered(
    workshop: Workshop, store: WatchedStore
) -> None:
    """With a full disk every source stays due; it is asked once a minute, not at every look."""
    await workshop.refresh()
    workshop.clock.seconds += INTERVAL
    store.is_full = True
    await spend(workshop, 30.0, 7, None)
    assert workshop.asked("acme") == 1 + 3
    assert workshop.log.of("error") == ["nothing was published"] * 3


@pytest.mark.finding("DB-M4")
async def test_a_store_that_cannot_be_read_is_tried_again(
    workshop: Workshop, store: WatchedStore
) -> None:
    """The fault is logged, the loop lives on, and goes on where it was when the store is back."""
    await workshop.refresh()
    store.is_gone = True
    await spend(workshop, 20.0, 6, None)
    assert workshop.log.of("error") == ["a refresh failed"] * 2
    assert workshop.asked("acme") == 1
    store.is_gone = False
    workshop.clock.seconds += INTERVAL
    await spend(workshop, 1.0, 1, None)
    assert workshop.asked("acme") == 2


@pytest.mark.finding("X26")
@pytest.mark.parametrize("failing", ["refuses", "lists nothing"])
async def test_with_nothing_usable_there_is_one_attempt_per_interval(
    failing: str, workshop: Workshop
) -> None:
    """While the catalog is empty the loop rests as ever between two attempts."""
    reply = Reply(status=404) if failing == "refuses" else models()
    workshop.answers("acme", reply)
    await spend(workshop, INTERVAL / 10, 42, None)
    assert workshop.offers() == []
    assert 2 <= workshop.asked("acme") <= 5


async def test_a_declaration_that_comes_or_goes_is_noticed_without_a_restart(
    workshop: Workshop,
) -> None:
    """A file dropped into the directory is asked long before anything is due; so is its end."""
    workshop.answers("bolt", models("z"))
    file, seen = workshop.sources / "bolt.toml", list[list[str]]()
    left = iter(range(12))

    def alive() -> bool:
        workshop.clock.seconds += 1.0
        look = next(left, None)
        if look == 3:
            workshop.declare("bolt")
        if look == 7:
            file.unlink()
        seen.append(workshop.offers())
        return look is not None

    await loop.run(workshop.refresher, Letters(), alive, lambda: registry.stamp(workshop.sources))
    assert ["acme/a", "bolt/z"] in seen
    assert seen[-1] == ["acme/a"]
    assert (workshop.asked("acme"), workshop.asked("bolt")) == (1, 1)


async def test_what_others_ask_for_is_done_at_once(workshop: Workshop) -> None:
    """A request does not wait for the next time of its source; its report is handed over."""
    letters = Letters(one=Order(sources=("acme",)))
    await spend(workshop, 1.0, 2, letters)
    assert workshop.asked("acme") == 2
    assert letters.requests == {}
    assert [one.source for one in letters.reports["one"].outcomes] == ["acme"]


async def test_equal_requests_share_one_refresh(workshop: Workshop) -> None:
    """Two that want the same get one report; one that wants something else gets its own."""
    same, other = Order(sources=("acme",)), Order(dry_run=True)
    letters = Letters(one=same, two=same, three=other)
    last = await loop.serve_requests(workshop.refresher, letters)
    assert workshop.asked("acme") == 2
    assert letters.reports["one"] == letters.reports["two"]
    assert letters.reports["three"] == last
    assert letters.reports["three"].dry_run


async def test_a_request_that_cannot_be_done_is_answered_with_the_reason(
    workshop: Workshop,
) -> None:
    """Whoever waits for it learns why, and the loop goes on with the others."""
    letters = Letters(one=Order(sources=("acne",)), two=Order())
    await spend(workshop, 1.0, 2, letters)
    problem = letters.reports["one"].problem
    assert problem is not None
    assert problem.startswith("There is no source 'acne'.")
    assert letters.reports["two"].problem is None


async def test_without_requests_nothing_is_run(workshop: Workshop) -> None:
    """Looking for requests costs no refresh."""
    assert await loop.serve_requests(workshop.refresher, Letters()) is None
    assert read_pointer(workshop.refresher.directory).current is None
    assert workshop.asked("acme") == 0
