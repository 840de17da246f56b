"""Models and their providers are joined anew for each catalog, by index."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modeldex.domain.provider import Provider
from modeldex.snapshot import fragments
from support import catalogs
from support.catalogs import listing
from support.lines import cold

ACME = Provider(slug="acme", name="Acme", site="https://acme.example", logo="https://l.example/a")
BOLT = Provider(slug="bolt", name="Bolt")


def joining(count: int) -> Callable[[], object]:
    """Return the work of a catalog of so many models, each offered by two of so many providers."""
    offers = [
        listing(f"p{(number + shift) % count:05}", f"org/m{number:05}")
        for number in range(count)
        for shift in (0, 1)
    ]
    sources = [
        catalogs.rows(f"p{number:05}", [one for one in offers if one.source == f"p{number:05}"])
        for number in range(count)
    ]
    providers = [Provider(slug=one.source, name=one.source) for one in sources]

    def joined() -> None:
        catalog = catalogs.build(*sources, providers=providers)
        assert len(fragments.render(catalog).heads) == count

    return joined


@pytest.mark.finding("ME-H1")
def test_ten_times_the_models_are_ten_times_the_work_of_joining() -> None:
    """As many providers as models: nobody is looked for among the others."""
    joining(1)()

    few, many = (cold(joining(count)) for count in (30, 300))
    assert many <= 10.5 * few


def rows(*providers: Provider) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return acme's row of the list, and its row under the model, where these are declared."""
    catalog = catalogs.build(
        catalogs.rows("acme", [listing("acme", "org/m")]), providers=providers
    )
    found = fragments.render(catalog)
    return json.loads(found.offers[0]), json.loads(found.entries[0])


@pytest.mark.finding("ME-H1")
def test_a_catalog_follows_every_change_of_a_provider() -> None:
    """Its name, site and logo are those of this build; when it is gone, so are they."""

    def shown(*providers: Provider) -> tuple[object, ...]:
        row, entry = rows(*providers)
        return row["provider_site_url"], row["model_logo_url"], entry["name"]

    changed = Provider(slug="acme", name="Acme 2", site="https://2.example")

    assert shown(ACME, BOLT) == ("https://acme.example", "https://l.example/a", "Acme")
    assert shown(changed, BOLT) == ("https://2.example", None, "Acme 2")
    assert shown(BOLT) == (None, None, "Acme")
    assert shown(BOLT, ACME) == shown(ACME)
