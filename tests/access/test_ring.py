"""The key ring: what is in the file counts soon, and a broken file changes nothing."""

from pathlib import Path

import msgspec
import pytest

from modeldex.access import keys
from modeldex.access.keys import KeyRecord
from modeldex.access.ring import KeyRing
from support.refreshing import Notebook

TOKEN = keys.new_token()
RECORD = KeyRecord(id="k1", sha256=keys.digest(TOKEN))


class Ring(KeyRing):
    """A ring with a log and a time that a test moves."""

    def __init__(self, path: Path, admin_key: str | None = None) -> None:
        self.notes, self.moment = Notebook(), 100.0
        super().__init__(path, self.notes, lambda: self.moment, admin_key)

    def knows(self, token: str) -> bool:
        """Return whether *token* opens anything."""
        return self.find(token.encode()) is not None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file with one key."""
    found = tmp_path / "access" / "keys.json"
    keys.write(found, [RECORD])
    return found


def test_a_token_is_256_random_bits_and_only_its_hash_is_written(path: Path) -> None:
    """Two tokens differ; the file does not hold one, and is its owner's alone."""
    assert keys.new_token() != TOKEN
    assert len(TOKEN) == len("mdx_") + 43
    assert TOKEN not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_a_key_is_found_by_its_token_alone(path: Path) -> None:
    """Nothing near it opens anything, nor does its hash."""
    ring = Ring(path)

    assert ring.knows(TOKEN)
    for wrong in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), RECORD.sha256, "x" * 10_000):
        assert not ring.knows(wrong)


def test_a_revocation_and_a_new_key_count_at_the_next_poll(path: Path) -> None:
    """The file is replaced; what it says then is what counts."""
    ring, other = Ring(path), keys.new_token()
    keys.write(path, [KeyRecord(id="k2", sha256=keys.digest(other))])
    ring.poll()

    assert (ring.knows(TOKEN), ring.knows(other)) == (False, True)


def test_a_key_ends_at_its_time_without_any_poll(path: Path) -> None:
    """An expired key is unknown from its second on."""
    keys.write(path, [KeyRecord(id="k1", sha256=RECORD.sha256, expires_at=200)])
    ring = Ring(path)
    before = ring.knows(TOKEN)
    ring.moment = 200

    assert (before, ring.knows(TOKEN)) == (True, False)


@pytest.mark.parametrize("broken", [b"", b"[{", b"{}", b"[1]", b'[{"id": "k1"}]', b"\xff\xfe"])
def test_a_broken_file_leaves_the_last_good_keys_and_is_reported_once(
    path: Path, broken: bytes
) -> None:
    """Half a file revokes nobody; it is said once, and forgotten when it is whole again."""
    ring = Ring(path)
    path.write_bytes(broken)
    for _ in range(3):
        ring.poll()
    held, problem = ring.knows(TOKEN), ring.problem
    keys.write(path, [])
    ring.poll()

    assert held
    assert problem
    assert ring.notes.of("error") == ["reading the keys failed"]
    assert (ring.knows(TOKEN), ring.problem) == (False, None)


def test_a_file_that_has_gone_leaves_the_keys_and_is_reported(path: Path) -> None:
    """Nobody revokes all keys by losing a file."""
    ring = Ring(path)
    path.unlink()
    ring.poll()

    assert ring.knows(TOKEN)
    assert ring.notes.of("error") == ["reading the keys failed"]


def test_without_a_file_there_are_no_keys_and_nothing_to_report(tmp_path: Path) -> None:
    """A fresh installation has none; the first file is taken over."""
    path = tmp_path / "keys.json"
    ring = Ring(path)
    ring.poll()
    before = ring.knows(TOKEN)
    keys.write(path, [RECORD])
    ring.poll()

    assert (before, ring.knows(TOKEN), ring.notes.lines) == (False, True, [])


@pytest.mark.parametrize(
    "wrong", [{"networks": ("nowhere",)}, {"limit": "lots"}, {"scopes": ("root",)}]
)
def test_a_key_with_something_wrong_in_it_opens_nothing(
    path: Path, wrong: dict[str, object]
) -> None:
    """What is wrong may be what was to restrict it; the other keys count."""
    bad = {"id": "bad", "sha256": keys.digest("bad"), **wrong}
    record = msgspec.convert(bad, KeyRecord)
    keys.write(path, [record, RECORD])
    ring = Ring(path)

    assert (ring.knows("bad"), ring.knows(TOKEN)) == (False, True)
    assert ring.notes.of("error") == ["a key cannot be used"]


def test_the_administrators_key_of_the_settings_always_counts(path: Path) -> None:
    """Whatever the file says, and it cannot be taken over by the file."""
    keys.write(path, [KeyRecord(id="thief", sha256=keys.digest("root"), scopes=("read",))])
    key = Ring(path, "root").find(b"root")

    assert key is not None
    assert (key.principal.key_id, key.principal.may("admin")) == ("admin", True)


@pytest.mark.finding("MW-C2", "MW-C3")
def test_asking_touches_no_file(path: Path) -> None:
    """Keys and their allow lists are in memory: the file may be gone, and asking opens nothing."""
    keys.write(path, [KeyRecord(id="k1", sha256=RECORD.sha256, networks=("192.0.2.0/24",))])
    ring = Ring(path)
    path.parent.rename(path.parent.with_name("elsewhere"))
    key = ring.find(TOKEN.encode())

    assert key is not None
    assert str(key.networks[0]) == "192.0.2.0/24"
