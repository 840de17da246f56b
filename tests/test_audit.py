"""Every fault of the predecessor is listed, planned, and proved when its milestone is."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import findings

AUDIT = findings.load()
PREFIXES = {
    "middleware": ("MW", 23),
    "routes": ("RT", 14),
    "caching": ("CA", 19),
    "database": ("DB", 18),
    "pricing": ("PR", 10),
    "assembly": ("PV", 20),
    "enhancement": ("ME", 18),
    "extra": ("X", 52),
}


def marked(tmp_path: Path, source: str) -> Path:
    """Return a folder of tests with one file of this source."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_it.py").write_text(f"import pytest\n\n{source}\n", encoding="utf-8")
    return folder


def test_the_list_has_174_findings_each_once() -> None:
    """The 122 findings of the audit and the 52 found since are listed, none twice."""
    ids = Counter(finding.id for finding in AUDIT.finding)

    assert len(ids) == 122 + 52
    assert ids.most_common(1)[0][1] == 1


@pytest.mark.parametrize("layer", PREFIXES)
def test_a_layer_has_all_its_findings(layer: str) -> None:
    """Each layer has as many findings as the audit counted, under its own prefix."""
    prefix, count = PREFIXES[layer]
    ids = [finding.id for finding in AUDIT.finding if finding.layer == layer]

    assert len(ids) == count
    assert [one for one in ids if one.rstrip("0123456789-CHML") != prefix] == []


def test_every_finding_is_planned_for_a_known_milestone() -> None:
    """A finding names a milestone that is described, and so does each proved one."""
    planned = {finding.milestone for finding in AUDIT.finding}

    assert planned == AUDIT.milestones.keys()
    assert set(AUDIT.proved) <= planned


@pytest.mark.parametrize("field", ["fault", "property", "ruled_out"])
def test_every_finding_is_told_in_one_sentence(field: str) -> None:
    """Fault, property and remedy are one line each, and end with a full stop."""
    texts = {finding.id: getattr(finding, field) for finding in AUDIT.finding}
    odd = [one for one, text in texts.items() if not text.endswith(".") or "\n" in text]

    assert odd == []


def test_every_marker_names_a_known_finding() -> None:
    """No test claims to prove a finding or in a way that the audit does not know."""
    assert findings.problems(AUDIT, findings.scan()) == []


def test_every_finding_of_a_proved_milestone_has_a_test() -> None:
    """A milestone is called proved only when each of its findings is."""
    unproved = findings.missing(AUDIT, findings.scan())

    assert not unproved, f"no test is marked for {', '.join(unproved)}"


def test_the_page_is_up_to_date() -> None:
    """The audit's page says what the list and the markers say."""
    page = findings.PAGE.read_text(encoding="utf-8")

    assert page == findings.render(AUDIT, findings.scan()), "run `python tests/findings.py`"


def test_the_page_names_the_test_and_its_kind() -> None:
    """A proof is shown by file and test, with its kind unless that is behaviour."""
    proofs = [
        findings.Proof("tests/test_a.py", "test_b", "behaviour", "RT-C1"),
        findings.Proof("tests/test_a.py", "test_c", "absent", "RT-C1"),
    ]
    page = findings.render(AUDIT, proofs)

    assert "| `tests/test_a.py::test_b`<br>`tests/test_a.py::test_c` (absent) |" in page


def test_markers_are_read_from_functions_and_classes(tmp_path: Path) -> None:
    """A marker counts above a test, plain or async, and above a class for all its tests."""
    folder = marked(
        tmp_path,
        "@pytest.mark.finding('A', 'B', kind='static')\n"
        "def test_one(): ...\n"
        "@pytest.mark.finding('C')\n"
        "class TestMany:\n"
        "    async def test_two(self): ...\n"
        "    @pytest.mark.finding('D')\n"
        "    def test_three(self): ...",
    )
    proofs = {(proof.test, proof.id, proof.kind) for proof in findings.scan(folder)}

    assert proofs == {
        ("test_one", "A", "static"),
        ("test_one", "B", "static"),
        ("TestMany::test_two", "C", "behaviour"),
        ("TestMany::test_three", "C", "behaviour"),
        ("TestMany::test_three", "D", "behaviour"),
    }


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("pytestmark = pytest.mark.finding('A')", "test_it.py:3: .* stands above a test"),
        ("@pytest.mark.finding('A')\ndef helper(): ...", "test_it.py:3: .* above a test"),
        ("@pytest.mark.finding(IDS)\ndef test_it(): ...", "test_it.py:3: .* literals only"),
        ("@pytest.mark.finding()\ndef test_it(): ...", "test_it.py:3: .* takes ids"),
    ],
)
def test_a_marker_that_cannot_be_read_is_refused(tmp_path: Path, source: str, reason: str) -> None:
    """A marker that the page would miss is an error that names its line."""
    with pytest.raises(ValueError, match=reason):
        findings.scan(marked(tmp_path, source))


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("'RT-C9'", "ERROR: tests/test_it.py::test_it: no 'behaviour' finding 'RT-C9'"),
        ("'RT-C1', kind='guess'", "ERROR: tests/test_it.py::test_it: no 'guess' finding 'RT-C1'"),
        ("ID", "ERROR: tests/test_it.py:3: a finding marker takes literals only"),
    ],
)
def test_a_run_with_an_unknown_finding_does_not_start(
    tmp_path: Path, marker: str, reason: str
) -> None:
    """The plugin stops the run before it collects, and names the test and what is wrong."""
    marked(tmp_path, f"@pytest.mark.finding({marker})\ndef test_it(): ...")
    command = [sys.executable, "-m", "pytest", "-p", "findings_plugin", "--rootdir", "."]
    environment = os.environ | {"PYTHONPATH": str(findings.TESTS), "PYTEST_ADDOPTS": ""}
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert reason in run.stderr + run.stdout
