"""Reads the published catalog for verbs."""

import sys

from modeldex import settings
from modeldex.snapshot.current import Current
from modeldex.snapshot.reader import Snapshot


def snapshot() -> Snapshot:
    """Return the current snapshot.

    Raises:
        NoSnapshot: nothing usable has been published; ``modeldex refresh`` does that.
    """
    current = Current(settings.load().snapshots, _report)
    current.poll()
    return current.snapshot


def _report(sentence: str) -> None:
    sys.stderr.write(f"modeldex: {sentence}\n")
