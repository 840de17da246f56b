"""`modeldex sources`."""

import json
from pathlib import Path

import pytest

from cli.conftest import NOW
from modeldex.cli.output import ago
from support import live


def test_sources_shows_how_each_is_doing_and_why(data_dir: Path, tmp_path: Path) -> None:
    """A line for each source: its state, what is held of it, and what went wrong last."""
    (tmp_path / "mine.toml").write_text('id = "mine"\nurl = "x"\n')
    done = live.run(data_dir, "sources", SOURCES_DIR=str(tmp_path))
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}

    assert " ok " in lines["groq"]
    assert " 21 " in lines["groq"]
    assert " failing " in lines["mistral"]
    assert lines["mistral"].rstrip().endswith("it answered 503")
    assert " no key " in lines["openai"]
    assert " never asked " in lines["openrouter"]
    assert lines["not"].startswith("not used mine.toml: ")


def test_sources_json_has_every_declared_source(data_dir: Path) -> None:
    """Programs get the status as it was written, and what has not been asked yet."""
    found = json.loads(live.run(data_dir, "sources", "--json").stdout)
    states = {one["id"]: one["state"] for one in found["sources"]}

    assert found["at"] == NOW
    assert len(states) > 34
    assert (states["groq"], states["mistral"], states["together"]) == (
        "ok",
        "failing",
        "never asked",
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s ago"), (119, "119 s ago"), (120, "2 min ago"), (7199, "120 min ago"),
        (7200, "2 h ago"), (3 * 86400, "3 d ago"), (-30, "in 30 s"), (-900, "in 15 min"),
    ],
)  # fmt: skip
def test_times_are_said_as_people_do(seconds: float, said: str) -> None:
    """Past and future, in the largest unit of which there are two."""
    assert ago(NOW, NOW - seconds) == said
    assert ago(NOW, None) == "never"
