"""Which source's rates an offer is billed at.

In this order: the provider's own listing, then a book's entry for that same provider and model.
The rates of one source are taken whole; prices never cross providers.
"""

from collections.abc import Iterable

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Rate


def resolve(
    own: Iterable[Listing], books: Iterable[Listing]
) -> tuple[tuple[Rate, ...], str | None]:
    """Return the rates that win and their source's id; ``((), None)`` where nobody has any."""
    for one in (*own, *books):
        if one.rates:
            return one.rates, one.source
    return (), None
