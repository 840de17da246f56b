"""`modeldex accept`, `reject`, `hide` and `unhide`."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from support import live
from support.provider import FakeProvider, Reply
from support.refreshing import models, offers

MANY = [f"m{number:02d}" for number in range(12)]
FEW = MANY[:3]
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, fake_provider: FakeProvider) -> Run:
    """Runs a verb; groq, at the scripted provider, is the only source."""
    given = {"SOURCES": "groq", "SOURCE_MIRROR": f"{fake_provider.url}/{{source}}"}
    return lambda *words: live.run(tmp_path, *words, **given)


def answering(provider: FakeProvider, *replies: Reply) -> None:
    """Let groq answer so."""
    provider.script("/groq/openai/v1/models", *replies)


def shown(run: Run) -> dict[str, Any]:
    """Return what `modeldex sources` says of groq."""
    found = json.loads(run("sources", "--json").stdout)["sources"]
    one: dict[str, Any] = next(row for row in found if row["id"] == "groq")
    return one


def served(directory: Path) -> list[str]:
    """Return the ids of the offers in the current snapshot, without their provider."""
    return [one.removeprefix("groq/") for one in offers(directory / "snapshots")]


def test_what_is_held_back_is_shown_with_numbers_and_taken_on_accept(
    tmp_path: Path, fake_provider: FakeProvider, run: Run
) -> None:
    """A quarter of the rows: held, the last good ones served; after `accept`, the new ones."""
    answering(fake_provider, models(*MANY), models(*FEW))
    run("refresh")
    held = json.loads(run("refresh", "--json").stdout)
    told = shown(run)
    before = served(tmp_path)
    done = run("accept", "groq")

    assert [(one["outcome"], one["failure_kind"]) for one in held["outcomes"]
            if one["source"] == "groq"] == [("held", "guard")]  # fmt: skip
    assert (told["state"], told["held"]["before"], told["held"]["now"]) == ("held", 12, 3)
    assert before == MANY
    assert (done.returncode, done.stdout.split()[0]) == (0, "Published")
    assert (shown(run)["state"], shown(run)["held"], shown(run)["missing"]) == ("ok", None, 9)
    assert json.loads(run("models", "--json").stdout)["total"] >= len(FEW)


def test_what_is_rejected_is_refused_again(
    tmp_path: Path, fake_provider: FakeProvider, run: Run
) -> None:
    """After `reject` the last good rows stay, and equal answers change nothing."""
    answering(fake_provider, models(*MANY), models(*FEW))
    for words in (("refresh",), ("refresh",)):
        run(*words)
    done = run("reject", "groq", "--json")
    run("refresh")

    assert (done.returncode, json.loads(done.stdout)["problem"]) == (0, None)
    assert (shown(run)["state"], shown(run)["held"]["rejected"]) == ("rejected", True)
    assert served(tmp_path) == MANY


def test_one_suspicious_model_is_settled_by_its_name(
    tmp_path: Path, fake_provider: FakeProvider
) -> None:
    """A model whose price moved a hundredfold keeps the old one until `accept SOURCE MODEL`."""
    pages = '[rates]\ninput = { at = "pricing.prompt", usd_per = "1" }\n'
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "acme.toml").write_text(
        'id = "acme"\nname = "Acme"\nlist = "https://api.acme.example/models"\nrows = "data"\n'
        f'[fields]\nid = "id"\n{pages}'
    )
    dear = json.loads(models(*MANY).body)
    dear["data"][0]["pricing"]["prompt"] = "0.0001"
    fake_provider.script("/acme/models", models(*MANY), Reply(json.dumps(dear).encode()))
    given = {
        "SOURCES": "acme", "SOURCES_DIR": str(tmp_path / "own"),
        "SOURCE_MIRROR": f"{fake_provider.url}/{{source}}",
    }  # fmt: skip
    for _ in range(2):
        live.run(tmp_path, "refresh", **given)

    def price() -> tuple[str, list[str]]:
        one = json.loads(live.run(tmp_path, "show", "acme/m00", "--json").stdout)
        return one["pricing"]["prompt"], one.get("doubts", [])

    before = price()
    wrong = live.run(tmp_path, "accept", "acme", "m01", **given)
    done = live.run(tmp_path, "accept", "acme", "m00", **given)

    assert before[0] == "0.000001"
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "modeldex: Nothing is held back of 'm01' at acme.\n",
    )
    assert done.returncode == 0
    assert price()[0] == "0.0001"


def test_a_hidden_offer_stays_hidden_until_it_is_unhidden(
    fake_provider: FakeProvider, run: Run
) -> None:
    """Whatever its source says, an offer that an operator hides is not listed."""
    answering(fake_provider, models("a", "b"))
    run("refresh")
    hidden = run("hide", "groq/a")
    listed = [json.loads(run("models", "--json").stdout)["data"]]
    answering(fake_provider, models("a", "b", "c"))
    run("refresh")
    listed.append(json.loads(run("models", "--json").stdout)["data"])
    run("unhide", "groq/a")
    listed.append(json.loads(run("models", "--json").stdout)["data"])

    assert hidden.returncode == 0
    assert "Published" in hidden.stdout
    assert [[one["id"] for one in rows] for rows in listed] == [
        ["groq/b"],
        ["groq/b", "groq/c"],
        ["groq/a", "groq/b", "groq/c"],
    ]


def test_nothing_held_back_is_nothing_to_decide(fake_provider: FakeProvider, run: Run) -> None:
    """`accept` and `reject` of a source that is fine say so, with exit code 1."""
    answering(fake_provider, models("a"))
    run("refresh")
    done = [run(verb, "groq") for verb in ("accept", "reject")]

    assert {(one.returncode, one.stdout) for one in done} == {(1, "")}
    assert {one.stderr for one in done} == {
        "modeldex: Nothing is held back of groq; see `modeldex sources`.\n"
    }
