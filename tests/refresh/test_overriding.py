"""An operator's file of prices, from the file to what is served."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldex.bootstrap import overriding
from modeldex.query import answer
from modeldex.snapshot import status
from modeldex.snapshot.publish import read_pointer
from modeldex.snapshot.reader import Snapshot
from support.refreshing import Workshop, models

ENTRY = """
[[override]]
provider = "acme"
model = "a"
expires = 2026-11-24
[override.rates]
input = { usd = "7", per = "1M" }
"""
DAY = 86_400


def prices(workshop: Workshop) -> dict[str, str]:
    """Return the input price and its source of each offer in the current snapshot."""
    directory = workshop.refresher.directory
    current = read_pointer(directory).current
    assert current is not None
    snapshot = Snapshot(directory / current.file)
    found = {}
    for name in workshop.offers():
        row = json.loads(answer.one(snapshot, name) or b"null")
        found[name] = f"{row['pricing']['prompt']} {row['pricing_source']}"
    return found


@pytest.mark.finding("PR-M3")
async def test_a_price_that_an_operator_states_is_served(
    workshop: Workshop, tmp_path: Path
) -> None:
    """From the next refresh on, though no source says anything new; until its day has come."""
    file = tmp_path / "prices.toml"
    workshop.refresher.selection.overrides = lambda: overriding.load(file)
    workshop.declare("acme")
    workshop.answers("acme", models("a", "b"))
    listed = {"acme/a": "0.000001 acme", "acme/b": "0.000001 acme"}

    file.write_text("")
    await workshop.refresh()
    assert prices(workshop) == listed

    file.write_text(ENTRY)
    assert (await workshop.refresh()).published
    assert prices(workshop) == {**listed, "acme/a": "0.000007 override"}
    assert not (await workshop.refresh()).published

    file.write_text(ENTRY.replace('"7"', '"8"'))
    assert (await workshop.refresh()).published
    assert prices(workshop) == {**listed, "acme/a": "0.000008 override"}

    workshop.clock.seconds += DAY
    assert (await workshop.refresh()).published
    assert prices(workshop) == listed


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda file: file.unlink(), "cannot be read: "),
        (lambda file: file.write_bytes(b"\xff"), "cannot be read: "),
        (lambda file: file.write_text("= 1"), "prices.toml: not valid TOML: "),
        (lambda file: file.write_text(ENTRY + "[[override]]"), "prices.toml: override 2: "),
    ],
    ids=["gone", "no text", "no TOML", "no entry"],
)
async def test_a_wrong_file_is_told_and_stops_nothing(
    damage: Callable[[Path], object], sentence: str, workshop: Workshop, tmp_path: Path
) -> None:
    """The sentence is in the report and in the status file; the catalog is published."""
    file = tmp_path / "prices.toml"
    file.write_text(ENTRY)
    damage(file)
    workshop.refresher.selection.overrides = lambda: overriding.load(file)
    workshop.declare("acme")
    workshop.answers("acme", models("a"))
    report = await workshop.refresh()
    shown = status.read(workshop.refresher.directory)

    assert report.published
    assert [sentence in one for one in report.broken] == [True]
    assert shown is not None
    assert shown.broken == report.broken


def test_a_change_of_the_file_is_noticed(tmp_path: Path) -> None:
    """It comes, it changes, it goes: each looks different from before."""
    file = tmp_path / "prices.toml"
    seen = [overriding.stamp(None), overriding.stamp(file)]
    file.write_text(ENTRY)
    seen.append(overriding.stamp(file))
    file.write_text(ENTRY + ENTRY)
    seen.append(overriding.stamp(file))

    assert seen[0] is seen[1] is None
    assert len(set(seen)) == 3
    assert overriding.load(None).overrides == ()
