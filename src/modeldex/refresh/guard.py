"""Whether an answer may replace the last good one."""

from collections.abc import Sequence

from modeldex.domain.listing import Kept
from modeldex.errors import SourceError
from modeldex.sources.decode import Decoded


def judge(held: Sequence[Kept], new: Decoded) -> None:
    """Do nothing for an answer that may replace what is held.

    Raises:
        SourceError: of kind ``guard``; the last good listings stand.
    """
    if not new.listings and (held or new.dropped):
        said = f"{new.dropped} rows without a usable id" if new.dropped else "an empty list"
        raise SourceError("guard", f"it answered {said} where {len(held)} listings are held")
