"""`modeldex refresh`."""

import json
from pathlib import Path

from support import live
from support.provider import FakeProvider
from support.refreshing import models


def test_refresh_tells_each_source_as_it_answers_and_then_all(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """A line as each source answers or fails, a table at the end, and what was published."""
    fake_provider.script("/groq/openai/v1/models", models("labs/one", "labs/two"))
    given = {"SOURCES": "groq,mistral", "SOURCE_MIRROR": f"{fake_provider.url}/{{source}}"}
    done = live.run(tmp_path, "refresh", **given)
    progress, _, table = done.stdout.partition(" source  ")

    assert done.returncode == 0
    assert "groq" in progress
    assert "answered" in progress
    assert "mistral" in table
    assert "it answered 404" in table
    assert "Published " in table
    assert ": 2 offers of 2 models, 1 sources failed, " in table


def test_refresh_json_is_the_report(tmp_path: Path, fake_provider: FakeProvider) -> None:
    """Programs get one document, and nothing else on standard output."""
    fake_provider.script("/groq/openai/v1/models", models("labs/one"))
    mirror = f"{fake_provider.url}/{{source}}"
    words = ("refresh", "--json", "--source", "groq", "--dry-run")
    found = json.loads(live.run(tmp_path, *words, SOURCE_MIRROR=mirror).stdout)

    assert [(one["source"], one["outcome"], one["new"]) for one in found["outcomes"]] == [
        ("groq", "answered", 1)
    ]
    assert (found["offers"], found["dry_run"], found["published"]) == (1, True, False)
    assert not list((tmp_path / "snapshots").glob("*.sqlite"))


def test_refresh_that_can_publish_nothing_is_a_failure(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """Without any model there is nothing to publish: exit code 1, and the reason."""
    mirror = f"{fake_provider.url}/{{source}}"
    done = live.run(tmp_path, "refresh", SOURCES="groq", SOURCE_MIRROR=mirror)

    assert done.returncode == 1
    assert "Nothing published: No source has given any model yet." in done.stdout
    assert "it answered 404" in done.stdout
