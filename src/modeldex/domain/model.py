"""The thing itself, whoever serves it, and the catalog of all of them."""

import msgspec

from modeldex.domain.history import NO_HISTORY, History
from modeldex.domain.listing import Listing
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model and its offers.

    Attributes:
        id: ``author/name``, lower case.
        facts: what its offers agree on or the best of them says.
        offers: cheapest first, unknown price last, ties by id.
        aliases: other names that resolve to this model.
        common: a capability is true where all offers that are shown have it, false where one
            says that it has not; where one does not say, it is absent.
        base: ``author/name`` of the base model; its own id where it is no variant.
        variants: words that part it from the base.
        target: the base that a moving name (``…-latest``) means now, where a source says so.
    """

    id: str
    facts: Listing
    offers: tuple[Offer, ...]
    aliases: tuple[str, ...] = ()
    common: dict[str, bool] = {}
    base: str = ""
    variants: tuple[str, ...] = ()
    target: str | None = None


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one snapshot holds, sorted by id.

    Attributes:
        date: the UTC date for which the standard prices were chosen.
        history: what was true before, and what changed.
    """

    date: str
    offers: tuple[Offer, ...]
    models: tuple[Model, ...]
    providers: tuple[Provider, ...]
    history: History = NO_HISTORY
