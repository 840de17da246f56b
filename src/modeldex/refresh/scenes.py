"""The catalogs that not everybody sees, each built from what the public one is built from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from modeldex import pipeline
from modeldex.domain.history import Ledger
from modeldex.domain.listing import SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Observed
from modeldex.domain.provider import Provider
from modeldex.domain.rules import Audience, Rules
from modeldex.domain.tenancy import Standing, TenantBasis, View
from modeldex.domain.views import narrowed
from modeldex.store.documents import PRIVATE


class Scene(NamedTuple):
    """What the public catalog is built from."""

    rows: Sequence[SourceRows]
    providers: Mapping[str, Provider]
    today: str
    rules: Rules
    ledger: Ledger
    figures: Mapping[str, Observed] = {}

    def build(self) -> Catalog:
        """Return the catalog that this makes."""
        return pipeline.build(*self)


class Scenes:
    """Builds the catalogs of views; those of the same audience are built once.

    Args:
        public: what everybody sees.
    """

    def __init__(self, scene: Scene, public: Catalog, standing: Standing) -> None:
        self._scene, self._public = scene, public
        self._tenants = {one.tenant: one for one in standing.tenants}
        self._built: dict[tuple[Audience, bool], Catalog] = {}

    def of(self, view: View) -> Catalog:
        """Return what a view shows."""
        whole = self._built.get((view.audience, view.private))
        if whole is None:
            whole = self._built[view.audience, view.private] = self._whole(view)
        return narrowed(whole, view.allows) if view.limits else whole

    def _whole(self, view: View) -> Catalog:
        tenant = self._tenants.get(view.audience.tenant or "")
        rules = _rules(self._scene.rules, tenant, view)
        own = tenant.sources if tenant is not None and view.private else ()
        if not own and not _differs(rules, self._scene.rules):
            return self._public
        rows = (*self._scene.rows, *own)
        return self._scene._replace(rows=rows, rules=rules, figures=self._figures()).build()

    def _figures(self) -> dict[str, Observed]:
        """Return what callers report of public offers.

        Calls are counted by an offer's id alone, and two tenants may call a model the same.
        """
        figures = self._scene.figures
        return {one.id: figures[one.id] for one in self._public.offers if one.id in figures}


def _rules(public: Rules, tenant: TenantBasis | None, view: View) -> Rules:
    """Return the rules of a view: the tenant's own are believed before those for everybody."""
    rules = msgspec.structs.replace(public, audience=view.audience, private=frozenset({PRIVATE}))
    if tenant is None:
        return rules
    own = tenant.stated
    return msgspec.structs.replace(
        rules,
        overrides=(*own.overrides, *public.overrides),
        joined=tuple((dict(public.joined) | dict(own.joined)).items()),
        parted=public.parted | own.parted,
        aliases=tuple((dict(public.aliases) | dict(own.aliases)).items()),
    )


def _differs(rules: Rules, public: Rules) -> bool:
    """Whether rules make another catalog than the public ones."""
    priced = any(not one.is_public and one.is_for(rules.audience) for one in rules.overrides)
    same = (rules.joined, rules.parted, rules.aliases) == (
        public.joined,
        public.parted,
        public.aliases,
    )
    return priced or not same
