"""The alert rules and the dashboard name metrics that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status, StoreWork
from serve.conftest import small
from support import catalogs, live, wire

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
AT = 1_795_435_200.0


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What a worker exposes that has answered, refused, and knows of a source."""
    directory = tmp_path_factory.mktemp("exposed") / "snapshots"
    name = catalogs.publish(directory, small())
    source = SourceStatus(
        id="acme", provider="acme", name="Acme", state="ok", asked_at=AT, answered_at=AT
    )
    work = StoreWork(statements=1, seconds=0.5, slow=0, replica_unused=0)
    status.write(directory, Status(at=AT, snapshot=name, sources=(source,), store=work))
    with live.served(live.application(directory.parent)) as url:
        wire.ask(url, "/v1/models")
        wire.ask(url, "/v1/models", x_api_key="mdx_made-up")
        yield wire.ask(url, "/metrics").body.decode()


@pytest.mark.parametrize("file", ["alerts.yml", "grafana.json"])
def test_every_metric_that_is_named_is_exposed(exposed: str, file: str) -> None:
    """A rule or a panel on a name that nobody exposes would never show anything."""
    named = set(re.findall(r"modeldex_\w+", (DEPLOY / file).read_text(encoding="utf-8")))

    assert named
    assert named <= set(re.findall(r"^(modeldex_\w+)", exposed, re.MULTILINE))


def test_every_label_of_the_dashboard_is_one_of_its_metric(exposed: str) -> None:
    """A sum by a label that no sample has is a sum over everything."""
    labels = {*re.findall(r'(\w+)="', exposed), "le"}
    said = re.findall(r"by \(([\w, ]+)\)", json.dumps(DASHBOARD))

    assert {one for group in said for one in group.split(", ")} <= labels


def test_every_panel_can_be_drawn() -> None:
    """Each has its own number, a place that no other takes, and something to draw."""
    panels = DASHBOARD["panels"]
    places = {(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels}

    assert len({one["id"] for one in panels}) == len(places) == len(panels) > 10
    assert all(target["expr"] for one in panels for target in one["targets"])
