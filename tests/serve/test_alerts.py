"""The alert rules name metrics that exist."""

import re
from pathlib import Path

from serve.conftest import small
from support import catalogs, live, wire

RULES = Path(__file__).parents[2] / "deploy" / "alerts.yml"


def test_every_metric_of_the_alert_rules_is_exposed(tmp_path: Path) -> None:
    """A rule on a name that nobody exposes would never fire."""
    catalogs.publish(tmp_path / "snapshots", small())
    with live.served(live.application(tmp_path)) as url:
        wire.ask(url, "/v1/models")
        exposed = wire.ask(url, "/metrics").body.decode()
    named = set(re.findall(r"modeldex_\w+", RULES.read_text(encoding="utf-8")))

    assert named
    assert named <= set(re.findall(r"^(modeldex_\w+)", exposed, re.MULTILINE))
