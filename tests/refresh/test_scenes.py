"""The catalogs that not everybody sees."""

from decimal import Decimal

import msgspec

from modeldex import pipeline
from modeldex.domain.history import NO_LEDGER
from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.domain.model import Catalog
from modeldex.domain.offer import Observed
from modeldex.domain.rate import Meter, Rate
from modeldex.domain.rules import Audience, Override, Rules, Stated
from modeldex.domain.tenancy import Standing, TenantBasis, View
from modeldex.domain.views import Restriction
from modeldex.refresh.scenes import Scene, Scenes
from modeldex.store.documents import PRIVATE
from support.catalogs import TODAY, priced

TUNED = "secret-tuned"


def kept(one: Listing) -> Kept:
    """Return a row that a source holds."""
    return Kept(listing=one, first_seen=TODAY, last_changed=TODAY)


def override(usd: str, tenant: str | None = None, key: str | None = None) -> Override:
    """Return a price for acme's one model."""
    rates = (Rate(meter=Meter.INPUT, usd=Decimal(usd)),)
    return Override(name=usd, rates=rates, provider="acme", tenant=tenant, key=key)


ROWS = [
    SourceRows(
        source=name, is_book=False, rows=(kept(priced(name, "labs/one", "0.001", "0.002")),)
    )
    for name in ("acme", "bolt")
]
OWN = msgspec.structs.replace(priced("corp", TUNED, "0.003", "0.004"), source=PRIVATE)
TENANT = TenantBasis(
    tenant="corp",
    name="Corp",
    sources=(SourceRows(source=PRIVATE, is_book=False, rows=(kept(OWN),), partial=True),),
    stated=Stated(overrides=(override("0.5", "corp"),)),
)
RULES = Rules(overrides=(override("0.9", "corp", "k1"),))
CORP = Audience("corp")


def shown(view: View, standing: Standing) -> Catalog:
    """Return what a view shows of a world with two public offers."""
    public = pipeline.build(ROWS, {}, TODAY, RULES)
    scene = Scene(ROWS, {}, TODAY, RULES, NO_LEDGER)
    return Scenes(scene, public, standing).of(view)


def costs(found: Catalog) -> dict[str, str]:
    """Return what an input token costs, by offer."""
    return {one.id: str(one.prices[Meter.INPUT]) for one in found.offers}


def test_a_tenant_sees_its_own_models_and_prices_beside_all_others() -> None:
    """They are marked as its own; the prices of one of its keys are not among them."""
    view = View(name="v", audience=CORP, private=True)
    found = shown(view, Standing(tenants=(TENANT,), views=(view,)))
    seen = {one.id: one.visibility for one in found.offers}

    assert seen == {
        "acme/labs/one": "public", "bolt/labs/one": "public", f"corp/{TUNED}": "tenant",
    }  # fmt: skip
    assert costs(found) == {
        "acme/labs/one": "0.5", "bolt/labs/one": "0.001", f"corp/{TUNED}": "0.003",
    }  # fmt: skip


def test_a_key_has_prices_of_its_own() -> None:
    """They are believed before the tenant's; a key may be kept from its tenant's models."""
    view = View(name="v", audience=Audience("corp", "k1"), private=False)

    assert costs(shown(view, Standing(tenants=(TENANT,)))) == {
        "acme/labs/one": "0.9", "bolt/labs/one": "0.001",
    }  # fmt: skip


def test_a_restriction_is_of_all_that_its_audience_sees() -> None:
    """Private models included."""
    limits = (Restriction(providers=("bolt", "corp")), Restriction(models=("corp/*", "acme/*")))
    view = View(name="v", audience=CORP, limits=limits, private=True)

    assert [o.id for o in shown(view, Standing(tenants=(TENANT,))).offers] == [f"corp/{TUNED}"]


def test_nobody_else_sees_anything_of_a_tenant() -> None:
    """Not another tenant, and not a key that is only restricted."""
    other = TenantBasis(tenant="other", name="Other")
    for view in (
        View(name="v", audience=Audience("other"), private=True),
        View(name="w", limits=(Restriction(providers=("acme", "corp")),)),
    ):
        found = shown(view, Standing(tenants=(TENANT, other)))
        text = msgspec.json.encode(found)

        assert TUNED.encode() not in text
        assert costs(found)["acme/labs/one"] == "0.001"


def test_what_callers_report_of_a_private_model_is_shown_to_nobody() -> None:
    """They may be another tenant's calls, of a model of the same name; of public ones it is."""
    view = View(name="v", audience=CORP, private=True)
    figures = {f"corp/{TUNED}": Observed(requests=7), "acme/labs/one": Observed(requests=5)}
    scene = Scene(ROWS, {}, TODAY, RULES, NO_LEDGER, figures)
    found = Scenes(scene, scene.build(), Standing(tenants=(TENANT,))).of(view)

    assert {one.id: one.observed.requests for one in found.offers if one.observed} == {
        "acme/labs/one": 5
    }
