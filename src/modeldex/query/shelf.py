"""The shelf: finished response bytes of one snapshot, bounded in bytes, questions included.

Two generations instead of a list of recent uses: a hit is one look-up, and what was not asked for
while the younger one filled up goes with the older one.
"""

from collections.abc import Hashable
from typing import Any

OVERHEAD = 1800  # bytes of bookkeeping of an entry, roughly


class Shelved:
    """A finished answer in the encodings that it is kept in so far.

    Attributes:
        snapshot: id of the snapshot that it was made from.
        root: hash of the identity bytes, the root of every entity tag.
        last_modified: the snapshot's time, as an HTTP date.
        bodies: bytes by encoding.
        media_type, extra: its content type, and headers of this content.
        ready: what was made of it, once, to be sent in an encoding.
        hits: how often it was taken from the shelf.
    """

    __slots__ = (
        "bodies",
        "extra",
        "hits",
        "last_modified",
        "media_type",
        "ready",
        "root",
        "snapshot",
    )

    def __init__(
        self,
        snapshot: str,
        root: str,
        last_modified: bytes,
        body: bytes,
        encoding: str = "identity",
    ) -> None:
        self.snapshot, self.root, self.last_modified = snapshot, root, last_modified
        self.bodies = {encoding: body}
        self.media_type = b"application/json"
        self.extra: tuple[tuple[bytes, bytes], ...] = ()
        self.ready: dict[str, Any] = {}
        self.hits = 0


Generations = tuple[dict[Hashable, Shelved], dict[Hashable, Shelved]]


class Shelf:
    """Answers by question, for one snapshot at a time. For use on one thread.

    Args:
        most_bytes: what all entries together may take.
        largest: an answer above this size is not kept.
    """

    def __init__(self, most_bytes: int, largest: int) -> None:
        self.most_bytes, self.largest = most_bytes, largest
        self.snapshot = ""
        self._young: dict[Hashable, Shelved] = {}
        self._old: dict[Hashable, Shelved] = {}
        self._young_bytes = self._old_bytes = 0

    @property
    def size(self) -> int:
        """Bytes held, bookkeeping included."""
        return self._young_bytes + self._old_bytes

    def __len__(self) -> int:
        """Return how many questions are answered by it."""
        return len(self._young) + len(self._old)

    def reset(self, snapshot: str) -> Generations:
        """Keep the answers of *snapshot* only from now on; return what was kept so far."""
        left = self._old, self._young
        self.snapshot = snapshot
        self._young, self._old = {}, {}
        self._young_bytes = self._old_bytes = 0
        return left

    def get(self, key: Hashable) -> Shelved | None:
        """Return the answer under *key*."""
        found = self._young.get(key)
        if found is not None:
            return found
        found = self._old.pop(key, None)
        if found is not None:
            weight = _weight(key, found)
            self._old_bytes -= weight
            self._add(key, found, weight)
        return found

    def put(self, key: Hashable, answer: Shelved) -> None:
        """Keep *answer*, unless it is too large or of another snapshot."""
        weight = _weight(key, answer)
        too_large = weight > min(self.largest, self.most_bytes // 2)
        if answer.snapshot == self.snapshot and not too_large and key not in self._young:
            self._add(key, answer, weight)

    def grown(self, by: int) -> None:
        """Take note that an answer got another encoding of *by* bytes."""
        self._young_bytes += by
        self._make_room(0)

    def _add(self, key: Hashable, answer: Shelved, weight: int) -> None:
        self._make_room(weight)
        self._young[key] = answer
        self._young_bytes += weight

    def _make_room(self, weight: int) -> None:
        """Let generations go until *weight* fits: the older one, then, if it grew, the younger."""
        if self._young_bytes + weight > self.most_bytes // 2:
            self._turn()
        if self.size + weight > self.most_bytes:
            self._turn()

    def _turn(self) -> None:
        self._old, self._old_bytes = self._young, self._young_bytes
        self._young, self._young_bytes = {}, 0


def _weight(key: Hashable, answer: Shelved) -> int:
    return OVERHEAD + len(repr(key)) + sum(map(len, answer.bodies.values()))
