"""Catalogs that not everybody sees: a tenant's own, and what a key is restricted to."""

from collections.abc import Callable
from fnmatch import fnmatchcase

import msgspec

from modeldex.domain.history import Change, History
from modeldex.domain.model import Catalog, Model
from modeldex.domain.offer import Offer


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What a key may see; of several kinds, an offer must pass each.

    Attributes:
        providers: slugs; ``()`` allows all.
        models: patterns (``*``, ``?``) of the ids of offers or models; ``()`` allows all.
    """

    providers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    def allows(self, one: Offer) -> bool:
        """Return whether the offer may be seen."""
        if self.providers and one.facts.provider not in self.providers:
            return False
        names = (one.id, one.model_id)
        return not self.models or any(fnmatchcase(n, p) for n in names for p in self.models)


def narrowed(catalog: Catalog, allows: Callable[[Offer], bool]) -> Catalog:
    """Return the catalog of the offers that *allows*; the rest is as if it were not there.

    What is known of a model stays what all its offers say of it, since it is the model's.
    """
    offers = tuple(one for one in catalog.offers if allows(one))
    ids = frozenset(one.id for one in offers)
    models = tuple(one for model in catalog.models if (one := _narrowed(model, ids)).offers)
    slugs = {one.facts.provider for one in offers}
    return msgspec.structs.replace(
        catalog,
        offers=offers,
        models=models,
        providers=tuple(one for one in catalog.providers if one.slug in slugs),
        history=_remembered(catalog.history, ids, frozenset(one.id for one in models)),
    )


def _narrowed(model: Model, ids: frozenset[str]) -> Model:
    offers = tuple(one for one in model.offers if one.id in ids)
    return (
        model
        if len(offers) == len(model.offers)
        else msgspec.structs.replace(model, offers=offers)
    )


def _remembered(history: History, offers: frozenset[str], models: frozenset[str]) -> History:
    def concerns(one: Change) -> bool:
        return one.model in models if one.offer is None else one.offer in offers

    facts = tuple(one for one in history.facts if one.offer in offers)
    named = {one.rate_id for one in facts}
    return msgspec.structs.replace(
        history,
        facts=facts,
        changes=tuple(one for one in history.changes if concerns(one)),
        rate_sets={name: rates for name, rates in history.rate_sets.items() if name in named},
    )
