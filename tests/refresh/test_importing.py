"""Past answers of sources, taken over by a refresher: all of an import, or nothing of it."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from modeldex.errors import HistoryError, ImportProblem, ModeldexError
from modeldex.refresh import loop
from modeldex.refresh.order import Order, PastFiles
from modeldex.refresh.report import Report
from modeldex.snapshot import status
from modeldex.snapshot.publish import read_pointer
from refresh.test_loop import Letters
from support.archives import asked, content, held, opened, seconds, told, written
from support.provider import Reply
from support.refreshing import INTERVAL, START, Workshop, models, outcome

LOW, MIDDLE, HIGH = "0.000001", "0.000002", "0.000003"
ONE, TWO, THREE = (f"{one}/{one}" for one in (LOW, MIDDLE, HIGH))
OPEN = "\N{HORIZONTAL ELLIPSIS}"
NOW = "2026-11-23T12:00:00"  # START
AUTUMN = {
    "2026-11-01": models("a", "b"),
    "2026-11-02": models("a", "b", prompt=MIDDLE),
    "2026-11-03": models("a"),
    "2026-11-04": models("a"),
}
DAMAGED = gzip.compress(b'{"data": []}', mtime=0)[:-9]


def taking(path: Path, source: str | None = "acme") -> Order:
    """Return the order to take over what lies at *path*."""
    return Order(ask_nobody=True, past=PastFiles(path=str(path), source=source))


async def take(
    workshop: Workshop, answers: Mapping[str, Reply], source: str | None = "acme"
) -> Report:
    """Import *answers* from files that are named by their moments."""
    folder = workshop.sources.parent / f"past-{len(list(workshop.sources.parent.iterdir()))}"
    return await workshop.refresher.refresh(taking(written(folder, answers), source))


async def started(workshop: Workshop, reply: Reply) -> Report:
    """Refresh for the first time."""
    workshop.declare("acme")
    return await again(workshop, reply, 0.0)


async def again(workshop: Workshop, reply: Reply, later: float = INTERVAL) -> Report:
    """Refresh once more, some time later, with another answer."""
    workshop.clock.seconds += later
    workshop.answers("acme", reply)
    return await workshop.refresh()


def price(row: Mapping[str, object]) -> str:
    """Return the rates of a row of the list."""
    rates = json.loads(json.dumps(row["rates"]))
    return "/".join(one["usd"] for one in rates)


async def test_what_went_before_the_first_refresh_is_there_again(workshop: Workshop) -> None:
    """An offer that retired since resolves, with its last price; facts and events tell of it."""
    await started(workshop, models("a", "c"))
    report = await take(workshop, AUTUMN)

    found = outcome(report, "acme")
    assert (found.outcome, found.rows, found.new, report.published) == ("imported", 2, 1, True)
    assert found.reason == "4 answers taken over, 0 known already: 5 facts, 6 events"
    assert workshop.statuses() == {
        "acme/a": "available", "acme/b": "retired", "acme/c": "available",
    }  # fmt: skip
    assert await held(workshop.store) == [
        ("a", ONE, "2026-11-01", "2026-11-02"),
        ("a", ONE, "2026-11-03", OPEN),
        ("a", TWO, "2026-11-02", "2026-11-03"),
        ("b", ONE, "2026-11-01", "2026-11-02"),
        ("b", TWO, "2026-11-02", "2026-11-03"),
        ("c", ONE, NOW, OPEN),
    ]


async def test_the_steps_between_past_answers_are_events(workshop: Workshop) -> None:
    """Not so the first of all; a retirement comes with the third answer, here the live one."""
    await started(workshop, models("a", "c"))
    await take(workshop, AUTUMN)

    events = [one.partition(" [")[0] + one[-len(" @2026-11-02") :] if "[" in one else one
              for one in await told(workshop.store)]  # fmt: skip
    assert events == [
        "a price.changed @2026-11-02",
        "b price.changed @2026-11-02",
        "a price.changed @2026-11-03",
        "b offer.removed @2026-11-03",
        "c offer.added @2026-11-23T12:00:00",
        'b status.changed "missing">"retired" @2026-11-23T12:00:00',
    ]


async def test_an_imported_day_is_read_as_it_was(workshop: Workshop) -> None:
    """The ids listed then at the prices of then, from the snapshot; nobody knew it before."""
    await started(workshop, models("a", "c"))
    workshop.clock.seconds += 60
    await take(workshop, AUTUMN)
    snapshot = opened(workshop.refresher.directory)

    def then(**given: str) -> dict[str, str]:
        return {name: price(row) for name, row in asked(snapshot, **given).items()}

    assert then(as_of="2026-11-01") == {"acme/a": ONE, "acme/b": ONE}
    assert then(as_of="2026-11-02T23:59:59Z") == {"acme/a": TWO, "acme/b": TWO}
    assert then(as_of="2026-11-03") == then(as_of="2026-11-23") == {"acme/a": ONE}
    assert then(as_of="2026-11-23T12:00:00Z") == {"acme/a": ONE, "acme/c": ONE}
    assert then(as_of="2026-10-31T23:59:59Z") == {}
    assert then(as_of="2026-11-02", known_at="2026-11-23T12:00:59Z") == {}
    assert then(as_of="2026-11-02", known_at="2026-11-23T12:01:00Z") == then(as_of="2026-11-02")


async def test_importing_again_changes_nothing(workshop: Workshop) -> None:
    """The same snapshot, and a store that holds what it held."""
    await started(workshop, models("a", "c"))
    first = await take(workshop, AUTUMN)
    before = await content(workshop.store, "acme")
    workshop.clock.seconds += 60
    for answers in (AUTUMN, dict(list(AUTUMN.items())[1:3])):
        report = await take(workshop, answers)
        assert (report.snapshot, report.published) == (first.snapshot, False)
        known = f"0 answers taken over, {len(answers)} known already: 0 facts, 0 events"
        assert outcome(report, "acme").reason == known
    workshop.restart()
    await workshop.refresher.refresh(Order(ask_nobody=True))

    assert await content(workshop.store, "acme") == before
    assert workshop.refresher.publication.current() == first.snapshot


async def test_an_answer_between_two_live_ones_splits_their_time(workshop: Workshop) -> None:
    """What was told of the step between them stays told, and is not told twice."""
    await started(workshop, models("a"))
    await again(workshop, models("a", prompt=HIGH))
    await take(workshop, {"2026-11-23T1205Z": models("a", "b", prompt=MIDDLE)})

    assert await held(workshop.store) == [
        ("a", ONE, NOW, "2026-11-23T12:05:00"),
        ("a", TWO, "2026-11-23T12:05:00", "2026-11-23T12:15:00"),
        ("a", THREE, "2026-11-23T12:15:00", OPEN),
        ("b", TWO, "2026-11-23T12:05:00", "2026-11-23T12:15:00"),
    ]
    assert [one.split()[:2] + one.split()[-1:] for one in await told(workshop.store)] == [
        ["a", "price.changed", "@2026-11-23T12:15:00"],
        ["a", "price.changed", "@2026-11-23T12:05:00"],
        ["b", "offer.added", "@2026-11-23T12:05:00"],
        ["b", "offer.removed", "@2026-11-23T12:15:00"],
    ]
    assert (await workshop.price("a"), workshop.statuses()["acme/b"]) == (HIGH, "missing")


async def test_an_answer_after_the_last_live_one_is_what_holds_now(workshop: Workshop) -> None:
    """The next live answer is seen whole: its validators were those of the one before."""
    tagged = models("a", headers={"ETag": '"v1"'})
    await started(workshop, tagged)
    workshop.clock.seconds += 600
    report = await take(workshop, {"2026-11-23T1205Z": models("a", "b", prompt=MIDDLE)})
    assert (await workshop.price("a"), outcome(report, "acme").rows) == (MIDDLE, 2)
    told_of = status.read(workshop.refresher.directory)
    assert told_of is not None
    assert (told_of.sources[0].rows, told_of.sources[0].state) == (2, "ok")

    await again(workshop, tagged)
    assert "if-none-match" not in workshop.provider.asked[-1].headers
    assert (await workshop.price("a"), workshop.statuses()["acme/b"]) == (LOW, "missing")


async def test_a_past_that_changes_nothing_of_today_asks_as_before(workshop: Workshop) -> None:
    """An older answer leaves validators and the last payload alone."""
    await started(workshop, models("a", headers={"ETag": '"v1"'}))
    before = await content(workshop.store, "acme")
    await take(workshop, AUTUMN)
    after = await content(workshop.store, "acme")

    assert after["health"] == before["health"]
    assert after["pages"]["acme"].pages == before["pages"]["acme"].pages


async def test_a_source_that_was_never_asked_begins_with_its_past(workshop: Workshop) -> None:
    """It is listed as its last answer has it; what a live answer changes is an event then."""
    workshop.declare("acme")
    report = await take(workshop, AUTUMN)
    assert (report.problem, outcome(report, "acme").rows) == (None, 1)
    assert workshop.statuses() == {"acme/a": "available", "acme/b": "missing"}

    await again(workshop, models("a", "c"))
    assert (await told(workshop.store))[-2:] == [
        "c offer.added @2026-11-23T12:15:00",
        'b status.changed "missing">"retired" @2026-11-23T12:15:00',
    ]
    assert (await workshop.store.known()).health["acme"].rows == 2


async def test_a_source_whose_past_ends_with_nothing_is_taken_over(workshop: Workshop) -> None:
    """An answer without rows is an answer, also where nobody ever asked."""
    workshop.declare("acme")
    await take(workshop, {"2026-11-01": models("a"), "2026-11-02": models()})
    assert (await workshop.store.known()).health["acme"].rows == 0
    assert await held(workshop.store) == [("a", ONE, "2026-11-01", "2026-11-02")]


async def test_folders_of_several_sources_are_one_import(workshop: Workshop) -> None:
    """By id or alias; each is in the report."""
    workshop.declare("acme", 'aliases = ["acme-inc"]')
    workshop.declare("bolt")
    folder = workshop.sources.parent / "past"
    for name in ("acme-inc", "bolt"):
        written(folder / name, AUTUMN)
    report = await workshop.refresher.refresh(taking(folder, None))
    assert [(one.source, one.outcome) for one in report.outcomes] == [
        ("acme", "imported"), ("bolt", "imported"),
    ]  # fmt: skip
    assert workshop.offers() == ["acme/a", "acme/b", "bolt/a", "bolt/b"]


BAD = {
    "damaged": ("2026-11-02.json.gz", DAMAGED, ImportProblem, "2026-11-02.json.gz cannot be read"),
    "of another shape": (
        "2026-11-05.json", b"<html>", ImportProblem, "2026-11-05.json is no answer of bolt",
    ),
    "too deep": ("2026-11-05.json", b"[" * 10**5, ImportProblem, "is no answer of bolt"),
    "of no rows": ("2026-11-05.json", b'{"data": 7}', ImportProblem, "is no answer of bolt"),
    "too long": ("2026-11-05.json", b" " * (2**20 + 1), ImportProblem, "SOURCE_MAX_BYTES"),
    "of tomorrow": (
        "2026-11-24.json", models("a").body, HistoryError,
        "bolt at 2026-11-24T00:00:00Z is from the future: it is now 2026-11-23T12:00:00Z",
    ),
    "contradictory": (
        "2026-11-23T1200Z.json", models("x").body, HistoryError,
        "bolt is said to have given two different answers at 2026-11-23T12:00:00Z",
    ),
    "without a date": ("latest.json", models("a").body, ImportProblem, "not named by its date"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
async def test_one_bad_answer_among_good_ones_stops_all_of_the_import(
    kind: str, workshop: Workshop
) -> None:
    """A sentence that names it; nothing is remembered or published, and refreshes go on."""
    name, body, error, said = BAD[kind]
    for source in ("acme", "bolt"):
        workshop.declare(source)
        workshop.answers(source, models("a"))
    await workshop.refresh()
    folder = workshop.sources.parent / "past"
    for source in ("acme", "bolt"):
        written(folder / source, {"2026-11-01": models("a", "b")})
    (folder / "bolt" / name).write_bytes(body)
    before = await content(workshop.store, "acme", "bolt")
    pointer = read_pointer(workshop.refresher.directory)

    with pytest.raises(error, match=said):
        await workshop.refresher.refresh(taking(folder, None))
    assert await content(workshop.store, "acme", "bolt") == before
    assert read_pointer(workshop.refresher.directory) == pointer
    report = await again(workshop, models("a", "c"))
    assert (report.problem, workshop.offers()) == (None, ["acme/a", "acme/c", "bolt/a"])


async def test_nobodys_answers_and_those_of_packages_are_refused(workshop: Workshop) -> None:
    """A name that means no source, and an installed package, which has no past answers."""
    page = 'id = "book"\nname = "Book"\npackage = "genai-prices"\nbook = true\n'
    (workshop.sources / "book.toml").write_text(page)
    folder = written(workshop.sources.parent / "past", AUTUMN)
    for source, said in (("nobody", "There is no source 'nobody'"),
                         ("book", "book is an installed package")):  # fmt: skip
        with pytest.raises(ImportProblem, match=said):
            await workshop.refresher.refresh(taking(folder, source))
    assert (await workshop.store.known()).commit == 0


async def test_a_dry_run_shows_what_it_would_give(workshop: Workshop) -> None:
    """And leaves neither rows nor facts nor a snapshot behind."""
    first = await started(workshop, models("a", "c"))
    before = await workshop.store.known()
    order = taking(written(workshop.sources.parent / "past", AUTUMN))
    report = await workshop.refresher.refresh(
        Order(ask_nobody=True, past=order.past, dry_run=True)
    )

    assert (outcome(report, "acme").new, report.offers, report.published) == (1, 2, False)
    assert await workshop.store.known() == before
    assert workshop.refresher.publication.current() == first.snapshot


async def test_whoever_asks_the_refresher_for_an_import_is_told_why_it_failed(
    workshop: Workshop,
) -> None:
    """One that is refused ends no loop: the next order is carried out."""
    await started(workshop, models("a"))
    folder = written(workshop.sources.parent / "past", {"2026-11-24": models("a")})
    good = written(workshop.sources.parent / "good", AUTUMN)
    letters = Letters(bad=taking(folder), lost=taking(folder / "gone"), good=taking(good))
    await loop.serve_requests(workshop.refresher, letters)

    problems = {name: one.problem or "" for name, one in letters.reports.items()}
    assert "is from the future" in problems["bad"]
    assert "There is no file or folder" in problems["lost"]
    assert (problems["good"], workshop.offers()) == ("", ["acme/a", "acme/b"])


async def test_a_clock_that_went_back_a_little_stops_nothing(workshop: Workshop) -> None:
    """What is learned then was learned when the last thing was."""
    await started(workshop, models("a"))
    workshop.clock.seconds -= 60
    assert (await take(workshop, AUTUMN)).problem is None
    await again(workshop, models("a", prompt=MIDDLE), 0.0)

    assert (await workshop.store.known()).recorded_at == START
    assert {one.recorded_at for one in (await workshop.store.basis(0)).ledger.events} == {START}


@pytest.mark.parametrize("imports", [True, False])
async def test_a_clock_that_jumped_back_is_refused(workshop: Workshop, *, imports: bool) -> None:
    """A sentence with both times; nothing is remembered, and the catalog stands."""
    first = await started(workshop, models("a"))
    before = await content(workshop.store, "acme")
    workshop.clock.seconds -= 7200
    if imports:
        report = await take(workshop, AUTUMN)
    else:
        report = await again(workshop, models("a", "b"), 0.0)

    assert report.problem is not None
    assert "last written at 2026-11-23T12:00:00Z" in report.problem
    assert (await content(workshop.store, "acme"), report.snapshot) == (before, first.snapshot)
    workshop.clock.seconds += 7200
    assert (await again(workshop, models("a", "b"))).problem is None


async def test_a_failed_import_names_no_error_but_ours(workshop: Workshop) -> None:
    """A path that is no folder at all is a sentence, too."""
    workshop.declare("acme")
    file = workshop.sources.parent / "notes.txt"
    file.write_text("no answer")
    with pytest.raises(ModeldexError, match="not named by its date"):
        await workshop.refresher.refresh(taking(file))


async def test_answers_from_before_what_was_forgotten_are_refused(workshop: Workshop) -> None:
    """Nobody knows any more what came before them; known ones change nothing."""
    await started(workshop, models("a"))
    await take(workshop, AUTUMN)
    horizon = seconds("2026-11-10")
    await workshop.refresher.refresh(Order(ask_nobody=True, forget_before=horizon))
    before = await content(workshop.store, "acme")
    with pytest.raises(HistoryError, match="2026-10-31T00:00:00Z is from before 2026-11-10"):
        await take(workshop, {**AUTUMN, "2026-10-31": models("a")})

    assert (await take(workshop, AUTUMN)).problem is None
    assert await content(workshop.store, "acme") == before
