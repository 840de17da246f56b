"""Faults of real providers' recorded answers, over sources of different shapes."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldex.refresh.asking import Questioner
from modeldex.refresh.refresher import Order, Refresher
from modeldex.refresh.schedule import Schedule
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.memory import MemoryStore
from support.refreshing import Clock, Notebook, offers, outcome
from support.world import World

# A table under a key, a bare list, pages by two kinds of cursor, rows with parts, a small list.
SHAPES = ("anthropic", "google", "huggingface-router", "openrouter", "together", "xai")
MOST = 8 * 2**20
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


def six() -> Registry:
    """Return the declarations of the six, with little patience."""
    found = registry.load().by_id
    return Registry([found[name] for name in SHAPES], [])


@pytest.fixture
async def refresher(tmp_path: Path, upstreams: str) -> AsyncIterator[Refresher]:
    """A refresher of the six over the recorded world."""
    clock = Clock()
    asker = Asker(lambda _: None, upstreams, 1.0, clock.time)
    with ThreadPoolExecutor(1) as pool:
        yield Refresher(
            store=MemoryStore(),
            load=six,
            chosen=None,
            questioner=Questioner(asker, Schedule(900, lambda: 0.5), lambda: 0.0, 2000),
            new_fetcher=lambda: Fetcher(8, MOST, use_proxies=False),
            publisher=Publisher(tmp_path / "snapshots", lambda: clock.seconds, pool),
            moment=clock.moment,
            stamp=lambda seconds: datetime.fromtimestamp(seconds, UTC).isoformat(),
            log=Notebook(),
        )


@pytest.mark.recorded
@pytest.mark.finding("X25")
async def test_no_fault_of_a_real_provider_costs_its_last_good_rows(
    refresher: Refresher, upstreams: str
) -> None:
    """Whatever all six send at once instead of models, the catalog stands, then goes on."""
    world = World(upstreams)
    good = await refresher.refresh(Order())
    assert good.failed == ()
    listed = offers(refresher.directory)
    for fault, kind in FAULTS.items():
        with world.faulty(fault, *SHAPES):
            report = await refresher.refresh(Order())
        kinds = {one.failure_kind for one in report.outcomes}
        assert {str(one) in kind for one in kinds} == {True}, (fault, kinds)
        assert (report.snapshot, report.published) == (good.snapshot, False), fault
        assert [one.rows for one in report.outcomes] == [one.rows for one in good.outcomes]
    assert offers(refresher.directory) == listed
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
