"""Years of real providers' recorded answers, one refresh after the other."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import recorded
from modeldex.refresh.order import Order
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.memory import MemoryStore
from support.refreshing import Clock, Notebook, new_refresher, outcome, statuses
from support.world import World

MOST = 8 * 2**20
HOURS = (0, 6, 12, 18, 24)  # of a recorded day, at which it is asked for


class Past:
    """A refresher of one provider, and its recorded days.

    Attributes:
        longest: how many answers a row had to wait for at most.
    """

    def __init__(
        self, source: str, world: World, directory: Path, pool: ThreadPoolExecutor
    ) -> None:
        self.source, self.world, self.directory = source, world, directory
        self.clock, self.recordings, self.store = Clock(), recorded.load(), MemoryStore()
        self.longest = 0
        declared = Registry([registry.load().by_id[source]], [])
        asker = Asker(Addresses(lambda _: None, world.template), 30.0, self.clock.time)
        publisher = Publisher(directory, lambda: self.clock.seconds, pool)
        self.refresher = new_refresher(
            self.clock, Notebook(), self.store, asker, publisher, lambda: declared, MOST
        )

    def dates(self) -> list[str]:
        """Return the recorded days."""
        return [one.date for one in self.recordings.of(self.source)]

    async def live(self, date: str) -> list[str]:
        """Refresh at each of a day's hours; return what became of each answer."""
        self.world.turn_to(date)
        begin = datetime.fromisoformat(date).replace(tzinfo=UTC)
        found = []
        for hour in HOURS:
            self.clock.seconds = (begin + timedelta(hours=hour)).timestamp()
            report = await self.refresher.refresh(Order())
            found.append(outcome(report, self.source).outcome)
            self.longest = max([self.longest, *await self.waits()])
        return found

    async def waits(self) -> list[int]:
        """Return of each row that keeps an old value how many answers have stated the new one."""
        found = (await self.store.known()).listings
        return [row.pending.times for one in found for row in one.rows if row.pending is not None]

    def listed(self, date: str) -> set[str]:
        """Return the ids that stand in the recorded answer of a day."""
        whole = json.loads(self.recordings.body(self.recordings.at(self.source, date)))
        if self.source == "google":
            return {row["name"].removeprefix("models/") for row in whole["models"]}
        return {row["id"] for row in whole["data"]}

    def present(self) -> set[str]:
        """Return the ids that the catalog shows as what the provider lists now."""
        found = statuses(self.directory).items()
        gone = ("missing", "retired")
        return {name.removeprefix(f"{self.source}/") for name, one in found if one not in gone}


@pytest.fixture
def past(request: pytest.FixtureRequest, tmp_path: Path, upstreams: str) -> Iterator[Past]:
    """The past of a provider; afterwards the recorded world is today's again."""
    world = World(upstreams)
    with world.turned_back(), ThreadPoolExecutor(1) as pool:
        yield Past(request.param, world, tmp_path / "snapshots", pool)


@pytest.mark.recorded
@pytest.mark.parametrize("past", ["xai", "openrouter", "google", "anthropic"], indirect=True)
async def test_each_recorded_day_is_the_catalog_after_it(past: Past) -> None:
    """A day of equal answers settles all that really changed: its models are those listed."""
    for date in past.dates():
        await past.live(date)
        assert past.present() == past.listed(date), date


@pytest.mark.recorded
@pytest.mark.parametrize("past", ["openrouter", "google", "anthropic"], indirect=True)
async def test_no_true_change_is_held_for_longer_than_two_answers(past: Past) -> None:
    """Prices and limits, up or down: two equal answers wait, the third does not."""
    for date in past.dates():
        assert "held" not in await past.live(date), date
        assert (await past.waits(), past.longest <= 2) == ([], True), date


@pytest.mark.recorded
@pytest.mark.finding("X22")
@pytest.mark.parametrize("past", ["xai"], indirect=True)
async def test_xais_great_retirement_is_believed_after_a_day(past: Past) -> None:
    """In May 2026 sixteen models became seven: held at first, released when it stayed so."""
    await past.live("2026-05-06")
    before = past.present()
    assert len(before) == 16
    assert await past.live("2026-05-16") == ["held"] * 4 + ["answered"]
    assert past.present() == past.listed("2026-05-16")
    assert len(past.present()) == 7
    assert before - past.present() <= {
        name.removeprefix("xai/")
        for name, one in statuses(past.directory).items()
        if one == "missing"
    }
