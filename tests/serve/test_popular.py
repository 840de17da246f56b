"""Trending, low latency and sums over HTTP: what callers reported, by window."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from modeldex.domain.calls import DAY, HOUR, Call
from modeldex.refresh.observing import folded
from modeldex.store import tallies
from support import catalogs, live, wire
from support.catalogs import listing
from support.observing import NOW, batch, call

FAST, SLOW, OTHER = "acme/labs/fast", "bolt/labs/fast", "bolt/uni/other"
GONE = "acme/uni/gone"
PATHS = (
    "/v1/models/trending",
    "/v1/models/low-latency",
    "/v1/provider/acme/stats",
    "/v1/provider/acme/top-models",
    "/v1/gateway/bolt/stats",
)


def reported() -> list[Call]:
    """Return calls at different times: Other was called most, but long ago."""
    return [
        *[call(FAST, latency_ms=80.0, output_tokens=8, cost=Decimal("0.01"))] * 4,
        *[call(SLOW, latency_ms=900.0, input_tokens=1000)] * 3,
        *[call(GONE, latency_ms=10.0)] * 9,
        *[call(OTHER, at=NOW - 3 * DAY, input_tokens=5)] * 6,
        *[call(FAST, at=NOW - 2 * HOUR)] * 1,
        *[call(OTHER, at=NOW - 20 * DAY, cost=Decimal("0.3"))] * 5,
    ]


def publish(directory: Path, calls: list[Call]) -> None:
    """Publish a catalog of four offers, one of them retired, with what was reported of them."""
    sources = [
        catalogs.rows(
            "acme",
            [listing("acme", "labs/fast"), listing("acme", "uni/gone", status="retired")],
        ),
        catalogs.rows("bolt", [listing("bolt", "labs/fast"), listing("bolt", "uni/other")]),
    ]
    found = tallies.counted([batch("a", *calls)], NOW)
    observed = folded([found[key] for key in sorted(found)], NOW)
    catalogs.publish(directory / "snapshots", catalogs.observing(sources, observed))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of four offers that were called."""
    directory = tmp_path_factory.mktemp("called")
    publish(directory, reported())
    with live.served(live.application(directory)) as found:
        yield found


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the same offers, of which nobody reported anything."""
    directory = tmp_path_factory.mktemp("silent")
    publish(directory, [])
    with live.served(live.application(directory)) as found:
        yield found


def trending(url: str, **asked: Any) -> dict[str, Any]:
    """Return the answer of the trending list."""
    found = wire.ask(url, f"/v1/models/trending?{urlencode(asked, doseq=True)}")
    assert found.status == 200
    return found.json


def counts(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the offers of an answer with their requests."""
    return [(row["model"], row["requests"]) for row in found["data"]]


@pytest.mark.finding("X35")
@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("1h", [(FAST, 4), (SLOW, 3)]),
        ("24h", [(FAST, 5), (SLOW, 3)]),
        ("7d", [(OTHER, 6), (FAST, 5), (SLOW, 3)]),
        ("30d", [(OTHER, 11), (FAST, 5), (SLOW, 3)]),
        ("all", [(OTHER, 11), (FAST, 5), (SLOW, 3)]),
    ],
)
def test_every_time_range_is_honoured(url: str, asked: str, wanted: list[tuple[str, int]]) -> None:
    """Each counts its own calls and says which window that is; retired offers are left out."""
    found = trending(url, time_range=asked)

    assert counts(found) == wanted
    assert (found["time_range"], found["total"]) == (asked, len(wanted))
    seconds = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY}.get(asked, 30 * DAY)
    assert found["window_seconds"] == seconds


@pytest.mark.finding("X35")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("time_range=90d", "1h, 24h, 7d, 30d, all"),
        ("sort_by=users", "requests or tokens"),
        ("sort_by=price", "requests, tokens"),
        ("limit=0", "1 to 100"),
        ("limit=101", "1 to 100"),
        ("offset=-1", "whole number"),
        ("gateway=nobody", "acme, all, bolt"),
        ("range=1h", "time_range"),
    ],
)
def test_what_cannot_be_answered_is_a_400(url: str, query: str, names: str) -> None:
    """Naming what is allowed, never an empty list."""
    found = wire.ask(url, f"/v1/models/trending?{query}")
    assert found.status == 400
    assert names in found.json["detail"]


def test_a_trending_row_has_its_figures(url: str) -> None:
    """Exact sums of the window; what nobody can know is null."""
    row = trending(url)["data"][0]
    assert row == {
        "model": FAST, "canonical_slug": "labs/fast", "provider": "acme", "gateway": "acme",
        "owned_by": "labs", "requests": 5, "total_tokens": 32, "unique_users": None,
        "total_cost": "0.04", "avg_speed": 100, "latency": 80,
    }  # fmt: skip


def test_trending_is_sorted_paged_and_filtered(url: str) -> None:
    """By tokens with unknown ones last; pages of a stable order; some gateways only."""
    assert counts(trending(url, sort_by="tokens")) == [(SLOW, 3), (FAST, 5)]
    pages = [trending(url, time_range="7d", limit=1, offset=n) for n in range(4)]
    whole = trending(url, time_range="7d")
    assert [row for one in pages for row in one["data"]] == whole["data"]
    assert [one["next_offset"] for one in pages] == [1, 2, None, None]
    assert counts(trending(url, gateway="bolt", time_range="7d")) == [(OTHER, 6), (SLOW, 3)]
    assert counts(trending(url, gateway=["bolt", "acme"])) == counts(trending(url))


def test_low_latency_is_what_was_measured(url: str) -> None:
    """Medians below the threshold, the quickest first; providers in the order of theirs."""
    found = wire.ask(url, "/v1/models/low-latency").json
    assert (found["models"], found["count"]) == ([FAST], 1)
    assert found["latency_ms"] == {FAST: 80}
    assert found["providers_by_speed"] == ["acme", "bolt"]
    assert {name: one["tier"] for name, one in found["provider_tiers"].items()} == {
        "acme": 1, "bolt": 3,
    }  # fmt: skip
    assert found["alternatives"] == {"labs/fast": [FAST]}


def test_low_latency_may_be_ultra_low_and_without_alternatives(tmp_path: Path) -> None:
    """Below 100 ms instead of 500."""
    calls = [call(FAST, latency_ms=300.0), call(OTHER, latency_ms=99.0)]
    publish(tmp_path, calls)
    with live.served(live.application(tmp_path)) as url:
        asked = "/v1/models/low-latency?include_ultra_only={}&include_alternatives=false"
        ultra, low = (wire.ask(url, asked.format(one)).json for one in ("true", "false"))
        assert wire.ask(url, asked.format("maybe")).status == 400
    assert (ultra["models"], low["models"]) == ([OTHER], [OTHER, FAST])
    assert "alternatives" not in low


def test_sums_of_a_provider(url: str) -> None:
    """What it serves and, for an author, what others serve of it; the retired counts, too."""
    found = wire.ask(url, "/v1/provider/acme/stats").json
    assert found["data"] == {
        "provider": "acme", "gateway": "all", "total_requests": 14, "total_tokens": 32,
        "total_cost": "0.04", "unique_users": None, "unique_models": 2,
        "avg_speed_tokens_per_sec": 100, "top_model": GONE,
        "model_breakdown": {
            GONE: {"requests": 9, "tokens": None}, FAST: {"requests": 5, "tokens": 32},
        },
        "avg_tokens_per_request": 6.4, "avg_cost_per_request": 0.008,
    }  # fmt: skip
    labs = wire.ask(url, "/v1/provider/@LABS/stats?gateway=bolt").json["data"]
    assert (labs["total_requests"], labs["top_model"]) == (3, SLOW)
    week = wire.ask(url, "/v1/provider/bolt/stats?time_range=30d").json["data"]
    assert (week["total_requests"], week["total_cost"]) == (14, "1.5")


def test_sums_of_a_gateway(url: str) -> None:
    """By the authors of what it serves."""
    found = wire.ask(url, "/v1/gateway/bolt/stats?time_range=7d").json["data"]
    assert (found["gateway"], found["total_requests"], found["total_tokens"]) == ("bolt", 9, 3030)
    assert (found["unique_providers"], found["top_provider"]) == (2, "uni")
    assert found["provider_breakdown"] == {
        "uni": {"requests": 6, "tokens": 30}, "labs": {"requests": 3, "tokens": 3000},
    }  # fmt: skip


def test_top_models_of_a_provider(url: str) -> None:
    """The most called first, at most 20."""
    found = wire.ask(url, "/v1/provider/acme/top-models?limit=1").json
    assert found["data"] == [{"model": GONE, "requests": 9, "tokens": None, "cost": None}]
    assert wire.ask(url, "/v1/provider/acme/top-models?limit=21").status == 400


@pytest.mark.parametrize(
    "path", ["/v1/provider/no/stats", "/v1/provider/no/top-models", "/v1/gateway/labs/stats"]
)
def test_an_unknown_name_is_not_found(url: str, path: str) -> None:
    """An author is no gateway."""
    assert wire.ask(url, path).status == 404


def test_without_reports_nothing_is_claimed(silent: str) -> None:
    """Empty lists, sums of nothing, and unknown instead of zero."""
    assert trending(silent)["data"] == []
    quick = wire.ask(silent, "/v1/models/low-latency").json
    assert (quick["models"], quick["provider_tiers"]) == ([], {})
    sums = wire.ask(silent, "/v1/provider/acme/stats").json["data"]
    unknown = ("total_tokens", "total_cost", "avg_speed_tokens_per_sec", "top_model")
    assert sums["total_requests"] == 0
    assert [sums[name] for name in unknown] == [None] * 4
    row = wire.ask(silent, f"/v1/models/{FAST}").json
    fields = ("latency", "first_token", "throughput", "uptime", "average_response_time_ms")
    assert [row[name] for name in fields] == [None] * 5
    assert row["health_status"] == "unknown"


def test_rows_say_how_offers_do(url: str) -> None:
    """Offers their percentiles, models who is fastest, at another moment nothing."""
    row = wire.ask(url, f"/v1/models/{FAST}").json
    assert row["latency"] == {"p50": 80, "p90": 80, "p99": 80}
    assert (row["uptime"], row["popularity"]) == ({"24h": 1, "7d": 1}, 5)
    model = wire.ask(url, "/v1/models/labs/fast?unique=true").json
    assert (model["fastest_provider"], model["fastest_response_time"]) == ("acme", 80)
    entries = {one["slug"]: one for one in model["providers"]}
    assert entries["bolt"]["average_response_time_ms"] == 900
    assert entries["acme"]["health_status"] == "healthy"


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_those_of_the_catalog(url: str, path: str) -> None:
    """The same headers first and again, 304 for who has it, HEAD like GET, every encoding."""
    first, again = (wire.ask(url, path) for _ in range(2))
    assert (first.status, first.lasting, first.body) == (200, again.lasting, again.body)
    etag = first.headers["etag"]
    assert wire.ask(url, path, if_none_match=etag).status == 304
    assert wire.ask(url, path, "HEAD").lasting == first.lasting
    assert wire.ask(url, path, accept_encoding="br").plain == first.body
    assert "max-age" in first.headers["cache-control"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_catalog_they_are_not_ready(tmp_path: Path, path: str) -> None:
    """Never an empty list."""
    with live.served(live.application(tmp_path)) as url:
        found = wire.ask(url, path)
    assert (found.status, found.json["code"]) == (503, "not_ready")
