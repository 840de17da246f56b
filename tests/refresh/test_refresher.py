"""One refresh, from asking to announcing, over a provider whose answers a test scripts."""

import gzip
import json
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typing_extensions import override

from modeldex.errors import RefreshError, StoreError
from modeldex.refresh.order import Order
from modeldex.refresh.report import Outcome, Report
from modeldex.snapshot import status
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.status import STATUS, SourceStatus
from modeldex.sources.declaration import Declaration
from modeldex.sources.exchange import Validators
from modeldex.sources.fetcher import Fetcher
from modeldex.sources.harvest import Asker, Harvest
from modeldex.store.base import Changes
from modeldex.store.memory import MemoryStore
from modeldex.store.sql import SqlStore
from support import live
from support.provider import FakeProvider, Reply
from support.refreshing import INTERVAL, START, WatchedStore, Workshop, models, offers, outcome

GOOD = models("a", "b")
HTML = Reply(b"<html><body>502 Bad Gateway</body></html>", headers={"content-type": "text/html"})
FAULTS = {
    "timeout": (Reply(delay=1.0), "timeout", "no complete answer within 0.3 s"),
    "dropped": (Reply(drop=True), "connection", "the connection failed: "),
    "truncated": (Reply(GOOD.body, cut=20), "connection", "the connection failed: "),
    "garbage": (Reply(b'{"data": [{"id": "a"},'), "decode", "the answer is not JSON: "),
    "html": (HTML, "decode", "the answer is not JSON: "),
    "null": (Reply(b"null"), "decode", "the answer has no list under 'data'"),
    "deep": (Reply(b'{"data": ' + b"[" * 99_999), "decode", "the answer is not JSON: "),
    "packed": (
        Reply(b"no", headers={"content-encoding": "gzip"}),
        "decode",
        "its compression is broken",
    ),
    "empty": (Reply(b'{"data": []}'), "guard", "it answered an empty list where 2 rows are held"),
    "idless": (Reply(b'{"data": [{"x": 1}]}'), "guard", "it answered an empty list where 2 rows"),
    "large": (Reply(b" " * 2**21), "client", "its answer is larger than 1048576 bytes"),
    "bomb": (
        Reply(gzip.compress(b" " * 2**27), headers={"content-encoding": "gzip"}),
        "client",
        "its answer is larger than 1048576 bytes",
    ),
    "404": (Reply(b"{}", status=404), "client", "it answered 404"),
    "401": (Reply(b"{}", status=401), "auth", "it answered 401"),
    "429": (Reply(b"{}", status=429), "rate_limit", "it answered 429"),
    "500": (Reply(b"{}", status=500), "server", "it answered 500"),
    "redirect": (
        Reply(status=302, headers={"location": "https://elsewhere.example/"}),
        "client",
        "it redirects to another host",
    ),
}


def source_of(workshop: Workshop, source: str) -> SourceStatus:
    """Return how a source is doing, as the status file says."""
    found = status.read(workshop.refresher.directory)
    assert found is not None
    return next(one for one in found.sources if one.id == source)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlStore]:
    """Give a database, open."""
    found = SqlStore(url)
    await found.open()
    try:
        yield found
    finally:
        await found.close()


async def started(workshop: Workshop, *ids: str) -> Report:
    """Declare ``acme`` and refresh once, so that its models are held and published."""
    workshop.declare("acme")
    workshop.answers("acme", models(*(ids or ("a", "b"))))
    return await workshop.refresh()


async def test_what_sources_answer_is_published(workshop: Workshop) -> None:
    """All offers of all sources are in the catalog that is current, and in the report."""
    workshop.declare("acme")
    workshop.declare("bolt")
    workshop.answers("acme", models("a", "b"))
    workshop.answers("bolt", models("a"))
    report = await workshop.refresh()
    assert workshop.offers() == ["acme/a", "acme/b", "bolt/a"]
    assert (report.published, report.offers, report.problem) == (True, 3, None)
    assert [(one.source, one.outcome, one.rows) for one in report.outcomes] == [
        ("acme", "answered", 2),
        ("bolt", "answered", 1),
    ]


@pytest.mark.finding("X25")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failing_source_keeps_its_last_good_rows(fault: str, workshop: Workshop) -> None:
    """Whatever a source sends instead of models, its catalog stands and the reason is told."""
    reply, kind, reason = FAULTS[fault]
    before = await started(workshop)
    workshop.declare("acme", "timeout = 0.3" if fault == "timeout" else "timeout = 9")
    workshop.answers("acme", reply)
    report = await workshop.refresh()
    failed = outcome(report, "acme")
    expected = "held" if kind == "guard" else "failed"
    assert (failed.outcome, failed.failure_kind, failed.rows) == (expected, kind, 2)
    assert failed.reason is not None
    assert failed.reason.startswith(reason)
    assert (report.snapshot, report.published) == (before.snapshot, False)
    assert workshop.offers() == ["acme/a", "acme/b"]


@pytest.mark.finding("X25")
async def test_the_first_good_answer_after_failures_is_published_at_once(
    workshop: Workshop,
) -> None:
    """A source that answers again is taken at its word in that same refresh."""
    await started(workshop)
    workshop.answers("acme", Reply(status=404), Reply(b"null"), models("a", "c"))
    assert not (await workshop.refresh()).published
    assert not (await workshop.refresh()).published
    assert (await workshop.refresh()).published
    expected = {"acme/a": "available", "acme/b": "missing", "acme/c": "available"}
    assert workshop.statuses() == expected


async def test_failures_are_logged_once_and_so_is_the_recovery(workshop: Workshop) -> None:
    """The first failure and the first good answer are news, what lies between is not."""
    await started(workshop)
    workshop.answers("acme", *[Reply(status=404)] * 3, Reply(b"null"), GOOD)
    for _ in range(6):
        await workshop.refresh()
        workshop.clock.seconds += 3600
    first, last = workshop.log.lines
    assert first == (
        "warning",
        "a source failed; its last good listings stand",
        {"source": "acme", "kind": "client", "reason": "it answered 404"},
    )
    assert last == ("info", "a source has recovered", {"source": "acme"})


@pytest.mark.finding("DB-L5")
async def test_a_failing_source_is_shown_with_since_when_and_why(
    workshop: Workshop, tmp_path: Path
) -> None:
    """`modeldex sources` tells when it last answered, when and why it failed, what is held."""
    await started(workshop)
    workshop.clock.seconds += INTERVAL
    workshop.answers("acme", Reply(status=404))
    await workshop.refresh()
    run = live.run(tmp_path, "sources", "--json", SOURCES_DIR=str(workshop.sources))
    (shown,) = (one for one in json.loads(run.stdout)["sources"] if one["id"] == "acme")
    assert (shown["state"], shown["rows"], shown["failures"]) == ("failing", 2, 1)
    assert (shown["answered_at"], shown["failed_at"]) == (START, START + INTERVAL)
    assert (shown["failure_kind"], shown["reason"]) == ("client", "it answered 404")
    assert workshop.offers() == ["acme/a", "acme/b"]


async def test_one_failing_source_costs_no_other(workshop: Workshop) -> None:
    """The others are refreshed and published beside the last good rows of the failing one."""
    await started(workshop)
    workshop.declare("bolt")
    workshop.answers("acme", Reply(status=404))
    workshop.answers("bolt", models("z"))
    assert (await workshop.refresh()).published
    assert workshop.offers() == ["acme/a", "acme/b", "bolt/z"]


async def test_a_source_that_recovered_is_no_longer_shown_as_failing(workshop: Workshop) -> None:
    """Its reason goes with the failure; when it last failed is kept."""
    await started(workshop)
    workshop.answers("acme", Reply(status=404), GOOD)
    await workshop.refresh()
    assert source_of(workshop, "acme").state == "failing"
    await workshop.refresh()
    shown = source_of(workshop, "acme")
    assert (shown.state, shown.reason, shown.failures) == ("ok", None, 0)
    assert shown.failed_at == START


async def test_an_unchanged_answer_costs_no_decoding_and_no_writing(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """After a 304 nothing of the source is written, nothing is published, and it is healthy."""
    store = WatchedStore()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        workshop.declare("acme")
        marked = models("a", headers={"ETag": '"v1"'})
        workshop.answers("acme", marked, Reply(b"", status=304))
        first, second = await workshop.refresh(), await workshop.refresh()
    assert fake_provider.asked[-1].headers["if-none-match"] == '"v1"'
    same = outcome(second, "acme")
    assert (same.outcome, same.rows, same.priced, same.bytes) == ("unchanged", 1, 1, 0)
    assert store.written == [1, 0]
    assert (second.published, second.snapshot) == (False, first.snapshot)


async def test_an_equal_answer_is_neither_written_nor_published(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """A source without marks that says the same again has changed nothing."""
    store = WatchedStore()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        first = await started(workshop)
        second = await workshop.refresh()
    same = outcome(second, "acme")
    assert (same.outcome, same.new, same.changed, same.removed) == ("answered", 0, 0, 0)
    assert store.written == [1, 0]
    assert (second.published, second.snapshot) == (False, first.snapshot)
    assert len(read_pointer(workshop.refresher.directory).entries) == 1


@pytest.mark.finding("X23")
async def test_thousands_of_unchanged_rows_are_written_once(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """A second refresh of 3,000 equal rows writes no listing and publishes nothing."""
    store = WatchedStore()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        first = await started(workshop, *(f"m{number}" for number in range(3000)))
        second = await workshop.refresh()
    assert outcome(first, "acme").new == 3000
    assert store.written == [1, 0]
    assert not second.published


async def test_a_changed_answer_is_told_by_its_changes(workshop: Workshop) -> None:
    """New, changed and removed models are counted against what was held."""
    await started(workshop, "a", "b", "c")
    changed = json.loads(models("a", "b", "d").body)
    changed["data"][0]["pricing"]["prompt"] = "0.5"
    workshop.answers("acme", Reply(json.dumps(changed).encode()))
    found = outcome(await workshop.refresh(), "acme")
    assert (found.rows, found.new, found.changed, found.removed) == (3, 1, 1, 1)


@pytest.mark.finding("X24")
async def test_a_change_of_an_answer_is_in_the_next_catalog(workshop: Workshop) -> None:
    """Each refresh asks the source itself: a new model and a new price are there at once."""
    await started(workshop, "a")
    for number, price in enumerate(("0.000002", "0.000003"), 1):
        workshop.answers("acme", models("a", f"b{number}", prompt=price))
        await workshop.refresh()
        assert await workshop.price("a") == price
        assert workshop.statuses()[f"acme/b{number}"] == "available"


async def test_losses_of_an_answer_are_in_the_report(workshop: Workshop) -> None:
    """Dropped rows, bad prices and price keys that no rate reads are counted."""
    workshop.declare("acme")
    good = {"id": "a", "pricing": {"prompt": "free", "smell": 1}}
    workshop.answers("acme", Reply(json.dumps({"data": [good, None, 7]}).encode()))
    found = outcome(await workshop.refresh(), "acme")
    assert (found.rows, found.priced, found.dropped, found.bad_prices) == (1, 0, 2, 1)
    assert found.unknown_prices == {"pricing.smell": 1}


async def test_a_changed_declaration_sees_the_whole_answer_again(workshop: Workshop) -> None:
    """What reads the answer has changed, so that the source may not say "unchanged"."""
    workshop.declare("acme")
    workshop.answers("acme", models("x/a", headers={"ETag": '"v1"'}))
    await workshop.refresh()
    workshop.declare("acme", 'strip = "x/"')
    await workshop.refresh()
    assert "if-none-match" not in workshop.provider.asked[-1].headers
    assert workshop.offers() == ["acme/a"]


async def test_a_source_of_which_nothing_is_held_is_asked_for_everything(
    workshop: Workshop,
) -> None:
    """Where the listings are lost, a 304 would lose them for good."""
    workshop.declare("acme")
    workshop.answers("acme", models("a", headers={"ETag": '"v1"'}))
    await workshop.refresh()
    health = list((await workshop.store.known()).health.values())
    workshop.store = MemoryStore()
    await workshop.store.save(Changes(health=health))
    workshop.restart()
    await workshop.refresh()
    assert "if-none-match" not in workshop.provider.asked[-1].headers
    assert workshop.offers() == ["acme/a"]


async def test_a_source_that_is_no_longer_declared_loses_its_offers(workshop: Workshop) -> None:
    """Its file gone, a source is in neither the catalog nor the status; back, it is again."""
    await started(workshop)
    workshop.declare("bolt")
    workshop.answers("bolt", models("z"))
    await workshop.refresh()
    page = (workshop.sources / "acme.toml").read_text()
    (workshop.sources / "acme.toml").unlink()
    await workshop.refresh()
    assert workshop.offers() == ["bolt/z"]
    found = status.read(workshop.refresher.directory)
    assert found is not None
    assert [one.id for one in found.sources] == ["bolt"]
    (workshop.sources / "acme.toml").write_text(page)
    await workshop.refresh()
    assert workshop.offers() == ["acme/a", "acme/b", "bolt/z"]


async def test_a_dry_run_leaves_nothing(workshop: Workshop) -> None:
    """It asks and reports as usual, and neither store nor directory has anything of it."""
    workshop.declare("acme")
    workshop.answers("acme", models("a"))
    report = await workshop.refresh(dry_run=True)
    assert (report.dry_run, report.offers, report.published) == (True, 1, False)
    known = await workshop.store.known()
    assert (known.health, known.listings, known.commit) == ({}, (), 0)


async def test_a_dry_run_changes_nothing_that_is_there(workshop: Workshop) -> None:
    """The catalog, the status and what is held stay as they were, whatever a source says now."""
    await started(workshop)
    files = {one.name: one.read_bytes() for one in workshop.refresher.directory.iterdir()}
    health = (await workshop.store.known()).health
    workshop.answers("acme", models("c"), Reply(status=404))
    for _ in range(2):
        await workshop.refresh(dry_run=True)
    assert (await workshop.store.known()).health == health
    after = {one.name: one.read_bytes() for one in workshop.refresher.directory.iterdir()}
    assert after == files


async def test_a_broken_declaration_is_told_and_stops_nothing_else(workshop: Workshop) -> None:
    """Report and status name the file, the key and what is allowed; the others are refreshed."""
    (workshop.sources / "bad.toml").write_text('id = "bad"\nname = "Bad"\nlits = 1\n')
    report = await started(workshop)
    assert workshop.offers() == ["acme/a", "acme/b"]
    assert [one.partition(";")[0] for one in report.broken] == ["bad.toml: lits: unknown key"]
    shown = status.read(workshop.refresher.directory)
    assert shown is not None
    assert shown.broken == report.broken


async def test_what_the_guard_holds_back_can_be_forced(workshop: Workshop) -> None:
    """Forced, an empty list is taken, and the source is asked unconditionally."""
    workshop.declare("acme")
    workshop.declare("bolt")
    workshop.answers("acme", models("a", headers={"ETag": '"v1"'}), Reply(b'{"data": []}'))
    workshop.answers("bolt", models("z"))
    await workshop.refresh()
    await workshop.refresh(force=True)
    asked = [one for one in workshop.provider.asked if one.path.startswith("/acme")]
    assert "if-none-match" not in asked[-1].headers
    assert workshop.statuses() == {"acme/a": "missing", "bolt/z": "available"}


async def test_without_any_model_nothing_is_published(workshop: Workshop) -> None:
    """An empty catalog is no catalog; the report says so."""
    workshop.declare("acme")
    workshop.answers("acme", Reply(status=404))
    report = await workshop.refresh()
    assert report.problem == "No source has given any model yet."
    assert (report.snapshot, workshop.offers()) == (None, [])
    assert source_of(workshop, "acme").state == "failing"


async def test_only_the_sources_named_are_asked(workshop: Workshop) -> None:
    """A name may be an alias; the others keep their rows in the catalog."""
    workshop.declare("acme", 'aliases = ["the-acme"]')
    workshop.declare("bolt")
    workshop.answers("acme", models("a"))
    workshop.answers("bolt", models("z"))
    await workshop.refresh()
    report = await workshop.refresh("the-acme")
    assert [one.source for one in report.outcomes] == ["acme"]
    assert (workshop.asked("acme"), workshop.asked("bolt")) == (2, 1)
    assert workshop.offers() == ["acme/a", "bolt/z"]


async def test_a_name_of_no_source_is_refused_with_the_names_there_are(
    workshop: Workshop,
) -> None:
    """Nothing is asked, and nothing is guessed."""
    await started(workshop)
    with pytest.raises(RefreshError, match=r"no source 'acne'\. There are: acme"):
        await workshop.refresh("acne")
    assert workshop.asked("acme") == 1


async def test_a_chosen_source_whose_declaration_broke_stops_nothing(workshop: Workshop) -> None:
    """The others that were chosen are refreshed, and the broken file is told."""
    workshop.refresher.selection.chosen = frozenset({"acme", "bolt"})
    (workshop.sources / "bolt.toml").write_text("id = ")
    report = await started(workshop)
    assert workshop.offers() == ["acme/a", "acme/b"]
    assert len(report.broken) == 1


@pytest.mark.finding("X22")
async def test_a_source_that_is_not_chosen_is_left_out_with_its_rows(workshop: Workshop) -> None:
    """What was held of it does not come back through the catalog."""
    await started(workshop)
    workshop.declare("bolt", 'aliases = ["the-bolt"]')
    workshop.answers("bolt", models("z"))
    workshop.refresher.selection.chosen = frozenset({"the-bolt"})
    report = await workshop.refresh()
    skipped = outcome(report, "acme")
    assert (skipped.outcome, skipped.reason) == ("skipped", "not chosen")
    assert workshop.offers() == ["bolt/z"]


async def test_a_source_without_its_key_is_skipped_with_the_reason(workshop: Workshop) -> None:
    """It is neither asked nor a failure."""
    (workshop.sources / "coda.toml").write_text(
        'id = "coda"\nname = "Coda"\nlist = "https://coda.example/"\n'
        'key = { env = ["CODA_KEY"] }\n[fields]\nid = "id"\n'
    )
    report = await started(workshop)
    skipped = outcome(report, "coda")
    assert (skipped.outcome, skipped.reason, report.failed) == ("skipped", "no key", ())
    assert source_of(workshop, "coda").state == "no key"


async def test_a_source_is_asked_when_it_is_due(workshop: Workshop) -> None:
    """Between its times a source is left alone; failing, for ever longer from the third time."""
    await started(workshop)
    workshop.answers("acme", Reply(status=404))
    asked = []
    for minute in range(0, 180, 15):
        workshop.clock.seconds = START + 60 * minute
        before = workshop.asked("acme")
        await workshop.refresh(only_due=True)
        asked += [minute] if workshop.asked("acme") > before else []
    assert asked == [15, 30, 45, 60, 75, 105, 150]


async def test_a_source_is_left_alone_as_long_as_it_asked(workshop: Workshop) -> None:
    """Its ``Retry-After`` is kept where it is longer than our own pause."""
    workshop.declare("acme")
    workshop.answers("acme", Reply(status=429, headers={"retry-after": "7200"}))
    await workshop.refresh()
    assert await workshop.refresher.next_due() == START + INTERVAL
    assert source_of(workshop, "acme").next_at == START + 7200


async def test_a_slow_source_delays_no_other(workshop: Workshop) -> None:
    """An answered source is told while another one still hangs."""
    gate, told = threading.Event(), list[str]()
    workshop.declare("acme")
    workshop.declare("bolt")
    workshop.answers("acme", Reply(GOOD.body, gate=gate))
    workshop.answers("bolt", models("z"))

    def progress(one: Outcome) -> None:
        told.append(one.source)
        gate.set()

    await workshop.refresher.refresh(Order(), progress)
    assert told == ["bolt", "acme"]
    assert workshop.offers() == ["acme/a", "acme/b", "bolt/z"]


class FaultyAsker(Asker):
    """An asker in whose code a fault shows with the answer of ``acme``."""

    @override
    async def ask(self, declaration: Declaration, fetcher: Fetcher, held: Validators) -> Harvest:
        if declaration.id == "acme":
            raise KeyError("s3cret")
        return await super().ask(declaration, fetcher, held)


async def test_a_fault_of_ours_in_one_source_costs_that_source(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """The others are published; the reason says where it is and quotes nothing."""
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, asker=FaultyAsker)
        workshop.declare("bolt")
        workshop.answers("bolt", models("z"))
        report = await started(workshop)
    failed = outcome(report, "acme")
    assert failed.reason is not None
    assert failed.reason.startswith("modeldex failed on it: KeyError in test_refresher.py:")
    assert "s3cret" not in str(report)
    assert workshop.offers() == ["bolt/z"]


@pytest.mark.finding("DB-M4")
async def test_what_cannot_be_remembered_is_not_published(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """What is served never runs ahead of the record of truth."""
    store = WatchedStore()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        before = await started(workshop)
        store.is_full = True
        workshop.answers("acme", models("c"))
        report = await workshop.refresh()
        assert (report.problem, report.snapshot) == ("The disk is full.", before.snapshot)
        assert workshop.offers() == ["acme/a", "acme/b"]
        assert workshop.log.of("error") == ["nothing was published"]
        store.is_full = False
        await workshop.refresh()
    assert workshop.statuses()["acme/c"] == "available"


@pytest.mark.finding("DB-M4")
async def test_a_store_that_is_down_empties_no_catalog(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """What cannot be read is an error and not a store that holds nothing."""
    store = WatchedStore()
    with ThreadPoolExecutor(1) as pool:
        workshop = Workshop(tmp_path, fake_provider, pool, store)
        before = await started(workshop)
        store.is_gone = True
        workshop.answers("acme", models("c"))
        for _ in range(2):
            with pytest.raises(StoreError, match="gone"):
                await workshop.refresh()
        current = read_pointer(workshop.refresher.directory).current
        assert current is not None
        assert current.id == before.snapshot
        assert workshop.offers() == ["acme/a", "acme/b"]


@pytest.mark.finding("DB-M4")
async def test_a_store_that_is_read_only_stops_publishing_alone(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """The sources are asked, what is current stays with its status; writable, all goes on."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with ThreadPoolExecutor(1) as pool:
        async with opened(url) as store:
            workshop = Workshop(tmp_path, fake_provider, pool, store)
            before = await started(workshop)
        only = f"sqlite:///file:{tmp_path / 'store.db'}?mode=ro&uri=true"
        workshop.answers("acme", models("a", "b", "c"))
        async with opened(only) as workshop.store:
            workshop.restart()
            report = await workshop.refresh()
        assert report.problem is not None
        assert "readonly database" in report.problem
        assert (report.published, report.snapshot) == (False, before.snapshot)
        assert workshop.asked("acme") == 2
        assert workshop.offers() == ["acme/a", "acme/b"]
        async with opened(url) as workshop.store:
            workshop.restart()
            assert (await workshop.refresh()).published
    assert workshop.offers() == ["acme/a", "acme/b", "acme/c"]


async def test_a_directory_that_cannot_be_written_leaves_what_was_current(
    workshop: Workshop, tmp_path: Path
) -> None:
    """The fault is told and logged; once it is repaired, the next refresh publishes."""
    await started(workshop)
    directory, aside = workshop.refresher.directory, tmp_path / "aside"
    directory.rename(aside)
    directory.write_text("no directory")
    workshop.answers("acme", models("c"))
    report = await workshop.refresh()
    assert report.problem is not None
    assert workshop.log.of("error") == [
        "nothing was published",
        "the status file could not be written",
    ]
    assert offers(aside) == ["acme/a", "acme/b"]
    directory.unlink()
    aside.rename(directory)
    assert (await workshop.refresh()).published
    assert workshop.statuses()["acme/c"] == "available"


async def test_the_status_is_replaced_at_every_refresh(workshop: Workshop) -> None:
    """It names the snapshot and the time, also where nothing was published."""
    first = await started(workshop)
    workshop.clock.seconds += 60
    await workshop.refresh()
    found = status.read(workshop.refresher.directory)
    assert found is not None
    assert (found.at, found.snapshot) == (START + 60, first.snapshot)
    assert (workshop.refresher.directory / STATUS).exists()
    assert source_of(workshop, "acme").next_at == START + 60 + INTERVAL
