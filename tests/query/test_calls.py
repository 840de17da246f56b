"""Questions about calls are answered by indexes, and fixed paths are never taken for ids."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from modeldex.query import quick, sql_calls
from modeldex.query.windows import SORTS, Asked
from modeldex.refresh.observing import folded
from modeldex.snapshot.reader import Snapshot
from modeldex.store import tallies
from support import catalogs, live, wire
from support.catalogs import listing
from support.observing import NOW, batch, call
from support.snapshots import published

COUNT = 300


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A catalog of many offers, most of which were called."""
    rows = catalogs.rows("acme", [listing("acme", f"labs/m{n}") for n in range(COUNT)])
    calls = [call(f"acme/labs/m{n}", latency_ms=n + 1.0) for n in range(COUNT - 10)]
    found = tallies.counted([batch("a", *calls)], NOW)
    observed = folded([found[key] for key in sorted(found)], NOW)
    with ThreadPoolExecutor(1) as pool:
        directory = tmp_path_factory.mktemp("called")
        return published(directory, catalogs.observing([rows], observed), pool)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("gateways", [(), ("acme",)])
def test_the_trending_list_scans_nothing(
    held: Snapshot, sort: str, gateways: tuple[str, ...]
) -> None:
    """Neither the page nor its total; without a filter, the order is the index's."""
    asked = Asked(time_range="24h", sort=sort, gateways=gateways)
    for statement, values in (sql_calls.most_called(held, asked), sql_calls.total(held, asked)):
        plan = [row[3] for row in held.rows(f"explain query plan {statement}", values)]
        assert not [one for one in plan if one.startswith("SCAN o")], plan
        assert not [one for one in plan if "TEMP B-TREE" in one], plan


def test_sums_and_low_latency_scan_nothing(held: Snapshot) -> None:
    """A provider's and an author's rows are found by an index each."""
    asked = Asked(time_range="7d", provider="acme")
    statement, values = sql_calls.of_provider(held, asked)
    plans = held.rows(f"explain query plan {statement}", values)
    plans += held.rows(f"explain query plan {quick.TIMED}", (1,))
    assert not [row for row in plans if row[3].startswith(("SCAN o", "SCAN observed"))]


def test_fixed_paths_win_over_ids(tmp_path: Path) -> None:
    """Offers and models of the same names are found by their other names."""
    rows = catalogs.rows("trending", [listing("trending", "low-latency", author="trending")])
    catalogs.publish(tmp_path / "snapshots", catalogs.build(rows))
    with live.served(live.application(tmp_path)) as url:
        assert "data" in wire.ask(url, "/v1/models/trending").json
        assert "models" in wire.ask(url, "/v1/models/low-latency").json
        assert wire.ask(url, "/v1/models/trending/low-latency").json["object"] == "model"
