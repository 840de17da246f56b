"""The file of prices that an operator states."""

from pathlib import Path

from modeldex.errors import DeclarationError
from modeldex.pricing import overrides
from modeldex.pricing.overrides import Stated


def load(file: Path | None) -> Stated:
    """Return what *file* states; one that cannot be read is a problem, and states nothing."""
    if file is None:
        return Stated()
    try:
        return overrides.parse(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as error:
        problem = DeclarationError(str(file), "", f"cannot be read: {error}")
        return Stated(problems=(str(problem),))


def stamp(file: Path | None) -> tuple[int, int] | None:
    """Return what differs when *file* comes, goes or changes."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found is not None else None
