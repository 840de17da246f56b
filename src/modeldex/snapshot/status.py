"""The status file: what changes without being content. Replaced whole at every cycle."""

from pathlib import Path

import msgspec

from modeldex.snapshot.publish import write_atomically

STATUS = "status.json"


class SourceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How one source is doing. Times are unix seconds.

    Attributes:
        state: ``ok``, ``failing``, ``never asked``, ``no key``, ``not installed``, ``no list``.
        rows: last good listings that are held.
        priced: how many of them state a price.
    """

    id: str
    provider: str
    name: str
    book: bool = False
    state: str
    rows: int = 0
    priced: int = 0
    asked_at: float | None = None
    answered_at: float | None = None
    failed_at: float | None = None
    failure_kind: str | None = None
    failure: str | None = None
    failures: int = 0
    next_at: float | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How all sources are doing, and which declarations are broken."""

    at: float
    snapshot: str | None
    sources: tuple[SourceStatus, ...] = ()
    broken: tuple[str, ...] = ()


def write(directory: Path, status: Status) -> None:
    """Replace the status file."""
    write_atomically(directory / STATUS, msgspec.json.encode(status))


def read(directory: Path) -> Status | None:
    """Return the status, ``None`` where none has been written."""
    try:
        return msgspec.json.decode((directory / STATUS).read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None
