"""Servers of small catalogs."""

from collections.abc import Iterator

import pytest

from modeldex.domain.model import Catalog
from modeldex.domain.provider import Provider
from support import catalogs, live
from support.catalogs import build, listing, priced, rows
from support.remembered import Fact, change, name_of, remembering

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
    "one explained": "/v1/models/acme/labs/Large?explain=1",
    "stream": STREAMED,
    "page of another moment": "/v1/models?as_of=2026-01-03&limit=5",
    "unique page of another moment": "/v1/models?as_of=2026-01-03&known_at=2026-02-01&unique=true",
    "one at another moment": "/v1/models/acme/labs/Large?as_of=2026-01-03T00:00:00Z",
    "history": "/v1/models/labs/large/history",
    "changes": "/v1/changes?model=labs/large",
    "rates": f"/v1/rates/{name_of(('0.1', '0.5'))}",
}
# By day of 2026: acme sold Large for 0.1 and then for 0.3; bolt came later, left and returned.
FACTS = (
    Fact(offer="acme/labs/Large", since=1, until=10, prices=("0.1", "0.5"), learned=1),
    Fact(offer="acme/labs/Large", since=10, prices=("0.3", "0.5"), learned=10),
    Fact(offer="bolt/labs/large", since=5, until=20, prices=("0.2", "0.8"), learned=5),
    Fact(offer="bolt/labs/large", since=25, prices=("0.2", "0.8"), learned=25),
    Fact(offer="acme/uni/small", since=2, prices=("0.1", "0.2"), learned=2),
    Fact(offer="acme/uni/old", prices=("0", "0"), since=-30, own=False),
    *(
        Fact(offer="bolt/uni/zoom", since=n, until=n + 1, prices=("0.1", f"0.{n}"), learned=n)
        for n in range(1, 10)
    ),
    *(
        Fact(offer="acme/bolt/mini", since=n, until=n + 1, prices=("0.1", "0.5"), learned=n)
        for n in range(1, 10, 2)
    ),
)
CHANGES = (
    change(2, "offer.added", "acme/uni/small", "uni/small"),
    change(5, "offer.added", "bolt/labs/large", "labs/large"),
    change(10, "price.changed", "acme/labs/Large", "labs/large", old=[{"usd": "0.1"}]),
    change(20, "offer.removed", "bolt/labs/large", "labs/large"),
    change(20, "model.retired", None, "labs/large", part=1, provider="bolt", source="bolt"),
    change(25, "offer.returned", "bolt/labs/large", "labs/large"),
)


def small(price: str = "0.3", last: str = "0.9") -> Catalog:
    """Return a catalog of seven offers, one of them inactive, by two providers, with a past.

    Args:
        price: of what acme offers.
        last: of the last offer.
    """
    today = build(
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
    return remembering(today, FACTS, CHANGES)


def many() -> Catalog:
    """Return a catalog whose answers without a limit are streamed."""
    return catalogs.sized(1200)


@pytest.fixture(scope="module", params=[True, False], ids=["fast", "ordinary"])
def fast_lane(request: pytest.FixtureRequest) -> bool:
    """Whether known questions are answered by the protocol: each test runs through both lanes."""
    return bool(request.param)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, *, fast_lane: bool) -> Iterator[str]:
    """A server of the small catalog."""
    directory = tmp_path_factory.mktemp("small")
    catalogs.publish(directory / "snapshots", small())
    with live.served(live.application(directory, fast_lane=fast_lane)) as found:
        yield found


@pytest.fixture(scope="module")
def streaming(tmp_path_factory: pytest.TempPathFactory, *, fast_lane: bool) -> Iterator[str]:
    """A server of the catalog of many offers."""
    directory = tmp_path_factory.mktemp("many")
    catalogs.publish(directory / "snapshots", many())
    with live.served(live.application(directory, fast_lane=fast_lane)) as found:
        yield found


@pytest.fixture(params=KINDS)
def asked(request: pytest.FixtureRequest, *, fast_lane: bool) -> tuple[str, str]:
    """A server and a path, for each way in which a catalog answer comes to be, by each lane."""
    del fast_lane  # the server's
    path = KINDS[request.param]
    server = "streaming" if path == STREAMED else "url"
    return request.getfixturevalue(server), path
