"""`modeldex import-history` and `modeldex compact`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from support import live, wire
from support.archives import written
from support.provider import FakeProvider
from support.refreshing import models, offers, page

MIDDLE = "0.000002"
AUTUMN = {"2025-11-01": models("a", "b"), "2025-11-02": models("a", "b", prompt=MIDDLE)}
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def given(tmp_path: Path, fake_provider: FakeProvider) -> dict[str, str]:
    """Variables under which ``acme``, at the scripted provider, is the only source."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "acme.toml").write_text(page("acme", fake_provider.url))
    fake_provider.script("/acme/models", models("a"))
    return {"SOURCES": "acme", "SOURCES_DIR": str(tmp_path / "own"), "SOURCE_MIRROR": ""}


@pytest.fixture
def run(tmp_path: Path, given: dict[str, str]) -> Run:
    """Runs a verb."""
    return lambda *words, **more: live.run(tmp_path / "data", *words, **given, **more)


@pytest.fixture
def past(tmp_path: Path) -> str:
    """A folder with two past answers of acme."""
    return str(written(tmp_path / "past", AUTUMN))


def test_a_past_is_taken_over_and_told_in_a_table(run: Run, past: str, tmp_path: Path) -> None:
    """Before any refresh; once more, nothing is new, and that is no failure."""
    done = run("import-history", past, "--source", "acme")
    again = run("import-history", past, "--source", "acme")

    assert (done.returncode, again.returncode, done.stderr) == (0, 0, "")
    assert "imported" in done.stdout
    assert "2 answers taken over, 0 known already" in " ".join(done.stdout.split())
    assert "Published" in done.stdout
    assert "2 known already: 0 facts, 0 events" in " ".join(again.stdout.split())
    assert offers(tmp_path / "data" / "snapshots") == ["acme/a", "acme/b"]


def test_a_dry_run_in_json_is_the_report(run: Run, past: str, tmp_path: Path) -> None:
    """Programs get one document; nothing is published."""
    done = run("import-history", past, "--source", "acme", "--dry-run", "--json")
    report = json.loads(done.stdout)

    assert [(one["source"], one["outcome"], one["new"]) for one in report["outcomes"]] == [
        ("acme", "imported", 2)
    ]
    assert (done.returncode, report["dry_run"], report["published"]) == (0, True, False)
    assert not list((tmp_path / "data" / "snapshots").glob("*.sqlite"))


def test_a_past_that_cannot_be_taken_over_is_a_sentence(run: Run, past: str) -> None:
    """With exit code 1: of nobody, of an unknown source, of the future, or no answer at all."""
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    future = written(Path(past).parent / "future", {f"{tomorrow}": models("a")})
    (Path(past) / "2025-11-03.json").write_text("<html>")
    for words, said in (
        ((past,), "Say it with --source."),
        ((past, "--source", "nobody"), "There is no source 'nobody'; `modeldex sources` lists"),
        ((str(future), "--source", "acme"), "is from the future"),
        ((past, "--source", "acme"), "2025-11-03.json is no answer of acme"),
        ((f"{past}/gone", "--source", "acme"), "There is no file or folder"),
    ):
        done = run("import-history", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("modeldex: ")
        assert said in done.stderr


def test_beside_a_running_serve_that_process_takes_the_past_over(
    tmp_path: Path, given: dict[str, str], run: Run, past: str
) -> None:
    """What it refuses comes back as a sentence and exit code 1; it goes on and serves the rest."""
    bad = written(tmp_path / "bad", {"2025-11-01": models("x"), "2999-01-01": models("a")})
    with live.serve_process(tmp_path / "data", **given) as (url, process):
        live.eventually(lambda: wire.ask(url, "/v1/models").ids == ["acme/a"])
        refused = run("import-history", str(bad), "--source", "acme")
        lost = run("import-history", f"{past}/gone", "--source", "acme", "--json")
        done = run("import-history", past, "--source", "acme")
        live.eventually(lambda: wire.ask(url, "/v1/models/acme/b").status == 200)
        then = wire.ask(url, "/v1/models?as_of=2025-11-02").json["data"]
        assert process.poll() is None

    assert (refused.returncode, lost.returncode, done.returncode) == (1, 1, 0)
    assert "is from the future" in " ".join(refused.stdout.split())
    assert "There is no file or folder" in json.loads(lost.stdout)["problem"]
    assert {row["id"]: row["pricing"]["prompt"] for row in then} == {
        "acme/a": MIDDLE, "acme/b": MIDDLE,
    }  # fmt: skip


def test_what_is_too_old_is_forgotten_and_asking_for_it_is_400(
    tmp_path: Path, run: Run, past: str
) -> None:
    """Of the list, of one offer and of a history, with the first moment that is remembered."""
    run("refresh")
    run("import-history", past, "--source", "acme")
    done = run("compact", "--days", "30", "--json")
    since = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    with live.served(live.application(tmp_path / "data")) as url:
        answers = [
            wire.ask(url, f"/v1/models{path}")
            for path in (
                "?as_of=2025-11-02",
                f"?as_of={since}&known_at=2025-11-02",
                "/acme/a?as_of=2025-11-02",
                "/acme/a/history?known_at=2025-11-02",
            )
        ]
        assert wire.ask(url, f"/v1/models?as_of={since}").status == 200

    assert (done.returncode, json.loads(done.stdout)["problem"]) == (0, None)
    assert [one.status for one in answers] == [400] * 4
    assert all(f"from {since}T00:00:00Z on" in one.json["detail"] for one in answers)


def test_how_much_is_kept_is_said_or_set(run: Run, past: str) -> None:
    """Neither is a wrong command line; nor is there less than a day."""
    run("import-history", past, "--source", "acme")
    wrong = [run("compact"), run("compact", "--days", "0")]
    done = run("compact", HISTORY_DAYS="30")

    assert [one.returncode for one in wrong] == [2, 2]
    assert "Say --days or set HISTORY_DAYS" in " ".join(wrong[0].stderr.split())
    assert done.returncode == 0
    assert "the past was compacted" in done.stderr
    assert "Published" in done.stdout
