"""``modeldex export``."""

import json
from pathlib import Path

from support import catalogs, live


def test_a_document_is_written_as_it_is_served(tmp_path: Path) -> None:
    """To standard output, or to a file with a sentence on what could not be said."""
    catalogs.publish(tmp_path / "snapshots", catalogs.sized(3))
    file = tmp_path / "map.json"
    printed = live.run(tmp_path, "export", "litellm")
    written = live.run(tmp_path, "export", "litellm/cost-map", "--output", str(file), "--json")

    assert printed.stdout == file.read_text(encoding="utf-8")
    assert len(json.loads(printed.stdout)) == 3
    assert json.loads(written.stdout) == {
        "document": "litellm/cost-map", "bytes": file.stat().st_size, "lossy": 3,
    }  # fmt: skip


def test_an_unknown_document_names_those_that_there_are(tmp_path: Path) -> None:
    """Failure is a sentence and an exit code."""
    catalogs.publish(tmp_path / "snapshots", catalogs.sized(1))
    done = live.run(tmp_path, "export", "cobol")

    assert (done.returncode, done.stdout) == (1, "")
    assert "litellm/cost-map" in done.stderr
