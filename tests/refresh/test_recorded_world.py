"""Faults of real providers' recorded answers, over sources of different shapes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typing_extensions import override

from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.world import Moment
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.memory import MemoryStore
from support.catalogs import TODAY
from support.refreshing import Clock, Notebook, new_refresher, offers, outcome
from support.world import World

# A table under a key, a bare list, pages by two kinds of cursor, rows with parts, a small list.
SHAPES = ("anthropic", "google", "huggingface-router", "openrouter", "together", "xai")
MOST = 8 * 2**20
LONGEST_PAUSE = 86_400.0  # that a provider may ask for
FAULTS = {
    "hang": "timeout",
    "slow:2": "timeout",
    "status:404": "client",
    "status:503": "server",
    "429:5": "rate_limit",
    "429-date:5": "rate_limit",
    "html": "decode",
    "null": "decode",
    "garbage": "decode",
    "truncate": "connection",
    "drop": "connection",
    "empty": "guard or decode",  # decode where the rows stand elsewhere than under "data"
    "shrink:0": "guard",
    "huge:9": "client",
    "redirect": "client",
}


class LongDay(Clock):
    """A clock whose date stands still, since a catalog of another date is another catalog."""

    @override
    def moment(self) -> Moment:
        return Moment(self.seconds, TODAY)


def six() -> Registry:
    """Return the declarations of the six, with little patience."""
    found = registry.load().by_id
    return Registry([found[name] for name in SHAPES], [])


@pytest.fixture
def clock() -> LongDay:
    """The clock of the refresher."""
    return LongDay()


@pytest.fixture
def refresher(tmp_path: Path, upstreams: str, clock: LongDay) -> Iterator[Refresher]:
    """A refresher of the six over the recorded world."""
    asker = Asker(Addresses(lambda _: None, upstreams), 1.0, clock.time)
    with ThreadPoolExecutor(1) as pool:
        publisher = Publisher(tmp_path / "snapshots", lambda: clock.seconds, pool)
        yield new_refresher(clock, Notebook(), MemoryStore(), asker, publisher, six, MOST)


@pytest.mark.recorded
@pytest.mark.finding("X25")
async def test_no_fault_of_a_real_provider_costs_its_last_good_rows(
    refresher: Refresher, upstreams: str, clock: LongDay
) -> None:
    """Whatever all six send at once instead of models, the catalog stands, then goes on."""
    world = World(upstreams)
    good = await refresher.refresh(Order())
    assert good.failed == ()
    listed = offers(refresher.directory)
    for fault, kind in FAULTS.items():
        clock.seconds += LONGEST_PAUSE
        with world.faulty(fault, *SHAPES):
            report = await refresher.refresh(Order())
        kinds = {one.failure_kind for one in report.outcomes}
        assert {str(one) in kind for one in kinds} == {True}, (fault, kinds)
        assert (report.snapshot, report.published) == (good.snapshot, False), fault
        assert [one.rows for one in report.outcomes] == [one.rows for one in good.outcomes]
    assert offers(refresher.directory) == listed
    clock.seconds += LONGEST_PAUSE
    assert (await refresher.refresh(Order())).failed == ()


@pytest.mark.recorded
async def test_bad_rows_of_a_real_provider_cost_themselves(
    refresher: Refresher, upstreams: str
) -> None:
    """Rows that are no models are dropped and counted; all others are read as ever."""
    with World(upstreams).faulty("badrows:4", *SHAPES):
        bad = await refresher.refresh(Order())
    assert {one.outcome for one in bad.outcomes} == {"answered"}
    assert {one.dropped for one in bad.outcomes} == {4}
    good = await refresher.refresh(Order())
    for name in set(SHAPES) - {"huggingface-router"}:  # each of its rows is several listings
        assert outcome(bad, name).rows == outcome(good, name).rows - 4
