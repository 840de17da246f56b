"""`modeldex history` and `modeldex diff`."""

import json
from pathlib import Path

import pytest

from cli.test_models_verb import cells
from modeldex.domain.model import Catalog
from support import catalogs, live, wire
from support.catalogs import listing, priced
from support.remembered import Fact, change, remembering

SMALL, LARGE = ("0.000001", "0.000002"), ("0.0000015", "0.00001")
DATES = ["2026-01-02T00:00:00Z", "2026-01-11T00:00:00Z"]


def catalog(prices: tuple[str, str] = LARGE, *, more: bool = True) -> Catalog:
    """Return a catalog that remembers one change of price."""
    offers = [priced("acme", "labs/large", *prices), listing("bolt", "labs/large")]
    today = catalogs.of(*offers, *([listing("bolt", "labs/new")] if more else []))
    old, new = ([{"meter": "input", "usd": one}] for one in ("0.000001", "0.0000015"))
    return remembering(
        today,
        [
            Fact(offer="acme/labs/large", since=1, until=10, prices=SMALL, learned=1),
            Fact(offer="acme/labs/large", since=10, prices=LARGE, learned=10),
            Fact(offer="bolt/labs/large", own=False),
        ],
        [change(10, "price.changed", "acme/labs/large", "labs/large", old=old, new=new)],
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A data directory with two snapshots, and the ids of the older and the newer one."""
    directory = tmp_path_factory.mktemp("two")
    snapshots = directory / "snapshots"
    older = catalogs.publish(snapshots, catalog(SMALL, more=False))
    newer = catalogs.publish(snapshots, catalog(), 1001.0)
    return directory, older, newer


def test_a_history_is_a_line_per_period_and_per_change(published: tuple[Path, str, str]) -> None:
    """People read dollars per million tokens; open ends are words, and unknown is blank."""
    found = cells(live.run(published[0], "history", "acme/labs/large").stdout)

    assert found == [
        ["offer", "from", "until", "listed", "input", "output", "source"],
        ["acme/labs/large", *DATES, "yes", "1", "2", "acme"],
        ["acme/labs/large", DATES[1], "now", "yes", "1.5", "10", "acme"],
        ["bolt/labs/large", "ever", "now", "no", "book"],
        ["labs/large;", "prices", "in", "USD", "per", "million", "tokens"],
        ["when", "change", "of", "field", "old", "new"],
        [DATES[1], "price.changed", "acme/labs/large", "input", "0.000001", "input", "0.0000015"],
    ]


def test_a_history_of_what_was_believed(published: tuple[Path, str, str]) -> None:
    """With `--known-at`, what was learned later is left out."""
    found = cells(
        live.run(published[0], "history", "labs/large", "--known-at", "2026-01-05").stdout
    )

    assert ["acme/labs/large", *DATES, "yes", "1", "2", "acme"] in found
    assert not [line for line in found if "price.changed" in line or "1.5" in line]


def test_a_history_in_json_is_what_http_answers(published: tuple[Path, str, str]) -> None:
    """`history --json` prints the bytes of the same question over HTTP."""
    done = live.run(published[0], "history", "labs/large", "--known-at", "2026-01-20", "--json")
    with live.served(live.application(published[0])) as url:
        answer = wire.ask(url, "/v1/models/labs/large/history?known_at=2026-01-20")

    assert done.stdout.encode() == answer.body + b"\n"


def test_a_difference_is_a_line_each_and_exit_code_1(published: tuple[Path, str, str]) -> None:
    """What changed of which offer or model, with the old and the new value."""
    done = live.run(published[0], "diff", "previous", "current")

    assert (done.returncode, done.stderr) == (1, "")
    assert cells(done.stdout) == [
        ["change", "of", "field", "old", "new"],
        ["price.changed", "acme/labs/large", "input", "0.000001,", "output", "0.000002", "input",
         "0.0000015,", "output", "0.00001"],
        ["offer.added", "bolt/labs/new"],
        ["model.added", "labs/new"],
    ]  # fmt: skip


def test_snapshots_go_by_word_by_id_and_by_file(published: tuple[Path, str, str]) -> None:
    """However the two are named, the difference is the same, and it has a direction."""
    directory, older, newer = published
    file = str(directory / "snapshots" / f"{newer}.sqlite")
    names = [("previous", "current"), (older, newer), (older, file), ("previous", newer)]
    found = [live.run(directory, "diff", *pair, "--json") for pair in names]
    back = json.loads(live.run(directory, "diff", newer, older, "--json").stdout)

    assert {(done.returncode, done.stdout) for done in found} == {(1, found[0].stdout)}
    there = json.loads(found[0].stdout)
    assert (there["object"], there["old"], there["new"]) == ("diff", older, newer)
    assert [one["kind"] for one in there["changes"]] == [
        "price.changed",
        "offer.added",
        "model.added",
    ]
    assert [one["kind"] for one in back["changes"]] == [
        "price.changed", "offer.removed", "model.retired",
    ]  # fmt: skip
    assert there["changes"][0]["old"] == back["changes"][0]["new"]


def test_no_difference_is_exit_code_0(published: tuple[Path, str, str]) -> None:
    """Scripts can tell by the exit code, people by a sentence."""
    directory, _, newer = published
    done = live.run(directory, "diff", "current", newer)

    assert (done.returncode, done.stdout) == (0, f"Both are {newer}.\n")
    assert json.loads(live.run(directory, "diff", newer, newer, "--json").stdout)["changes"] == []
