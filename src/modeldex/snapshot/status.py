"""The status file: what changes without being content. Replaced whole at every cycle."""

from pathlib import Path

import msgspec

from modeldex.snapshot.publish import write_atomically

STATUS, REPORT = "status.json", "report.json"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that the guard holds back, with its numbers.

    Attributes:
        before, now: rows that are held, and rows of this answer.
        suspicious: rows that changed suspiciously.
        times: equal answers since *first_at*.
    """

    kind: str
    reason: str
    before: int
    now: int
    suspicious: int
    times: int
    first_at: float
    rejected: bool = False


class SourceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is doing. Times are unix seconds.

    Attributes:
        state: ``ok``, ``failing``, ``held`` (an operator may decide), ``rejected`` (an operator
            did, and it answers the same), ``never asked``, or why it cannot be asked:
            ``no key``, ``not configured``, ``not installed``, ``no list``, ``not chosen`` …
        reason: what went wrong last, or why there is no list.
        rows: last good listings that are held.
        priced: how many of them state a price.
        missing: listings that its last answers did not have any more.
        suspicious: listings that keep an old value for now.
        outcome, seconds, bytes: of the last time it was asked.
    """

    id: str
    provider: str
    name: str
    book: bool = False
    evidence: str | None = None
    state: str
    reason: str | None = None
    rows: int = 0
    priced: int = 0
    missing: int = 0
    suspicious: int = 0
    asked_at: float | None = None
    answered_at: float | None = None
    failed_at: float | None = None
    failure_kind: str | None = None
    failures: int = 0
    breaker: str = "closed"
    next_at: float | None = None
    outcome: str | None = None
    seconds: float = 0.0
    bytes: int = 0
    held: Held | None = None


class StoreWork(msgspec.Struct, frozen=True, kw_only=True):
    """What the refresher has asked of the store since its process began.

    Attributes:
        seconds: that its statements took, all together.
        slow: statements that took longer than is usual.
        replica_unused: builds that were read from the primary though there is a replica.
    """

    statements: int
    seconds: float
    slow: int
    replica_unused: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How all sources are doing, which declarations are broken, and what the store was asked."""

    at: float
    snapshot: str | None
    sources: tuple[SourceStatus, ...] = ()
    broken: tuple[str, ...] = ()
    store: StoreWork | None = None


def write(directory: Path, status: Status) -> None:
    """Replace the status file."""
    write_atomically(directory / STATUS, msgspec.json.encode(status))


def read(directory: Path) -> Status | None:
    """Return the status, ``None`` where none has been written."""
    try:
        return msgspec.json.decode((directory / STATUS).read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None


def write_report(directory: Path, report: bytes) -> None:
    """Keep the JSON of the last refresh's report."""
    write_atomically(directory / REPORT, report)
