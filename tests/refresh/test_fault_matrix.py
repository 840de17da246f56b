"""Every fault of the recorded world, on sources of six shapes, beside one that is fine."""

import copy
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import recorded
from modeldex.domain.listing import Listing
from modeldex.refresh.order import Order
from modeldex.refresh.refresher import Refresher
from modeldex.refresh.report import Report
from modeldex.snapshot.publish import Publisher
from modeldex.sources import registry
from modeldex.sources.address import Addresses
from modeldex.sources.harvest import Asker
from modeldex.sources.registry import Registry
from modeldex.store.memory import MemoryStore
from support import live, wire, world
from support.refreshing import Clock, Notebook, new_refresher, offers, outcome
from support.world import World

# A table under a key, a bare list, pages by two kinds of cursor, signed requests, rows with parts.
SHAPES = ("openrouter", "together", "anthropic", "google", "bedrock", "huggingface-router")
UNDER_DATA = ("openrouter", "anthropic", "huggingface-router")
UNSCALED = ("bedrock",)  # it states nothing that looks like a price and that is read
FINE = "groq"
PATIENT, HURRIED = 60.0, 2.0  # seconds for a source
MOST = 4 * 2**20
WAIT = 120.0
# What a fault is called in reports; of the rest, see `expected`.
KINDS = {
    "hang": "timeout",
    "slow:9": "timeout",
    "status:400": "client",
    "status:401": "auth",
    "status:403": "auth",
    "status:404": "client",
    "status:500": "server",
    "status:503": "server",
    f"429:{WAIT:.0f}": "rate_limit",
    f"429-date:{WAIT:.0f}": "rate_limit",
    "html": "decode",
    "null": "decode",
    "garbage": "decode",
    "truncate": "connection",
    "empty": "guard",
    "drop": "connection",
    "huge:5": "client",
    "shrink:0": "guard",
    "shrink:20": "guard",
    "scale:1000": "guard",
    "redirect": "client",
}
_REFRESH = """
import resource, sys
from modeldex.cli import main
sys.argv = ["modeldex", "refresh", "--json"]
try:
    main()
finally:
    sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


class Days:
    """A good day's store and snapshots, of which each test goes on with a copy of its own."""

    def __init__(self, template: str, directory: Path, pool: Executor) -> None:
        self.world, self.directory, self.pool = World(template), directory, pool
        self.clock, self.store = Clock(), MemoryStore()
        self.clock.seconds = float(int(time.time()))  # the world's dates are those of today

    def of(self, deadline: float) -> Refresher:
        """Return a refresher of the six, and of one that is fine and has time."""
        asker = Asker(Addresses(lambda _: None, self.world.template), deadline, self.clock.time)
        publisher = Publisher(self.directory, lambda: self.clock.seconds, self.pool)
        return new_refresher(self.clock, Notebook(), self.store, asker, publisher, seven, MOST)

    def another(self, directory: Path) -> "Days":
        """Return what goes on from here in *directory*."""
        found = copy.copy(self)
        found.clock, found.store = Clock(), copy.deepcopy(self.store)
        found.clock.seconds = self.clock.seconds
        found.directory = directory / "snapshots"
        shutil.copytree(self.directory, found.directory)
        return found

    async def listings(self) -> dict[str, list[Listing]]:
        """Return what is held of each source and not missing."""
        return {
            one.source: [row.listing for row in one.rows if not row.missing]
            for one in (await self.store.known()).listings
        }


def seven() -> Registry:
    """Return the declarations of the six, and of the one that is fine."""
    found = registry.load().by_id
    return Registry([*(found[name] for name in SHAPES), replace(found[FINE], timeout=PATIENT)], [])


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    """A recorded world of this module's own, since its faults hang on."""
    with world.serving() as found:
        yield found


@pytest.fixture(scope="module")
async def good(template: str, tmp_path_factory: pytest.TempPathFactory) -> Days:
    """A day on which all seven answered."""
    with ThreadPoolExecutor(1) as pool:
        found = Days(template, tmp_path_factory.mktemp("good") / "snapshots", pool)
        report = await found.of(PATIENT).refresh(Order())
        assert (report.failed, report.published) == ((), True)
    return found


@pytest.fixture
def day(good: Days, tmp_path: Path) -> Iterator[Days]:
    """The day after."""
    with ThreadPoolExecutor(1) as pool:
        found = good.another(tmp_path)
        found.pool = pool
        yield found


def expected(fault: str, source: str) -> str | None:
    """Return the kind of failure that a fault is at a source, ``None`` where it is none."""
    if fault == "empty" and source not in UNDER_DATA:
        return "decode"  # their list stands elsewhere
    if fault == "scale:1000" and source in UNSCALED:
        return None
    return KINDS[fault]


def kinds(report: Report) -> dict[str, str | None]:
    """Return the kind of failure of each source."""
    return {one.source: one.failure_kind for one in report.outcomes}


def test_no_fault_of_the_tool_is_left_out() -> None:
    """The matrix has every fault that the recorded world's help lists."""
    recorded.load()
    tool = (recorded.BESIDE.parent / "tools" / "upstreams.py").read_text(encoding="utf-8")
    listed = tool.partition("Faults: ")[2].partition("\n\n")[0]
    names = {one.split()[0].partition(":")[0] for one in listed.replace("\n", " ").split("|")}

    assert names == {*(fault.partition(":")[0] for fault in KINDS), "badrows"}


@pytest.mark.recorded
@pytest.mark.finding("X25", "PV-M6")
@pytest.mark.parametrize("fault", KINDS)
async def test_a_fault_costs_nobody_a_row_and_goes_by_itself(fault: str, day: Days) -> None:
    """Six sources fail in one way: last good rows stand, the kind is told, all recover."""
    before, listed = await day.listings(), offers(day.directory)
    hurried = fault.partition(":")[0] in {"hang", "slow"}
    with day.world.faulty(fault, *SHAPES):
        bad = await day.of(HURRIED if hurried else PATIENT).refresh(Order())
    after = await day.listings()

    assert kinds(bad) == {FINE: None, **{name: expected(fault, name) for name in SHAPES}}
    for name in SHAPES:
        if expected(fault, name) is not None:
            assert (outcome(bad, name).rows, after[name]) == (len(before[name]), before[name])
    assert outcome(bad, FINE).outcome in {"answered", "unchanged"}
    assert offers(day.directory) == listed

    day.clock.seconds += 3600
    recovered = await day.of(PATIENT).refresh(Order())
    again = await day.listings()
    for name in (FINE, *SHAPES):
        assert kinds(recovered)[name] is None
        assert outcome(recovered, name).outcome in {"answered", "unchanged"}
        assert again[name] == before[name]
    assert offers(day.directory) == listed


@pytest.mark.recorded
async def test_bad_rows_cost_themselves_and_take_no_good_ones_away(day: Days) -> None:
    """Four rows of each source are no models: counted, and what is held of them stays."""
    before, listed = await day.listings(), offers(day.directory)
    with day.world.faulty("badrows:4", *SHAPES):
        bad = await day.of(PATIENT).refresh(Order())

    assert set(kinds(bad).values()) == {None}
    assert {outcome(bad, name).dropped for name in SHAPES} == {4}
    assert {name: len(rows) for name, rows in (await day.listings()).items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert offers(day.directory) == listed


@pytest.mark.recorded
@pytest.mark.parametrize("fault", [f"429:{WAIT:.0f}", f"429-date:{WAIT:.0f}"])
async def test_nobody_calls_before_the_time_that_a_source_asked_for(fault: str, day: Days) -> None:
    """`Retry-After`, in seconds and as a date, holds over a restart; then all are asked."""
    with day.world.faulty(fault, *SHAPES):
        await day.of(PATIENT).refresh(Order())
    day.world.reset()
    day.clock.seconds += WAIT - 2  # a date has whole seconds
    early = await day.of(PATIENT).refresh(Order())
    asked_early = set(day.world.hits())
    day.clock.seconds += 3600
    await day.of(PATIENT).refresh(Order())

    assert asked_early == {FINE}
    assert {one.outcome for one in early.outcomes if one.source != FINE} == {"skipped"}
    assert {*SHAPES, FINE} == set(day.world.hits())


@pytest.mark.recorded
def test_with_every_source_hanging_the_cycle_ends_and_the_catalog_is_served(
    template: str, tmp_path: Path
) -> None:
    """Each source costs its own deadline and no more; every request meanwhile is answered."""
    known = World(template)
    given = {"SOURCE_MIRROR": template, "FETCH_CONCURRENCY": "64", "SOURCES": patient_ones()}
    assert live.run(tmp_path, "refresh", **given).returncode == 0
    known.reset()
    report = hanging(known, tmp_path, SOURCE_TIMEOUT=f"{HURRIED}", **given)
    hung = {one["source"]: one for one in report["outcomes"] if one["source"] in known.hits()}

    assert len(hung) > 30
    assert {(one["outcome"], one["failure_kind"]) for one in hung.values()} == {
        ("failed", "timeout")
    }
    assert {one["reason"] for one in hung.values()} == {"no complete answer within 2 s"}


@pytest.mark.recorded
def test_a_cycle_in_which_every_source_hangs_ends_by_its_own_deadline(
    template: str, tmp_path: Path
) -> None:
    """Eight at a time, a minute for each, would take many; then the others have their turn."""
    known = World(template)
    given = {"SOURCE_MIRROR": template, "FETCH_CONCURRENCY": "8", "SOURCES": patient_ones()}
    first = json.loads(live.run(tmp_path, "refresh", "--json", **given).stdout)
    asked = {one["source"] for one in first["outcomes"] if one["source"] in known.hits()}
    known.reset()
    slow = {"SOURCE_TIMEOUT": "60", "REFRESH_DEADLINE": f"{HURRIED}"}
    report = hanging(known, tmp_path, **slow, **given)
    hit = known.hits()
    found = {one["source"]: one for one in report["outcomes"] if one["source"] in asked}
    again = json.loads(live.run(tmp_path, "refresh", "--json", **given).stdout)

    assert len(hit) == 8 < len(found)
    assert {(found[name]["failure_kind"], found[name]["reason"]) for name in hit} == {
        ("timeout", "no complete answer by the refresh's deadline of 2 s")
    }
    assert {
        (one["outcome"], one["reason"]) for one in found.values() if one["source"] not in hit
    } == {("skipped", "its turn did not come by the refresh's deadline of 2 s")}
    assert [one for one in again["outcomes"] if one["failure_kind"] in {"timeout", "guard"}] == []
    assert (again["snapshot"], again["offers"]) == (first["snapshot"], first["offers"])


def patient_ones() -> str:
    """Return the providers that have no deadline of their own, as the setting takes them."""
    declared = registry.load().by_id.values()
    return ",".join(one.id for one in declared if one.timeout is None and not one.book)


def hanging(known: World, directory: Path, **given: str) -> Any:
    """Return the report of a refresh in which all hang, while each request is answered."""
    with (
        live.served(live.application(directory)) as url,
        ThreadPoolExecutor(1) as pool,
        known.faulty("hang", "*"),
    ):
        before = wire.ask(url, "/v1/models").body
        refresh = pool.submit(live.run, directory, "refresh", "--json", **given)
        answers = set()
        while not refresh.done():
            answers.add((wire.ask(url, "/readyz").status, wire.ask(url, "/v1/models").body))
            time.sleep(0.1)
    assert answers == {(200, before)}
    return json.loads(refresh.result().stdout)


@pytest.mark.recorded
def test_a_huge_answer_costs_memory_within_the_limit(template: str, tmp_path: Path) -> None:
    """Of 500 MiB from each of the six, no more than `SOURCE_MAX_BYTES` is ever held."""
    usual, _ = refreshed(template, tmp_path / "usual")
    with World(template).faulty("huge:500", *SHAPES):
        most, report = refreshed(template, tmp_path / "huge")

    assert {one["reason"] for one in report["outcomes"] if one["source"] in SHAPES} == {
        f"its answer is larger than {MOST} bytes"
    }
    assert most - usual < len(SHAPES) * MOST * 2


def refreshed(template: str, directory: Path) -> tuple[int, dict[str, list[dict[str, object]]]]:
    """Return the most memory that a refresh of the six took, in bytes, and its report."""
    env = live.variables(
        directory,
        SOURCES=",".join(SHAPES),
        SOURCE_MIRROR=template,
        SOURCE_MAX_BYTES=str(MOST),
    )
    done = subprocess.run(
        [sys.executable, "-c", _REFRESH], env=env, capture_output=True, text=True, check=False
    )
    return int(done.stderr.rpartition("\n")[2]) * 1024, json.loads(done.stdout)
