"""Providers and authors: exactly those of the rows, with true counts."""

from collections import Counter
from pathlib import Path

import pytest

from serve.conftest import small
from support import catalogs, live, wire, workers


@pytest.mark.finding("RT-H2")
@pytest.mark.parametrize("server", ["url", "streaming"])
def test_the_providers_are_exactly_those_of_the_rows(
    server: str, request: pytest.FixtureRequest, *, fast_lane: bool
) -> None:
    """Each with the number of its rows and of the different models among them."""
    del fast_lane  # the server's
    where = request.getfixturevalue(server)
    rows = wire.ask(where, "/v1/models").json["data"]
    found = wire.ask(where, "/v1/providers").json
    counts = Counter(row["provider_slug"] for row in rows)
    models = Counter(slug for slug, _ in {(r["provider_slug"], r["canonical_slug"]) for r in rows})

    assert {one["slug"]: one["model_count"] for one in found["data"]} == counts
    assert {one["slug"]: one["unique_model_count"] for one in found["data"]} == models
    assert found["total"] == len(counts)
    assert wire.ask(where, "/v1/provider").json == found


@pytest.mark.finding("DB-M5")
@pytest.mark.parametrize("server", ["url", "streaming"])
def test_counts_of_gateways_are_counts_of_rows(
    server: str, request: pytest.FixtureRequest, *, fast_lane: bool
) -> None:
    """In the list, in the status and its summary, beyond a thousand rows too."""
    del fast_lane  # the server's
    where = request.getfixturevalue(server)
    counts = Counter(row["source_gateway"] for row in wire.ask(where, "/v1/models").json["data"])
    status = wire.ask(where, "/v1/gateways/status").json
    for path in ("/v1/gateways", "/v1/gateways/status"):
        for one in wire.ask(where, path).json["data"]:
            total = wire.ask(where, f"/v1/models?gateway={one['id']}&limit=1").json["total"]
            assert one["model_count"] == counts[one["id"]] == total

    assert status["summary"]["total_models"] == counts.total()


@pytest.mark.parametrize("server", ["url", "streaming"])
def test_the_authors_are_those_of_the_rows(
    server: str, request: pytest.FixtureRequest, *, fast_lane: bool
) -> None:
    """Each with the number of its offers and of their models."""
    del fast_lane  # the server's
    where = request.getfixturevalue(server)
    rows = wire.ask(where, "/v1/models").json["data"]
    offers = Counter(row["owned_by"] for row in rows)
    models = Counter(slug for slug, _ in {(r["owned_by"], r["canonical_slug"]) for r in rows})
    found = wire.ask(where, "/v1/authors").json["data"]

    assert {one["slug"]: one["offer_count"] for one in found} == offers
    assert {one["slug"]: one["model_count"] for one in found} == models


def test_an_author_that_serves_too_has_a_name(url: str) -> None:
    """Of others nobody states one."""
    names = {one["slug"]: one["name"] for one in wire.ask(url, "/v1/authors").json["data"]}

    assert names == {"bolt": "Bolt", "labs": None, "uni": None}


@pytest.mark.parametrize("path", ["/v1/authors", "/v1/providers"])
def test_pages_make_up_the_whole(url: str, path: str) -> None:
    """No row twice, none missing."""
    whole = wire.ask(url, path).json
    rows = [
        row
        for offset in range(whole["total"] + 1)
        for row in wire.ask(url, f"{path}?limit=1&offset={offset}").json["data"]
    ]

    assert rows == whole["data"]


@pytest.mark.finding("PV-M5")
def test_a_list_that_is_asked_for_again_computes_nothing(tmp_path: Path) -> None:
    """The second answer is the first one's bytes, and no thread works for it."""
    catalogs.publish(tmp_path / "snapshots", small())
    threads = workers.Watched()
    with live.served(workers.build(tmp_path, threads)) as url:
        for path in ("/v1/providers", "/v1/authors"):
            first = wire.ask(url, path)
            before = threads.given
            again = wire.ask(url, path)
            assert (again.status, again.body) == (200, first.body)
            assert threads.given == before > 0
