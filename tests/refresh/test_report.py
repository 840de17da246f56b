"""What a refresh did, as a value that is also its JSON."""

import json

import msgspec

from modeldex.refresh.report import Outcome, Report

REPORT = Report(
    started_at=1.0,
    seconds=2.5,
    outcomes=(
        Outcome(source="acme", outcome="answered", rows=2, priced=1, new=1, seconds=0.5),
        Outcome(source="bolt", outcome="failed", failure_kind="timeout", reason="too late"),
        Outcome(source="coda", outcome="skipped", reason="no key"),
    ),
    snapshot="0" * 32,
    published=True,
    offers=3,
    models=2,
    broken=("bad.toml: id: missing",),
)


def test_a_report_is_the_same_on_the_other_side_of_a_mailbox() -> None:
    """Encoding and decoding changes nothing."""
    assert msgspec.json.decode(msgspec.json.encode(REPORT), type=Report) == REPORT


def test_a_report_for_programs_has_one_entry_per_source() -> None:
    """Its JSON names the snapshot, each source with its numbers, and why one failed."""
    shown = json.loads(msgspec.json.encode(REPORT))
    assert {one["source"]: one["outcome"] for one in shown["outcomes"]} == {
        "acme": "answered",
        "bolt": "failed",
        "coda": "skipped",
    }
    assert shown["outcomes"][1]["failure_kind"] == "timeout"
    assert (shown["snapshot"], shown["problem"], shown["dry_run"]) == ("0" * 32, None, False)


def test_sources_that_failed_are_told_from_those_left_out() -> None:
    """A source that cannot be asked has not failed."""
    assert [one.source for one in REPORT.failed] == ["bolt"]
