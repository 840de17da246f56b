"""One host: a lock that one process holds, and a mailbox to it."""

from pathlib import Path

import pytest

from modeldex.fleet.local import FileLock, Mailbox
from support.holding import held


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    """An empty mailbox."""
    return Mailbox(tmp_path / "requests")


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    """A second one is refused until the first lets go."""
    file = tmp_path / "new" / "lock"
    first, second = FileLock(file), FileLock(file)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_a_holder_stays_the_holder(tmp_path: Path) -> None:
    """Taking twice is taking once; letting go of what is not held is harmless."""
    lock = FileLock(tmp_path / "lock")
    lock.release()
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    lock.release()
    other = FileLock(tmp_path / "lock")
    assert other.acquire()
    other.release()


def test_a_lock_holds_between_processes_and_dies_with_its_holder(tmp_path: Path) -> None:
    """A killed process leaves no lock behind."""
    lock = FileLock(tmp_path / "lock")
    with held(lock.file) as process:
        assert not lock.acquire()
        process.kill()
        process.wait()
        assert lock.acquire()
        lock.release()


def test_requests_are_seen_in_the_order_they_came(mailbox: Mailbox) -> None:
    """The oldest request is the first to be answered."""
    names = [mailbox.post(body) for body in (b"one", b"two", b"three")]
    assert mailbox.pending() == list(zip(names, (b"one", b"two", b"three"), strict=True))


def test_a_request_is_answered_once(mailbox: Mailbox) -> None:
    """Its report is for whoever posted it, and then both are gone."""
    name, other = mailbox.post(b"one"), mailbox.post(b"two")
    assert mailbox.collect(name) is None
    mailbox.answer(name, b"done")
    assert mailbox.pending() == [(other, b"two")]
    assert mailbox.collect(other) is None
    assert mailbox.collect(name) == b"done"
    assert mailbox.collect(name) is None


def test_a_withdrawn_request_is_not_answered(mailbox: Mailbox) -> None:
    """Whoever no longer waits leaves nothing behind, before and after the answer."""
    for is_answered in (False, True):
        name = mailbox.post(b"one")
        if is_answered:
            mailbox.answer(name, b"done")
        mailbox.withdraw(name)
        mailbox.answer(name, b"late")
        assert list(mailbox.directory.iterdir()) == []


def test_what_dead_processes_left_is_removed_but_requests_are_not(mailbox: Mailbox) -> None:
    """Reports that nobody fetched and half-written files go; who still waits is answered."""
    dead, alive = mailbox.post(b"one"), mailbox.post(b"two")
    mailbox.answer(dead, b"done")
    (mailbox.directory / ".half").write_bytes(b"half")
    mailbox.clear()
    assert mailbox.pending() == [(alive, b"two")]
    assert len(list(mailbox.directory.iterdir())) == 1


def test_a_mailbox_is_shared_by_its_directory(mailbox: Mailbox) -> None:
    """Two processes with the same directory see the same requests."""
    name = mailbox.post(b"one")
    Mailbox(mailbox.directory).answer(name, b"done")
    assert mailbox.collect(name) == b"done"


def test_a_request_that_is_left_gets_no_report(mailbox: Mailbox) -> None:
    """It is carried out and removed all the same; nothing is left of it, early or late."""
    before, after = mailbox.post(b"one"), mailbox.post(b"two")
    mailbox.leave(before)
    (left, body), *_ = (one for one in mailbox.pending() if one[1] == b"one")
    mailbox.answer(left, b"report")
    mailbox.answer(after, b"report")
    mailbox.leave(after)
    assert (body, mailbox.pending()) == (b"one", [])
    assert list(mailbox.directory.iterdir()) == []
