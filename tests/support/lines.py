"""How much work something is, counted and not timed."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from modeldex.merge import identity


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of Python *work* runs, each turn of a loop one more."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event in {"call", "line"}
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def cold(work: Callable[[], object]) -> int:
    """Return how many steps *work* takes where no name has been read before."""
    identity.read.cache_clear()
    return steps(work)
