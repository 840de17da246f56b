"""What a worker serves: it swaps, it survives damage, and it reports that once."""

import gc
import http.client
import sqlite3
import weakref
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path

import pytest
from typing_extensions import override

from modeldex.bootstrap import worker
from modeldex.errors import DamagedSnapshot, NoSnapshot
from modeldex.query.shelf import Shelf, Shelved
from modeldex.serve import app as serve_app
from modeldex.serve.answers import Answers
from modeldex.serve.statuses import StatusFile
from modeldex.snapshot import documents
from modeldex.snapshot.current import Current
from modeldex.snapshot.reader import Snapshot
from support import catalogs, live, wire, workers
from support.refreshing import Notebook
from support.snapshots import Place, ask, no_more_files


class Worker:
    """A holder and what it reported."""

    def __init__(self, place: Place) -> None:
        self.reports: list[str] = []
        self.told: list[str] = []
        self.current = Current(
            place.directory, self.reports.append, [lambda one: self.told.append(one.id)]
        )
        self.current.poll()

    @property
    def id(self) -> str:
        """Of what is served."""
        return self.current.snapshot.id


def two(place: Place) -> tuple[str, str]:
    """Publish two catalogs; return their ids, the current one last."""
    return (
        place.publish(catalogs.sized(300, prefix="old")),
        place.publish(catalogs.sized(310, prefix="new")),
    )


def flip(file: Path, offset: int) -> None:
    """Change one bit of the file, in place."""
    body = bytearray(file.read_bytes())
    body[offset] ^= 1
    rewrite(file, bytes(body))


def rewrite(file: Path, body: bytes) -> None:
    """Write over the file in place, as ``cp`` does."""
    with file.open("r+b") as opened:
        opened.truncate()
        opened.write(body)


def test_before_the_first_catalog_there_is_none(place: Place) -> None:
    """Without anything published there is nothing to answer from, and nothing to report."""
    one = Worker(place)

    assert one.current.poll() is False
    with pytest.raises(NoSnapshot):
        _ = one.current.snapshot
    assert one.reports == []


def test_a_new_catalog_is_served_after_the_next_look(place: Place) -> None:
    """A look that finds a new catalog says so once, and tells whoever wants to know."""
    one = Worker(place)
    first = place.publish(catalogs.sized(2))

    assert [one.current.poll(), one.current.poll(), one.current.poll()] == [True, False, False]
    second = place.publish(catalogs.sized(3))
    assert one.id == first
    assert [one.current.poll(), one.current.poll()] == [True, False]
    assert one.told == [first, second]


def test_a_reader_keeps_the_catalog_it_began_with(place: Place) -> None:
    """Questions to a snapshot go on being answered from it after swaps and its removal."""
    first, _ = two(place)
    held = Worker(place).current.snapshot
    for number in range(4):
        place.publish(catalogs.sized(2, prefix=f"m{number}"), after=3600)

    assert not place.file(first).exists()
    assert ask(held, limit=1)["total"] == 310


def test_handles_of_dropped_catalogs_are_let_go(place: Place) -> None:
    """A snapshot that the pointer no longer names is freed once nobody reads it."""
    one = Worker(place)
    handles = []
    for number in range(5):
        place.publish(catalogs.sized(2, prefix=f"m{number}"), after=3600)
        one.current.poll()
        handles.append(weakref.ref(one.current.snapshot))
    gc.collect()

    assert [handle() is None for handle in handles] == [True, True, False, False, False]


def foreign(file: Path) -> None:
    """Put another SQLite database in the file's place, of the same size."""
    size = file.stat().st_size
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table letters (body)")
        connection.execute("insert into letters values (zeroblob(?))", (size,))
        connection.commit()
    rewrite(file, file.read_bytes()[:size])


def other_schema(file: Path) -> None:
    """Make the file one of a later version."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("update meta set value = '99' where key = 'schema'")
        connection.commit()


def directory(file: Path) -> None:
    """Put a directory in the file's place."""
    file.unlink()
    file.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: file.unlink(),
    "empty": lambda file: rewrite(file, b""),
    "cut short": lambda file: rewrite(file, file.read_bytes()[:-1]),
    "longer": lambda file: rewrite(file, file.read_bytes() + b"x"),
    "no database": lambda file: rewrite(file, b"x" * file.stat().st_size),
    "a page is garbage": lambda file: flip(file, 100),
    "another database": foreign,
    "a later schema": other_schema,
    "a directory": directory,
}


@pytest.mark.finding("CA-M5", "CA-L4")
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_worker_that_starts_with_a_damaged_file_serves_the_one_before(
    place: Place, damage: str
) -> None:
    """Whatever happened to the current file, the one before is served, and reported once."""
    before, current = two(place)
    place.file(current).chmod(0o644)
    DAMAGE[damage](place.file(current))
    one = Worker(place)
    for _ in range(10):
        one.current.poll()
        assert ask(one.current.snapshot, limit=1)["total"] == 300

    assert one.id == before
    assert [current in report for report in one.reports] == [True]


def test_another_catalog_in_its_place_is_damage(place: Place) -> None:
    """A file that holds another catalog than its name says is not served."""
    before, current = two(place)
    padded = place.file(before).read_bytes().ljust(place.file(current).stat().st_size, b"\0")
    rewrite(place.file(current), padded)
    one = Worker(place)

    assert (one.id, len(one.reports)) == (before, 1)
    assert f"it holds the catalog {before}" in one.reports[0]


HURT: dict[str, Callable[[Path], object]] = {
    "truncated": lambda file: rewrite(file, file.read_bytes()[:16384]),
    "garbage in the middle": lambda file: rewrite(
        file, file.read_bytes()[:16384] + b"x" * (file.stat().st_size - 16384)
    ),
}


@pytest.mark.finding("CA-M5", "CA-L4")
@pytest.mark.parametrize("hurt", HURT)
def test_damage_that_a_question_meets_moves_on_to_the_one_before(place: Place, hurt: str) -> None:
    """A file damaged while it is served fails one question, is reported once, and is left."""
    before, current = two(place)
    one = Worker(place)
    HURT[hurt](place.file(current))
    for _ in range(10):
        try:
            assert ask(one.current.snapshot, unique=True, sort="price")["total"] == 300
        except DamagedSnapshot as error:
            one.current.damaged(error)

    assert (one.id, one.told) == (before, [current, before])
    assert len(one.reports) == 1


def test_a_flipped_bit_is_found_by_the_check(place: Place) -> None:
    """A bit that no question stumbles over is found by comparing the file with its hash."""
    before, current = two(place)
    flip(place.file(current), place.file(current).stat().st_size // 2)
    one = Worker(place)
    damage = one.current.verify()

    assert damage is not None
    one.current.damaged(damage)
    assert (one.id, len(one.reports)) == (before, 1)
    assert one.current.verify() is None


def test_a_whole_file_passes_the_check_once(place: Place) -> None:
    """A file is compared when it becomes current, and not again."""
    _, current = two(place)
    one = Worker(place)
    assert one.current.verify() is None
    flip(place.file(current), 5000)

    assert one.current.verify() is None


def test_a_check_without_a_catalog_finds_nothing(place: Place) -> None:
    """With nothing to serve there is nothing to check."""
    assert Worker(place).current.verify() is None


def test_a_repaired_catalog_is_served_again(place: Place) -> None:
    """After the refresher has written a damaged file anew, workers return to it."""
    before, current = two(place)
    one = Worker(place)
    flip(place.file(current), 20_000)
    one.current.damaged(DamagedSnapshot(place.file(current).name, "found"))
    assert one.id == before
    place.publish(catalogs.sized(310, prefix="new"))

    assert one.current.poll() is True
    assert (one.id, len(one.reports)) == (current, 1)
    assert one.current.verify() is None


def test_a_repair_that_no_question_asked_for_is_taken_up(place: Place) -> None:
    """A worker that had not noticed the damage opens the repaired file, not its old handle."""
    _, current = two(place)
    one = Worker(place)
    hurt = one.current.snapshot
    HURT["truncated"](place.file(current))
    place.publish(catalogs.sized(310, prefix="new"))
    one.current.poll()

    assert one.current.snapshot is not hurt
    assert ask(one.current.snapshot, unique=True)["total"] == 310
    assert one.reports == []


def test_an_error_of_the_old_file_does_not_blame_its_repair(place: Place) -> None:
    """What a question met before the repair was noticed leaves the repaired file alone."""
    _, current = two(place)
    one = Worker(place)
    HURT["truncated"](place.file(current))
    with pytest.raises(DamagedSnapshot) as caught:
        ask(one.current.snapshot, unique=True)
    place.publish(catalogs.sized(310, prefix="new"))
    one.current.damaged(caught.value)

    assert one.id == current
    assert ask(one.current.snapshot)["total"] == 310


@pytest.mark.parametrize("text", [None, b"", b"{", b'{"entries": [{"id": 1}]}'])
def test_a_damaged_pointer_changes_nothing(place: Place, text: bytes | None) -> None:
    """With the pointer gone or garbage, what is served stays, and that is reported once."""
    _, current = two(place)
    good = place.pointer_file.read_bytes()
    one = Worker(place)
    place.pointer_file.unlink()
    if text is not None:
        place.pointer_file.write_bytes(text)
    assert [one.current.poll() for _ in range(5)] == [False] * 5
    assert (one.id, len(one.reports)) == (current, 1)
    place.pointer_file.write_bytes(good)
    one.current.poll()

    assert (one.id, len(one.reports)) == (current, 1)


def test_a_worker_that_starts_with_a_garbage_pointer_recovers(place: Place) -> None:
    """Such a worker has nothing to serve, says so once, and serves what is published next."""
    two(place)
    place.pointer_file.write_bytes(b"garbage")
    one = Worker(place)
    for _ in range(3):
        one.current.poll()
    with pytest.raises(NoSnapshot):
        _ = one.current.snapshot
    assert len(one.reports) == 1
    found = place.publish(catalogs.sized(3))

    assert one.current.poll() is True
    assert one.id == found


def test_damage_without_a_pointer_falls_back_on_what_is_held(place: Place) -> None:
    """Even without a pointer a worker moves on to a catalog that it has open."""
    before = place.publish(catalogs.sized(300, prefix="old"))
    one = Worker(place)
    current = place.publish(catalogs.sized(310, prefix="new"))
    one.current.poll()
    place.pointer_file.unlink()
    one.current.damaged(DamagedSnapshot(place.file(current).name, "found"))

    assert one.id == before


def test_with_every_file_damaged_there_is_none(place: Place) -> None:
    """Each damaged file is reported once; the next publication is served."""
    for name in two(place):
        rewrite(place.file(name), b"")
    one = Worker(place)
    for _ in range(5):
        one.current.poll()
    assert len(one.reports) == 2
    with pytest.raises(NoSnapshot):
        _ = one.current.snapshot
    found = place.publish(catalogs.sized(3))

    assert one.current.poll() is True
    assert one.id == found


def test_a_catalog_that_cannot_be_opened_now_is_opened_later(place: Place) -> None:
    """A process that may open no more files keeps what it has, and takes the new one up after."""
    before = place.publish(catalogs.sized(300))
    one = Worker(place)
    current = place.publish(catalogs.sized(310))
    with no_more_files():
        for _ in range(5):
            one.current.poll()
            assert one.current.verify() is None
    assert one.id == before
    one.current.poll()

    assert (one.id, len(one.reports)) == (current, 1)


def test_a_file_that_is_out_of_reach_for_a_while_is_not_given_up(place: Place) -> None:
    """A file that is there but cannot be looked at is reported once, and served when it can."""
    before = place.publish(catalogs.sized(300))
    one = Worker(place)
    current = place.publish(catalogs.sized(310))
    aside = place.file(current).rename(place.directory / "aside")
    place.file(current).symlink_to("x" * 300)
    for _ in range(5):
        one.current.poll()
    assert (one.id, len(one.reports)) == (before, 1)
    aside.replace(place.file(current))
    one.current.poll()

    assert (one.id, len(one.reports)) == (current, 1)


@pytest.mark.finding("CA-M5", "CA-L4")
def test_requests_stay_200_with_one_log_line(tmp_path: Path, pool: Executor) -> None:
    """Over HTTP: a file is damaged while it is served; all requests are 200, one line says it."""
    settings, log = live.settings(tmp_path), Notebook()
    before, current = two(Place(settings.snapshots, pool))
    with live.served(worker.build(settings, log)) as url, wire.connected(url) as line:
        assert line.ask("/readyz").json["snapshot"] == current
        HURT["garbage in the middle"](settings.snapshots / f"{current}.sqlite")
        answers = [line.ask(f"/v1/models?limit=2&offset={number}") for number in range(30)]

    assert [(one.status, one.json["snapshot"]) for one in answers] == [(200, before)] * 30
    assert [level for level, *_ in log.lines] == ["error"]


class Stumbling(Shelf):
    """A shelf whose code is wrong."""

    @override
    def put(self, key: Hashable, answer: Shelved) -> None:
        raise TypeError("a programming error")


@pytest.mark.finding("CA-M5")
def test_a_programming_error_is_a_500_and_blames_no_file(place: Place, pool: Executor) -> None:
    """Over HTTP: an error of ours is a 500 and in the log, and the same catalog is served on."""
    found, log = place.publish(catalogs.sized(2)), Notebook()
    current = Current(place.directory, log.error)
    answers = Answers(current, Stumbling(2**20, 2**20), pool)
    app = serve_app.build(
        answers,
        StatusFile(place.directory),
        log,
        workers.clock,
        gate=workers.gate(place.directory.parent, log),
    )
    with live.served(app) as url:
        assert wire.ask(url, "/v1/models?limit=1").status == 500
        assert wire.ask(url, "/readyz").json["snapshot"] == found

    assert log.of("error") == ["a request failed"]


@pytest.mark.finding("CA-M5")
def test_a_list_that_breaks_off_is_not_sent_from_that_file_again(
    place: Place, pool: Executor
) -> None:
    """Over HTTP: damage inside a finished list cuts one answer short; the next ones are whole."""
    (before, current), log = two(place), Notebook()
    held = Current(place.directory, log.error)
    held.poll()
    assert held.verify() is None
    scramble(place.file(current))
    answers = Answers(held, Shelf(2**20, 2**16), pool)
    app = serve_app.build(
        answers,
        StatusFile(place.directory),
        log,
        workers.clock,
        gate=workers.gate(place.directory.parent, log),
    )
    with live.served(app) as url:
        found = [attempt(url) for _ in range(5)]

    assert found == ["cut short", before, before, before, before]
    assert sum("Serving the one before it" in line for line in log.of("error")) == 1


def scramble(file: Path) -> None:
    """Fill a page in the middle of the finished list with garbage, in place."""
    snapshot = Snapshot(file)
    part = snapshot.part(snapshot.document("list", documents.IDENTITY)[0], 1) or b""
    body = file.read_bytes()
    places = (body.find(part[at : at + 4000]) for at in range(30_000, 60_000, 4000))
    page = next(place for place in places if place > 0) // 16384
    rewrite(file, body[: page * 16384] + b"x" * 16384 + body[(page + 1) * 16384 :])


def attempt(url: str) -> str:
    """Return the snapshot that the whole list came from, or how it failed."""
    try:
        found: str = wire.ask(url, "/v1/models").json["snapshot"]
    except http.client.IncompleteRead:
        return "cut short"
    return found
