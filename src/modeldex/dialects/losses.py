"""What a dialect cannot say of a catalog, counted instead of guessed."""

from collections import Counter

import msgspec

_MOST_EXAMPLES = 3


class Loss(msgspec.Struct, frozen=True):
    """One kind of thing that a dialect cannot say.

    Attributes:
        kind: stable, for programs: ``no_price`` …
        says: a sentence: what cannot be said, and what the dialect does instead.
        count: how often.
        examples: ids of the first offers or models that it concerns.
    """

    kind: str
    says: str
    count: int
    examples: tuple[str, ...]


class Losses:
    """Counts while a dialect is written."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}
        self._says: dict[str, str] = {}

    @property
    def total(self) -> int:
        """How many things were not said, all kinds together."""
        return self._counts.total()

    def add(self, kind: str, says: str, example: str) -> None:
        """Count that *kind* was lost of *example*, the id of an offer or a model."""
        self._says.setdefault(kind, says)
        self._counts[kind] += 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < _MOST_EXAMPLES:
            examples.append(example)

    def found(self) -> tuple[Loss, ...]:
        """Return what was lost, sorted by kind."""
        return tuple(
            Loss(kind, self._says[kind], self._counts[kind], tuple(self._examples[kind]))
            for kind in sorted(self._counts)
        )
