"""`modeldex check`, and `modeldex show --why`."""

import json
from pathlib import Path

import pytest

from modeldex.snapshot import status
from modeldex.snapshot.status import SourceStatus, Status
from support import catalogs, live
from support.catalogs import listing, priced, rows

DOUBTS = 3


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which a book is wrong about one of acme's models by a thousand."""
    directory = tmp_path_factory.mktemp("doubtful")
    own = [
        priced("acme", "labs/large", "0.000001", "0.00002", name="Large", context_length=9000),
        listing("acme", "labs/unpriced"),
    ]
    book = [
        priced("acme", "labs/large", "0.001", "0.02", source="book", name="Larger"),
        priced("bolt", "labs/small", "0.000001", "0.000002", source="book"),
    ]
    catalog = catalogs.build(rows("acme", own), rows("book", book, is_book=True))
    catalogs.publish(directory / "snapshots", catalog)
    told = (SourceStatus(id="acme", provider="acme", name="Acme", state="ok", answered_at=1.0),)
    status.write(directory / "snapshots", Status(at=1.0, snapshot=None, sources=told))
    return directory


def test_check_reports_each_provider_and_each_doubt(doubtful: Path) -> None:
    """Coverage and agreement per provider, every doubt under its kind, and an exit code."""
    done = live.run(doubtful, "check")
    lines = [line.split() for line in done.stdout.splitlines() if line]

    assert (done.returncode, done.stderr) == (DOUBTS, "")
    assert lines[1][:-3] == [
        "acme", "2", "100", "%", "50", "%", "50", "%", "0", "%", "1", "0", "%", "1",
    ]  # fmt: skip
    assert lines[2][:4] == ["bolt", "1", "0", "%"]
    assert lines[3][:2] == ["unit_slip", "(1):"]
    assert lines[4][0] == "acme/labs/large:"
    assert lines[-1] == ["2", "doubts;", "3", "offers", "are", "shown."]


def test_check_tells_programs_the_same(doubtful: Path) -> None:
    """All counts and every doubt, with when the provider answered."""
    done = live.run(doubtful, "check", "--json", "--provider", "ACME")
    found = json.loads(done.stdout)
    (acme,) = found["providers"]

    assert done.returncode == DOUBTS
    assert {kind: count for kind, count in found["doubts"].items() if count} == {
        "unit_slip": 1, "out_of_band": 1,
    }  # fmt: skip
    assert (acme["provider"], acme["offers"], acme["answered_at"]) == ("acme", 2, 1.0)
    assert acme["doubts"]["unit_slip"][0]["id"] == "acme/labs/large"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--provider", "bolt"), 0),
        (("--kind", "zero"), 0),
        (("--kind", "zero", "--kind", "unit_slip"), DOUBTS),
        (("--provider", "nobody"), 1),
        (("--kind", "odd"), 1),
        (("--nonsense",), 2),
    ],
)
def test_check_answers_a_script(doubtful: Path, arguments: tuple[str, ...], code: int) -> None:
    """0: no such doubts; 3: some; 1: no such provider or kind; 2: misuse."""
    done = live.run(doubtful, "check", *arguments)

    assert done.returncode == code
    assert (done.stderr != "") is (code in (1, 2))


def test_check_without_a_catalog_is_a_sentence(tmp_path: Path) -> None:
    """Nothing has been published: there is nothing to check."""
    done = live.run(tmp_path, "check")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("modeldex: No catalog has been published yet.")


def test_show_says_why(doubtful: Path) -> None:
    """Which source settled each field, since when, and what was not believed."""
    done = live.run(doubtful, "show", "acme/labs/large", "--why")
    found = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    printed = json.loads(live.run(doubtful, "show", "acme/labs/large", "--why", "--json").stdout)

    assert found["name"] == ["acme", catalogs.TODAY, "book:", "Larger"]
    assert found["context_length"] == ["acme", catalogs.TODAY]
    assert found["rates"][2:] == ["book:", "input", "0.001,", "output", "0.02"]
    assert printed["evidence"]["acme/labs/large"][0] == {
        "field": "name", "source": "acme", "since": catalogs.TODAY, "lost": [["book", "Larger"]],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["acme/labs/unpriced", "labs/unpriced"])
def test_where_one_source_speaks_show_says_so(doubtful: Path, name: str) -> None:
    """There was nothing to settle; a model is settled offer by offer."""
    done = live.run(doubtful, "show", name, "--why")

    assert done.stdout.splitlines()[::4] == [
        "acme/labs/unpriced", "  one source alone speaks of it",
    ]  # fmt: skip
