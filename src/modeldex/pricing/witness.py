"""Which sources are witnesses of their own, and which only repeat another."""

from collections.abc import Iterable

from modeldex.domain.listing import SourceRows

OWN = "own"


class Witnesses:
    """Knows the origin of what each source says.

    Two sources of one origin are one witness: forms of one book, or books that read a provider's
    own list.
    """

    def __init__(self, sources: Iterable[SourceRows]) -> None:
        self._books = {one.source: one for one in sources if one.is_book}

    def origin(self, source: str, provider: str) -> str:
        """Return where *source* has what it says about a provider from: ``own``, or a book."""
        seen: set[str] = set()
        while source not in seen:
            seen.add(source)
            book = self._books.get(source)
            if book is None:
                return OWN if len(seen) == 1 else source
            if provider in book.copies:
                return OWN
            source = book.derives_from or source
        return min(seen)
