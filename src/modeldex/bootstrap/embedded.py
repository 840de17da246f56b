"""The offers of the price book that is installed with modeldex: no network, nothing published."""

from datetime import UTC, datetime
from functools import cache

from modeldex import pipeline
from modeldex.domain.listing import Kept, SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Offer
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.query.bills import Priced
from modeldex.query.question import Moment
from modeldex.sources import registry
from modeldex.sources.books import genai_prices

_BOOK = "genai-prices"


class CatalogRows:
    """The offers of a catalog that was never published."""

    def __init__(self, catalog: Catalog) -> None:
        self._providers = {
            name: one.slug for one in catalog.providers for name in (*one.aliases, one.slug)
        }
        self._offers = {one.id: _priced(one) for one in catalog.offers}
        self._offers |= {
            f"{one.facts.provider}/{alias}": _priced(one)
            for one in catalog.offers
            for alias in one.facts.aliases
            if f"{one.facts.provider}/{alias}" not in self._offers
        }
        self._models: dict[str, list[Priced]] = {}
        for model in catalog.models:
            shown = [_priced(one) for one in model.offers if one.is_active]
            for name in model.aliases:
                self._models.setdefault(name, shown)
        for model in catalog.models:
            self._models[model.id] = [_priced(one) for one in model.offers if one.is_active]

    @property
    def snapshot(self) -> str | None:
        """None: this was never published."""
        return None

    def provider(self, name: str) -> str | None:
        """Return the slug of a provider by any of its names."""
        return self._providers.get(name)

    def offer(self, name: str, moment: Moment | None = None) -> Priced | None:
        """Return an offer by its id or an alias of it; its rates say since when they hold."""
        del moment
        return self._offers.get(name)

    def model(self, name: str, moment: Moment | None = None) -> list[Priced] | None:
        """Return the shown offers of a model by its id or an alias, in any case."""
        del moment
        return self._models.get(name) or self._models.get(name.lower())


@cache
def rows() -> CatalogRows:
    """Return the book's offers; read once."""
    declared = registry.load()
    today = datetime.now(UTC).date().isoformat()
    said = normalized(genai_prices.read(declared.by_id[_BOOK]).listings, DESCRIPTION_LENGTH)
    kept = tuple(Kept(listing=one, first_seen=today, last_changed=today) for one in said)
    book = SourceRows(source=_BOOK, is_book=True, rows=kept)
    return CatalogRows(pipeline.build([book], declared.providers(), today))


def _priced(one: Offer) -> Priced:
    return Priced(
        id=one.id,
        model=one.model_id,
        provider=one.facts.provider,
        source=one.pricing_source,
        rates=one.rates,
    )
