"""An operator's file of prices and rules of identity, from the file to what is served."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modeldex.bootstrap import overriding
from modeldex.query.explanation import explained
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


JOIN = '[[join]]\nname = "acme/brand"\ninto = "labs/m"\nreason = "they say so"\n'
PART = '[[part]]\nname = "acme/labs/m"\n'


def served(workshop: Workshop) -> dict[str, Any]:
    """Return each offer of the current snapshot by its id, with its explanation."""
    directory = workshop.refresher.directory
    current = read_pointer(directory).current
    assert current is not None
    snapshot = Snapshot(directory / current.file)
    return {one: json.loads(explained(snapshot, one) or b"null") for one in workshop.offers()}


def prices(workshop: Workshop) -> dict[str, str]:
    """Return the input price and its source of each offer in the current snapshot."""
    return {
        name: f"{row['pricing']['prompt']} {row['pricing_source']}"
        for name, row in served(workshop).items()
    }


def counted_as(workshop: Workshop) -> dict[str, tuple[str, str]]:
    """Return the model of each offer in the current snapshot, and what decided that."""
    return {
        name: (row["canonical_slug"], row["explanation"]["identity"][name][1])
        for name, row in served(workshop).items()
    }


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


async def test_a_rule_of_identity_is_served(workshop: Workshop, tmp_path: Path) -> None:
    """From the next refresh on, though no source says anything new, and for as long as it stands.

    An offer that is joined counts as the other model, one that is parted as itself; each says so.
    """
    file = tmp_path / "mine.toml"
    workshop.refresher.selection.overrides = lambda: overriding.load(file)
    workshop.declare("acme")
    workshop.answers("acme", models("brand", "labs/m"))
    brand, other = "its native id 'brand' says", "its native id 'labs/m' says"
    read = {
        "acme/brand": ("acme/brand", f"{brand} the base 'acme/brand'"),
        "acme/labs/m": ("labs/m", f"{other} the base 'labs/m'"),
    }
    joined = ("labs/m", "the operator's rule 'join acme/brand labs/m' decides")
    parted = ("acme/labs-m", "the operator's rule 'part acme/labs/m' decides")

    for text, expected in (
        ("", read),
        (JOIN, {**read, "acme/brand": joined}),
        (JOIN + PART, {"acme/brand": joined, "acme/labs/m": parted}),
        (PART, {**read, "acme/labs/m": parted}),
        ("", read),
    ):
        file.write_text(text)
        assert (await workshop.refresh()).published, text
        assert counted_as(workshop) == expected
        assert not (await workshop.refresh()).published


def test_a_file_holds_prices_and_rules_of_identity(tmp_path: Path) -> None:
    """In any order; a wrong entry of a kind costs itself only, and each is named."""
    file = tmp_path / "mine.toml"
    wrong = "[[part]]\n[[join]]\n[[override]]\n[[merge]]\n"
    file.write_text(wrong + JOIN + PART + ENTRY + JOIN)
    found = overriding.load(file)

    assert found.joined == (("acme/brand", "labs/m"),)
    assert found.parted == {"acme/labs/m"}
    assert [one.name for one in found.overrides] == ["mine.toml, override 2"]
    assert [one.partition(" (")[0].partition(" `")[0] for one in found.problems] == [
        "mine.toml: merge: unknown key; allowed are [[override]], [[join]], [[part]]",
        "mine.toml: override 1: Object missing required field",
        "mine.toml: join 1: Object missing required field",
        "mine.toml: join 3: 'acme/brand' is joined into 'labs/m' already",
        "mine.toml: part 1: Object missing required field",
    ]


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
