"""A disk that is full, as the system says it: a limit on how large a file may grow."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support import full_disk, live
from support.provider import FakeProvider
from support.refreshing import models, page


def refreshes(data_dir: Path, sources: Path, *limits: int) -> list[Any]:
    """Return what comes of refreshes in a process whose files may grow so far, one after one."""
    tests = str(Path(full_disk.__file__).parents[1])
    command = [sys.executable, "-m", "support.full_disk", str(data_dir), str(sources)]
    run = subprocess.run(
        [*command, *map(str, limits)],
        env=live.variables(data_dir, SOURCE_MIRROR="")
        | {"PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_full_disk_leaves_what_was_current(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """Where store or snapshot cannot grow, neither is left half; with room the next one works."""
    sources, many = tmp_path / "sources", [f"m{number:02}" for number in range(50)]
    sources.mkdir()
    (sources / "acme.toml").write_text(page("acme", fake_provider.url))
    fake_provider.script("/acme/models", models("a"), models("a", *many))
    first, store, snapshot, last = refreshes(tmp_path, sources, -1, 4096, 65536, -1)
    assert first == [None, ["acme/a"], []]
    for problem, offers, half in (store, snapshot):
        assert problem is not None
        assert (offers, half) == (["acme/a"], [])
    assert store[0] != snapshot[0]
    assert last == [None, ["acme/a", *(f"acme/{one}" for one in many)], []]
