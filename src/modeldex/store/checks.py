"""What every store refuses, and what each may forget."""

from datetime import UTC, datetime

from modeldex.domain.history import CAPABILITY, LIMIT, PRICE
from modeldex.errors import StoreError

FORGOTTEN = (PRICE, LIMIT, CAPABILITY)  # kinds of events that a compaction removes


def check_clock(last: int, now: int) -> None:
    """Raise :class:`StoreError` where *now* is before the moment of the *last* commit."""
    if now < last:
        raise StoreError(
            f"The clock has gone back: the store was last written at {_stamp(last)}, and this is "
            f"to be written at {_stamp(now)}. Set the clock of this machine right; if it is, wait "
            "until that moment has passed, or restore a backup from before."
        )


def check_superseded(wanted: int, found: int) -> None:
    """Raise :class:`StoreError` where not all facts that are to be superseded are believed."""
    if wanted != found:
        raise StoreError(
            f"Of {wanted} facts that are to be superseded, {found} are believed: somebody else "
            "has written to this store. Run one refresher for each store, and refresh again."
        )


def check_commit(found: int, least: int) -> None:
    """Raise :class:`StoreError` where commit number *least* is not there."""
    if found < least:
        raise StoreError(
            f"The store is at commit {found} where {least} was written: an older state was "
            "restored meanwhile. Refresh again."
        )


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
