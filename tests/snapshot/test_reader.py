"""A snapshot file is read without a map, without a lock, and never written."""

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

from modeldex.errors import DamagedSnapshot
from modeldex.query import answer
from modeldex.query.question import EVERY_MODEL, EVERYTHING, Question
from modeldex.snapshot.reader import Snapshot
from support import catalogs
from support.snapshots import Place, ask, no_more_files

T = TypeVar("T")


@pytest.fixture
def file(place: Place) -> Path:
    """A published file of 30 offers of 15 models."""
    return place.file(place.publish(catalogs.sized(30, models=15)))


def in_new_thread(work: Callable[[], T]) -> T:
    """Return what *work* returns in a thread that has not touched any snapshot."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_threads_read_side_by_side(file: Path) -> None:
    """Eight threads that share a snapshot all get the answers that one gets alone."""
    questions = (EVERYTHING, EVERY_MODEL, Question(text="model", sort="price", limit=7))
    alone = [answer.page(Snapshot(file), one) for one in questions]
    shared = Snapshot(file)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: answer.page(shared, questions[n % 3]), range(240)))

    assert answers == alone * 80


def test_the_file_is_not_mapped(file: Path) -> None:
    """No part of the file is in the process's memory map after it was read whole."""
    snapshot = Snapshot(file)
    answer.page(snapshot, EVERY_MODEL)

    assert snapshot.rows("pragma mmap_size") == [(0,)]
    assert file.name not in Path("/proc/self/maps").read_text()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into meta values ('x', 'y')",
        "update offers set active = 1",
        "delete from providers",
        "drop table meta",
        "create table extra (x)",
        "pragma user_version = 7",
    ],
)
def test_nothing_can_be_written(file: Path, statement: str) -> None:
    """A statement that writes is refused, and the file and its directory stay as they are."""
    before = (file.read_bytes(), sorted(file.parent.iterdir()))

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Snapshot(file).rows(statement)
    assert before == (file.read_bytes(), sorted(file.parent.iterdir()))


def test_reading_leaves_nothing_beside_the_file(file: Path) -> None:
    """No journal, no lock and no temporary file appears when questions are sorted and counted."""
    before = sorted(file.parent.iterdir())
    snapshot = Snapshot(file)
    answer.page(snapshot, Question(unique=True, sort="price", text="model", gateways=("acme",)))

    assert sorted(file.parent.iterdir()) == before
    assert snapshot.rows("pragma temp_store") == [(2,)]


def test_a_snapshot_tells_what_it_holds(file: Path) -> None:
    """Counts, providers and authors are known as soon as it is open."""
    snapshot = Snapshot(file)

    assert (snapshot.offer_count, snapshot.model_count) == (30, 15)
    assert [one.slug for one in snapshot.providers] == ["acme", "bolt"]
    assert (snapshot.gateways, snapshot.authors) == ({"acme": 0, "bolt": 1}, {"labs": 0})


def test_a_file_can_lie_anywhere(file: Path, tmp_path: Path) -> None:
    """A path with characters that mean something in a URI is a path like any other."""
    odd = tmp_path / "50%41 of #1? &mode=rw"
    odd.mkdir()
    shutil.copy(file, odd)

    assert Snapshot(odd / file.name).id == file.stem


def test_an_open_snapshot_outlives_its_file(file: Path) -> None:
    """Who reads a snapshot goes on reading it after the file has been removed."""
    snapshot = Snapshot(file)
    file.unlink()

    assert ask(snapshot)["total"] == 30


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda file: file.unlink(), "unable to open database file"),
        (lambda file: file.write_bytes(b""), "no such table"),
        (lambda file: file.write_bytes(b"garbage" * 5000), "not a database"),
        (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "malformed"),
        (lambda file: alter(file, "update meta set value = '99' where key = 'schema'"), "schema"),
        (lambda file: alter(file, "delete from meta where key = 'timestamp'"), "timestamp"),
        (lambda file: alter(file, "drop table providers"), "no such table"),
        (lambda file: alter(file, "update providers set aliases = '['"), ""),
    ],
    ids=["missing", "empty", "garbage", "short", "schema", "no time", "no table", "no JSON"],
)
def test_a_file_that_cannot_be_read_is_damaged(
    file: Path, damage: Callable[[Path], object], problem: str
) -> None:
    """Whatever is wrong with the file, opening it raises the one error, which names it."""
    file.chmod(0o644)
    damage(file)

    with pytest.raises(DamagedSnapshot, match=f"{file.name} is damaged.*{problem}"):
        Snapshot(file)


def alter(file: Path, statement: str) -> None:
    """Change the file as an SQLite tool would."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


@pytest.mark.finding("CA-M5")
@pytest.mark.parametrize(
    ("statement", "values"),
    [("select price from offers", ()), ("selec 1", ()), ("select ?", ())],
    ids=["no column", "no syntax", "no value"],
)
def test_a_wrong_statement_is_no_damage(
    file: Path, statement: str, values: tuple[object, ...]
) -> None:
    """A programming error is raised as what it is, and the snapshot stays usable."""
    snapshot = Snapshot(file)

    with pytest.raises(sqlite3.Error):
        snapshot.rows(statement, values)
    assert ask(snapshot)["total"] == 30


def test_a_file_cut_short_while_it_is_read_is_damaged(file: Path) -> None:
    """Truncation in place is an error of the file, not the end of the process."""
    snapshot = Snapshot(file)
    with file.open("r+b") as opened:
        opened.truncate(16384)

    with pytest.raises(DamagedSnapshot):
        ask(snapshot, unique=True, text="model")


def test_a_further_thread_never_reads_another_catalog(file: Path, place: Place) -> None:
    """A thread that opens the file after another catalog was copied over it is told so."""
    snapshot = Snapshot(file)
    other = place.file(place.publish(catalogs.sized(30, models=15, prefix="x")))
    shutil.copy(other, file)

    with pytest.raises(DamagedSnapshot, match="another catalog"):
        in_new_thread(lambda: ask(snapshot))


def test_a_process_without_free_files_blames_no_file(file: Path) -> None:
    """That a further thread may open no more files is no damage, and passes."""
    snapshot = Snapshot(file)
    with no_more_files(), pytest.raises(sqlite3.OperationalError, match="unable to open"):
        in_new_thread(lambda: ask(snapshot))

    assert in_new_thread(lambda: ask(snapshot))["total"] == 30
