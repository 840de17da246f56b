"""Sources that fail, hang or ask for a pause: when they are asked, and what that costs others."""

import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path

import pytest

from modeldex.refresh.breaker import CLOSED, HALF_OPEN, OPEN
from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus
from modeldex.sources.fetcher import Fetcher
from modeldex.store.sql import SqlStore
from support import live
from support.provider import FakeProvider, Reply
from support.refreshing import INTERVAL, START, Workshop, models, outcome

REFUSES = Reply(status=404)


@pytest.fixture
async def workshop(tmp_path: Path, fake_provider: FakeProvider) -> AsyncIterator[Workshop]:
    """A refresher of ``acme``, which has answered once, over a database."""
    store = database(tmp_path)
    await store.open()
    with ThreadPoolExecutor(1) as pool:
        found = Workshop(tmp_path, fake_provider, pool, store)
        found.declare("acme")
        found.answers("acme", models("a"))
        await found.refresh()
        yield found
    await found.store.close()


def database(directory: Path) -> SqlStore:
    """Return the store in a directory."""
    return SqlStore(f"sqlite+aiosqlite:///{directory / 'store.db'}")


async def restart(workshop: Workshop) -> None:
    """Go on as a new process would."""
    await workshop.store.close()
    workshop.store = database(workshop.sources.parent)
    await workshop.store.open()
    workshop.restart()


async def tried(workshop: Workshop, seconds: float) -> bool:
    """Return whether the source is asked when it is refreshed at a moment after the start."""
    workshop.clock.seconds = START + seconds
    before = workshop.asked("acme")
    report = await workshop.refresh("acme")
    is_asked = workshop.asked("acme") > before
    assert is_asked is (outcome(report, "acme").outcome != "skipped")
    return is_asked


async def failing(workshop: Workshop) -> None:
    """Let the source fail three times in a row."""
    workshop.answers("acme", REFUSES)
    for _ in range(3):
        await workshop.refresh()


def shown(workshop: Workshop) -> dict[str, SourceStatus]:
    """Return how the sources are doing, as the status file says."""
    found = status.read(workshop.refresher.directory)
    assert found is not None
    return {one.id: one for one in found.sources}


@pytest.mark.finding("X18", "PV-M7")
async def test_the_third_failure_opens_the_breaker(workshop: Workshop) -> None:
    """No fourth attempt before its time, then one probe, and a longer pause if that fails."""
    await failing(workshop)
    assert (workshop.asked("acme"), shown(workshop)["acme"].breaker) == (1 + 3, OPEN)
    assert [await tried(workshop, at) for at in (0, 1, 299)] == [False] * 3
    assert [await tried(workshop, at) for at in (300, 300, 899)] == [True, False, False]
    assert [await tried(workshop, at) for at in (900, 901)] == [True, False]
    assert workshop.statuses() == {"acme/a": "available"}


async def test_a_good_probe_closes_the_breaker(workshop: Workshop) -> None:
    """From then on the source is asked as ever."""
    await failing(workshop)
    workshop.answers("acme", models("a"))
    workshop.clock.seconds = START + 300
    assert workshop.refresher.terms.breaker.state(
        (await workshop.store.known()).health["acme"], workshop.clock.seconds
    ) == HALF_OPEN  # fmt: skip
    assert [await tried(workshop, at) for at in (300, 300)] == [True, True]
    assert (shown(workshop)["acme"].breaker, shown(workshop)["acme"].failures) == (CLOSED, 0)


@pytest.mark.finding("PV-H4")
async def test_an_open_breaker_stays_open_over_a_restart(workshop: Workshop) -> None:
    """Each attempt is one of a new process; none reaches the source before its time."""
    await failing(workshop)
    attempts = []
    for at in (0, 299, 300, 301):
        await restart(workshop)
        attempts.append(await tried(workshop, at))
    assert attempts == [False, False, True, False]


async def test_who_insists_asks_in_spite_of_an_open_breaker(workshop: Workshop) -> None:
    """Skipped otherwise, with the reason, how long it is left alone, and what is held."""
    await failing(workshop)
    skipped = outcome(await workshop.refresh(), "acme")
    assert (skipped.rows, skipped.priced) == (1, 1)
    assert skipped.reason == "left alone for 300 s more: it answered 404"
    await workshop.refresh(force=True)
    assert workshop.asked("acme") == 1 + 4


@pytest.mark.finding("PV-L5")
@pytest.mark.parametrize(
    "after", ["120", formatdate(START + 120, usegmt=True)], ids=["seconds", "date"]
)
async def test_no_request_is_made_before_the_time_that_a_source_names(
    after: str, workshop: Workshop
) -> None:
    """Not by the one that was told, not by one started since, and not within the same turn."""
    limited = Reply(status=429, headers={"retry-after": after})
    workshop.answers("acme", limited, models("b"))
    await workshop.refresh()
    assert workshop.asked("acme") == 2
    assert not await tried(workshop, 119)
    await restart(workshop)
    assert [await tried(workshop, at) for at in (0, 119, 119.9, 120)] == [False] * 3 + [True]
    assert workshop.statuses()["acme/b"] == "available"


@pytest.mark.finding("PV-H3")
async def test_each_source_keeps_its_own_deadline(workshop: Workshop) -> None:
    """One that hangs fails at its own; a slow one and a quick one answer in the same refresh."""
    gate = threading.Event()
    workshop.declare("acme", "timeout = 0.3")
    workshop.declare("bolt")
    workshop.declare("coda", "timeout = 9")
    workshop.answers("acme", Reply(gate=gate))
    workshop.answers("bolt", models("quick"))
    workshop.answers("coda", Reply(models("slow").body, delay=0.6))
    report = await workshop.refresh()
    gate.set()
    assert {one.source: one.reason for one in report.outcomes} == {
        "acme": "no complete answer within 0.3 s",
        "bolt": None,
        "coda": None,
    }
    assert workshop.offers() == ["acme/a", "bolt/quick", "coda/slow"]


def hurry(workshop: Workshop, concurrency: int, seconds: float) -> None:
    """Let each refresh ask so many sources at a time, and no longer than *seconds*."""
    workshop.refresher.questioner.new_fetcher = lambda: Fetcher(
        concurrency, use_proxies=False, patience=seconds
    )


async def test_a_refresh_ends_by_its_deadline_whatever_hangs(workshop: Workshop) -> None:
    """Of six that hang two are asked and have failed; the others are as they were, and due."""
    names, gate = [f"s{number}" for number in range(6)], threading.Event()
    for name in names:
        workshop.declare(name, "timeout = 60")
        workshop.answers(name, Reply(gate=gate))
    hurry(workshop, 2, 0.5)
    report = await workshop.refresh(*names)
    asked = [one.source for one in report.failed]
    assert len(asked) == 2
    assert {(one.failure_kind, one.reason) for one in report.failed} == {
        ("timeout", "no complete answer by the refresh's deadline of 0.5 s")
    }
    left = [one for one in report.outcomes if one.source not in asked]
    late = ("skipped", None, "its turn did not come by the refresh's deadline of 0.5 s")
    assert [(one.outcome, one.failure_kind, one.reason) for one in left] == [late] * 4
    assert {shown(workshop)[name].failures for name in asked} == {1}
    assert {
        (shown(workshop)[one.source].failures, workshop.asked(one.source)) for one in left
    } == {(0, 0)}
    assert await workshop.refresher.next_due() <= workshop.clock.seconds
    assert workshop.offers() == ["acme/a"]
    gate.set()
    hurry(workshop, 2, 60)
    for name in names:
        workshop.answers(name, models("b"))
    workshop.clock.seconds += 1
    due = await workshop.refresh(only_due=True)
    assert [one.source for one in due.outcomes] == [one.source for one in left]
    workshop.clock.seconds += INTERVAL
    await workshop.refresh()
    assert workshop.offers() == ["acme/a", *(f"{name}/b" for name in names)]
    assert {one.state for one in shown(workshop).values()} == {"ok"}


async def test_who_waited_longest_is_asked_first(workshop: Workshop) -> None:
    """Where a refresh is too short for all, each has its turn in one of those that follow."""
    names, gate = ["s0", "s1", "s2"], threading.Event()
    for name in names:
        workshop.declare(name, "timeout = 60")
        workshop.answers(name, Reply(gate=gate))
    hurry(workshop, 1, 0.3)
    turns = []
    for _ in range(4):
        workshop.clock.seconds += INTERVAL
        report = await workshop.refresh(*names, force=True)
        turns.append([one.source for one in report.failed])
    gate.set()
    assert turns == [["s0"], ["s1"], ["s2"], ["s0"]]


async def test_a_source_whose_turn_never_came_keeps_what_is_known_of_its_failures(
    workshop: Workshop,
) -> None:
    """Neither counter, nor breaker, nor reason, nor time: nobody has asked it."""
    gate = threading.Event()
    workshop.answers("acme", REFUSES)
    await workshop.refresh("acme")
    workshop.declare("bolt", "timeout = 60")
    workshop.answers("bolt", Reply(gate=gate))
    before = (await workshop.store.known()).health["acme"]
    hurry(workshop, 1, 0.3)
    workshop.clock.seconds += INTERVAL
    report = await workshop.refresh()
    gate.set()
    assert outcome(report, "acme").outcome == "skipped"
    assert (await workshop.store.known()).health["acme"] == before
    assert workshop.log.of("warning") == ["a source failed; its last good listings stand"] * 2


@pytest.mark.finding("PV-H5")
async def test_a_source_that_hangs_is_tried_once_in_each_pause(workshop: Workshop) -> None:
    """However often the catalog is refreshed meanwhile; its last good rows stand."""
    gate, attempts = threading.Event(), []
    workshop.declare("acme", "timeout = 0.2")
    workshop.answers("acme", Reply(gate=gate))
    await restart(workshop)
    for minute in range(0, 60, 2):
        attempts += [minute] if await tried(workshop, 60 * minute) else []
        assert workshop.statuses() == {"acme/a": "available"}
    gate.set()
    assert attempts == [0, 2, 4, 10, 20, 40]
    assert workshop.asked("acme") == 1 + len(attempts)


@pytest.mark.finding("PV-H2")
async def test_the_state_of_all_sources_is_told_however_many_fail(
    workshop: Workshop, tmp_path: Path
) -> None:
    """Forty open breakers are in the status file, and the command shows them."""
    names = [f"s{number:02}" for number in range(40)]
    for name in names:
        workshop.declare(name)
    for _ in range(3):
        await workshop.refresh(*names)
    found = shown(workshop)
    assert {found[name].breaker for name in names} == {OPEN}
    assert (found["acme"].breaker, len(found)) == (CLOSED, 41)
    run = live.run(tmp_path, "sources", "--json", SOURCES_DIR=str(workshop.sources))
    assert run.stdout.count('"failing"') == 40


async def test_a_failure_is_due_again_after_an_interval(workshop: Workshop) -> None:
    """The pause of a breaker is kept where it is longer than the interval."""
    due = []
    workshop.answers("acme", REFUSES)
    for _ in range(6):
        await workshop.refresh("acme")
        due.append(await workshop.refresher.next_due() - workshop.clock.seconds)
        workshop.clock.seconds += 3600
    assert due == [INTERVAL] * 6
    assert shown(workshop)["acme"].next_at == workshop.clock.seconds - 3600 + 2400
