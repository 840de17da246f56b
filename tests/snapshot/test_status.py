"""The status file is replaced whole, and a bad one is as good as none."""

from pathlib import Path

import pytest

from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status

GROQ = SourceStatus(
    id="groq", provider="groq", name="Groq", state="failing", rows=20, priced=3, asked_at=12.5,
    answered_at=10.0, failed_at=12.5, failure_kind="timeout", reason="No answer in 20 s.",
    failures=2, next_at=912.5,
)  # fmt: skip
FULL = Status(at=12.5, snapshot="ab", sources=(GROQ,), broken=("mine.toml: id: is missing",))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """All that a cycle knows of its sources comes back as it was."""
    status.write(tmp_path, FULL)

    assert status.read(tmp_path) == FULL


def test_without_a_file_there_is_no_status(tmp_path: Path) -> None:
    """Before the first cycle nothing is known, also where the directory is not there."""
    assert status.read(tmp_path) is None
    assert status.read(tmp_path / "nowhere") is None


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"at": "noon"}', b"\xff"])
def test_a_damaged_file_is_no_status(tmp_path: Path, text: bytes) -> None:
    """What cannot be read is not shown."""
    (tmp_path / status.STATUS).write_bytes(text)

    assert status.read(tmp_path) is None


def test_a_reader_sees_the_old_or_the_new_one(tmp_path: Path) -> None:
    """Who has the file open reads the old one to its end; nothing else is left behind."""
    status.write(tmp_path, FULL)
    old = (tmp_path / status.STATUS).read_bytes()
    with (tmp_path / status.STATUS).open("rb") as opened:
        status.write(tmp_path, Status(at=99.0, snapshot=None))

        assert opened.read() == old
    assert status.read(tmp_path) == Status(at=99.0, snapshot=None)
    assert [one.name for one in tmp_path.iterdir()] == [status.STATUS]
