"""A written snapshot becomes current at one moment, and what nobody needs goes."""

import ast
import hashlib
import stat
from concurrent.futures import Executor
from pathlib import Path

import msgspec
import pytest

from modeldex.domain.model import Catalog
from modeldex.errors import InconsistentCatalog
from modeldex.snapshot.publish import (
    Pointer,
    Publisher,
    read_pointer,
    write_atomically,
)
from modeldex.snapshot.reader import Snapshot
from support import catalogs
from support.snapshots import Place

HOUR = 3600.0
SOURCE = Path(__file__).resolve().parents[2] / "src"


def catalog(number: int) -> Catalog:
    """Return one of many small catalogs that differ."""
    return catalogs.sized(2, prefix=f"m{number}-")


def parsed(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_the_pointer_names_the_published_file(place: Place) -> None:
    """The pointer's first entry has the catalog's id, and the file's name, size and hash."""
    found = place.publish(catalog(1))
    entry, file = place.pointer.current, place.file(found)

    assert entry is not None
    assert (entry.id, entry.file, entry.size) == (found, file.name, file.stat().st_size)
    assert entry.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_published_file_knows_its_id_and_time(place: Place) -> None:
    """Id and timestamp stand inside the file, so it can be copied anywhere."""
    found = place.publish(catalog(1), stamp="2026-11-23T08:00:00Z")
    snapshot = Snapshot(place.file(found))

    assert (snapshot.id, snapshot.timestamp) == (found, "2026-11-23T08:00:00Z")


def test_a_published_file_is_read_only(place: Place) -> None:
    """The file's mode lets nobody write."""
    found = place.publish(catalog(1))

    assert stat.S_IMODE(place.file(found).stat().st_mode) == 0o444


def test_the_pointer_moves_after_the_file_is_complete(tmp_path: Path, pool: Executor) -> None:
    """Before the pointer moves, the file lies under its final name, read-only and whole."""
    seen: list[tuple[Pointer, list[str]]] = []

    def clock() -> float:
        """Look around at the moment between the file and the pointer."""
        whole = [one for one in tmp_path.glob("*.sqlite") if one.stat().st_mode & 0o777 == 0o444]
        seen.append((read_pointer(tmp_path), sorted(Snapshot(one).id for one in whole)))
        return 1.0

    publisher = Publisher(tmp_path, clock, pool)
    first, _ = publisher.publish(catalog(1), catalogs.STAMP)
    before = read_pointer(tmp_path)
    seen.clear()
    second, _ = publisher.publish(catalog(2), catalogs.STAMP)

    assert seen[0] == (before, sorted([first, second]))


@pytest.mark.finding("X40")
def test_the_pointer_is_replaced_not_rewritten(place: Place) -> None:
    """Whoever has the pointer open goes on reading the old one, whole."""
    place.publish(catalog(1))
    text = place.pointer_file.read_text()
    with place.pointer_file.open() as opened:
        place.publish(catalog(2))

        assert opened.read() == text
    assert place.pointer_file.read_text() != text


def test_the_last_three_are_kept(place: Place) -> None:
    """Of catalogs an hour apart the last three are kept, newest first."""
    published = [place.publish(catalog(number), after=HOUR) for number in range(5)]
    entries = place.pointer.entries

    assert [entry.id for entry in entries] == published[:1:-1]
    assert place.names() == {place.pointer_file.name, *(entry.file for entry in entries)}


def test_what_was_current_in_the_last_ten_minutes_is_kept(place: Place) -> None:
    """A file stays for ten minutes after another one took its place, and not a second more."""
    published = [place.publish(catalog(number), after=100) for number in range(10)]
    kept = {one.id for one in place.pointer.entries}
    place.publish(catalog(10), after=1)

    # At 1000 s the third one, replaced at 400 s, is just within the ten minutes; at 1001 s not.
    assert kept == set(published[2:])
    assert published[2] not in {one.id for one in place.pointer.entries}
    assert published[3] in {one.id for one in place.pointer.entries}
    assert not place.file(published[2]).exists()


@pytest.mark.finding("CA-H4")
def test_foreign_files_are_untouched(place: Place) -> None:
    """Publishing, removing and cleaning touch nothing that modeldex did not write."""
    names = ("notes.txt", "backup.sqlite", ".writing-a-letter", f"{'a' * 32}.sqlite.bak", "x.json")
    for name in names:
        (place.directory / name).write_text(name)
    (place.directory / "copies.sqlite").mkdir()
    for number in range(5):
        place.publish(catalog(number), after=HOUR)
    place.publisher.clean()

    assert [(place.directory / name).read_text() for name in names] == list(names)
    assert (place.directory / "copies.sqlite").is_dir()


@pytest.mark.finding("CA-H3")
def test_dropping_an_old_file_leaves_the_others_as_they_are(place: Place) -> None:
    """The files that are kept are the same files with the same bytes after one has gone."""
    first, *others = [place.publish(catalog(number), after=HOUR) for number in range(3)]
    before = [(place.file(one).stat().st_ino, place.file(one).read_bytes()) for one in others]
    place.publish(catalog(3), after=HOUR)

    assert not place.file(first).exists()
    assert before == [
        (place.file(one).stat().st_ino, place.file(one).read_bytes()) for one in others
    ]


@pytest.mark.finding("CA-H3", kind="absent")
def test_no_code_lists_the_keys_of_a_server() -> None:
    """No call in the code lists or flushes the keys of a cache server, by method or command."""
    methods = {"scan", "scan_iter", "flushdb", "flushall"}
    found = []
    for node in (node for file in SOURCE.rglob("*.py") for node in ast.walk(parsed(file))):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in methods:
                found.append(name)
            case ast.Call(func=ast.Attribute(attr="keys"), args=[ast.Constant()]):
                found.append("keys")
            case ast.Constant(value="KEYS" | "SCAN" | "FLUSHDB" | "FLUSHALL"):
                found.append(str(node.value))
            case _:
                pass

    assert found == []


def test_leftovers_of_a_killed_writer_are_removed(place: Place) -> None:
    """A clean-up removes half-written snapshots, pointers and status files, and nothing else."""
    place.publish(catalog(1))
    before = place.names()
    for name in ("writing", "current.json", "status.json"):
        (place.directory / f".{name}-0123456789abcdef").write_bytes(b"half")
    place.publisher.clean()

    assert place.names() == before


def test_the_same_content_is_not_published_twice(place: Place) -> None:
    """A catalog that is current already is not written again: no file changes."""
    found = place.publish(catalog(1))
    before = {one: one.stat().st_ctime_ns for one in place.directory.iterdir()}

    assert place.publisher.publish(catalog(1), "2027-01-01T00:00:00Z") == (found, False)
    assert before == {one: one.stat().st_ctime_ns for one in place.directory.iterdir()}


def test_a_content_that_returns_has_its_first_time(place: Place) -> None:
    """The timestamp of a content is that of its first publication, even after its file went."""
    first = place.publish(catalog(0), after=HOUR, stamp="2026-11-23T01:00:00Z")
    for number in range(1, 5):
        place.publish(catalog(number), after=HOUR, stamp=f"2026-11-23T0{number + 1}:00:00Z")
    assert not place.file(first).exists()
    place.publish(catalog(0), after=HOUR, stamp="2026-11-23T09:00:00Z")
    entry = place.pointer.current

    assert entry is not None
    assert (entry.id, entry.timestamp) == (first, "2026-11-23T01:00:00Z")
    assert Snapshot(place.file(first)).timestamp == "2026-11-23T01:00:00Z"


def test_a_time_in_use_outlasts_a_thousand_others(place: Place) -> None:
    """Of the remembered times, those of contents published long ago are forgotten first."""
    found = place.publish(catalog(0), stamp="2026-11-23T01:00:00Z")
    others = {f"{number:032x}": catalogs.STAMP for number in range(999)}
    crowded = Pointer((), {found: "2026-11-23T01:00:00Z", **others})
    write_atomically(place.pointer_file, msgspec.json.encode(crowded))
    place.publish(catalog(0))
    place.publish(catalog(1))

    assert place.pointer.first_published[found] == "2026-11-23T01:00:00Z"
    assert len(place.pointer.first_published) == 1000


@pytest.mark.parametrize("damage", [None, b"", b"garbage"], ids=["missing", "empty", "garbage"])
def test_a_damaged_current_file_is_written_anew(place: Place, damage: bytes | None) -> None:
    """The same content is published again when the file that holds it is not whole."""
    found = place.publish(catalog(1))
    place.file(found).unlink()
    if damage is not None:
        place.file(found).write_bytes(damage)

    assert place.publisher.publish(catalog(1), catalogs.STAMP) == (found, True)
    assert [entry.id for entry in place.pointer.entries] == [found]
    assert Snapshot(place.file(found)).id == found


def test_an_inconsistent_catalog_changes_nothing(place: Place) -> None:
    """A catalog that contradicts itself is refused before anything is written."""
    place.publish(catalog(1))
    before = {one: one.read_bytes() for one in place.directory.iterdir()}
    wrong = msgspec.structs.replace(catalog(2), models=())

    with pytest.raises(InconsistentCatalog):
        place.publish(wrong)
    assert before == {one: one.read_bytes() for one in place.directory.iterdir()}


@pytest.mark.parametrize("text", [b"", b"{", b'{"entries": 5}', b"\xff\x00"])
def test_a_damaged_pointer_is_replaced(place: Place, text: bytes) -> None:
    """A pointer that cannot be read names nothing, and the next publication writes a new one."""
    found = place.publish(catalog(1))
    place.pointer_file.write_bytes(text)
    assert place.pointer == Pointer()

    assert place.publish(catalog(1)) == found
    assert [entry.id for entry in place.pointer.entries] == [found]


def test_an_empty_catalog_can_be_published(place: Place) -> None:
    """A catalog without a single offer is a catalog."""
    snapshot = Snapshot(place.file(place.publish(catalogs.of())))

    assert (snapshot.offer_count, snapshot.model_count) == (0, 0)


def test_a_kept_snapshot_becomes_current_again(place: Place) -> None:
    """And the other stays behind it; one that is not kept changes nothing."""
    first, second = place.publish(catalog(1)), place.publish(catalog(2))
    assert place.publisher.hold(first)
    assert [one.id for one in place.pointer.entries] == [first, second]
    before = place.pointer_file.stat()
    assert place.publisher.hold(first)
    assert not place.publisher.hold("0" * 32)
    assert place.pointer_file.stat() == before
    assert place.publish(catalog(2)) == second
    assert [one.id for one in place.pointer.entries] == [second, first]


def test_a_damaged_snapshot_is_not_gone_back_to(place: Place) -> None:
    """What is current stays it."""
    first, second = place.publish(catalog(1)), place.publish(catalog(2))
    place.file(first).chmod(0o644)
    place.file(first).write_bytes(b"damage")
    assert not place.publisher.hold(first)
    assert place.pointer.current is not None
    assert place.pointer.current.id == second
