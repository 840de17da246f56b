"""Servers of small catalogs."""

from collections.abc import Iterator

import pytest

from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from support import catalogs, live
from support.catalogs import build, listing, priced, rows

PROVIDERS = (
    Provider(slug="acme", name="Acme", aliases=("acme-inc",)),
    Provider(slug="bolt", name="Bolt"),
)
STREAMED = "/v1/models?order=desc"  # of `many`: more rows than a page may have
# Every way in which a catalog answer comes to be.
KINDS = {
    "whole list": "/v1/models",
    "whole unique list": "/v1/models?unique=true",
    "page": "/v1/models?limit=3",
    "unique page": "/v1/models?unique=true&limit=2",
    "filtered": "/v1/models?gateway=acme",
    "one": "/v1/models/acme/labs/fast:free",
    "stream": STREAMED,
}


def small(price: str = "0.3", last: str = "0.9") -> Catalog:
    """Return a catalog of seven offers, one of them inactive, by two providers.

    Args:
        price: of what acme offers.
        last: of the last offer.
    """
    return build(
        rows(
            "acme",
            [
                priced("acme", "labs/fast:free", "0", "0", name="Fast", created=1_700_000_003),
                priced("acme", "labs/Large", price, "0.5", name="Large", context_length=9000),
                priced("acme", "uni/small", "0.1", "0.2", aliases=("uni/tiny",)),
                priced("acme", "bolt/mini", "0.4", "0.4", name="Mini"),
                listing("acme", "uni/old", status="retired"),
            ],
        ),
        rows(
            "bolt",
            [
                priced("bolt", "labs/large", "0.2", "0.8", context_length=5000),
                priced("bolt", "uni/zoom", last, "1.5", description="Zooms in."),
            ],
        ),
        providers=PROVIDERS,
    )


def many() -> Catalog:
    """Return a catalog whose answers without a limit are streamed."""
    return catalogs.sized(1200)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the small catalog."""
    directory = tmp_path_factory.mktemp("small")
    catalogs.publish(directory / "snapshots", small())
    with live.served(live.application(directory)) as found:
        yield found


@pytest.fixture(scope="module")
def streaming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the catalog of many offers."""
    directory = tmp_path_factory.mktemp("many")
    catalogs.publish(directory / "snapshots", many())
    with live.served(live.application(directory)) as found:
        yield found


@pytest.fixture(params=KINDS)
def asked(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A server and a path, for each way in which a catalog answer comes to be."""
    path = KINDS[request.param]
    server = "streaming" if path == STREAMED else "url"
    return request.getfixturevalue(server), path
