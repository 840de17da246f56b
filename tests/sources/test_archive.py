"""Dated answers in files."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

from modeldex.errors import ImportProblem
from modeldex.sources import archive

DAY = int(datetime(2025, 9, 8, tzinfo=UTC).timestamp())
BODY = b'{"data": []}'


def known(name: str) -> str | None:
    """Return the sources of a small world."""
    return {"acme": "acme", "acme-alias": "acme", "other": "other"}.get(name)


def write(folder: Path, *names: str) -> Path:
    """Fill a folder with answers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(BODY)
    return folder


def test_a_folder_of_one_source_is_read_in_the_order_of_its_dates(tmp_path: Path) -> None:
    """What lies beside the answers is no answer."""
    folder = write(tmp_path, "2025-09-09.json", "2025-09-08.json", "README.md")
    found = archive.dated(folder, "acme", known)
    assert [(one.source, one.observed_at) for one in found] == [
        ("acme", DAY),
        ("acme", DAY + 86400),
    ]


def test_folders_named_by_sources_or_aliases_say_whose_answers_they_hold(tmp_path: Path) -> None:
    """Several sources are imported at once."""
    write(tmp_path / "acme-alias", "2025-09-08.json")
    write(tmp_path / "other", "2025-09-08.json")
    assert [one.source for one in archive.dated(tmp_path, None, known)] == ["acme", "other"]


@pytest.mark.parametrize("name", ["2025-09-08T1430Z.json", "2025-09-08T14:30:00Z.json"])
def test_a_name_may_say_the_time_of_day(tmp_path: Path, name: str) -> None:
    """In UTC, with or without colons."""
    found = archive.dated(write(tmp_path, name) / name, "acme", known)
    assert found[0].observed_at == DAY + 14 * 3600 + 30 * 60


def test_pages_of_one_answer_are_read_in_their_order(tmp_path: Path) -> None:
    """The first page needs no number; the tenth comes after the second."""
    names = ("2025-09-08.json", *(f"2025-09-08.{page}.json" for page in range(2, 12)))
    found = archive.dated(write(tmp_path, *reversed(names)), "acme", known)
    assert [file.name for file in found[0].files] == list(names)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["latest.json"], "latest.json is not named by its date"),
        (["2025-02-30.json"], "a date that does not exist"),
        (["2025-09-08.json", "2025-09-08.1.json"], "the same answer twice"),
        (["2025-09-08.json", "2025-09-08.3.json"], "Page 2 of 2025-09-08.3.json is not there"),
        (["README.md"], "holds no file that is named by a date"),
    ],
)
def test_a_folder_that_is_not_clear_is_refused(
    tmp_path: Path, names: list[str], said: str
) -> None:
    """The sentence names the file."""
    with pytest.raises(ImportProblem, match=said):
        archive.dated(write(tmp_path, *names), "acme", known)


def test_answers_of_nobody_are_refused(tmp_path: Path) -> None:
    """Neither a file, nor loose answers in a folder, nor an unknown name say whose they are."""
    loose = write(tmp_path / "loose", "2025-09-08.json")
    for path, source in (
        (loose, None),
        (loose / "2025-09-08.json", None),
        (loose, "nobody"),
        (write(tmp_path / "folders" / "nobody", "2025-09-08.json").parent, None),
        (tmp_path / "absent", "acme"),
    ):
        with pytest.raises(ImportProblem):
            archive.dated(path, source, known)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.json", BODY),
        ("a.json.gz", gzip.compress(BODY, mtime=0)),
        ("a.json.zst", zstandard.ZstdCompressor().compress(BODY)),
    ],
)
def test_packed_answers_are_unpacked(tmp_path: Path, name: str, body: bytes) -> None:
    """Whatever they are packed with."""
    (tmp_path / name).write_bytes(body)
    assert archive.read(tmp_path / name, 100) == BODY


@pytest.mark.parametrize("name", ["a.json.gz", "a.json.zst"])
def test_a_damaged_answer_is_refused(tmp_path: Path, name: str) -> None:
    """With its name."""
    (tmp_path / name).write_bytes(b"no such thing")
    with pytest.raises(ImportProblem, match=r"a\.json.* cannot be read"):
        archive.read(tmp_path / name, 100)


def test_an_answer_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """However small it is while packed."""
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(bytes(10**6)))
    with pytest.raises(ImportProblem, match="more than 1000 bytes"):
        archive.read(tmp_path / "a.json.gz", 1000)
