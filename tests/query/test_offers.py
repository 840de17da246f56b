"""What a bill is made at: prices of another moment, as they were believed then."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modeldex.domain.model import Catalog
from modeldex.errors import BadValue
from modeldex.query import bills, used
from modeldex.query.bills import NotThere
from modeldex.query.offers import SnapshotRows
from modeldex.snapshot.reader import Snapshot
from support import catalogs
from support.catalogs import build, listing, priced, rows
from support.remembered import Fact, day, remembering

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OLD, NEW, WRONG = ("0.000001", "0.000002"), ("0.000003", "0.000004"), ("0.5", "0.5")
FACTS = (
    Fact(offer="acme/labs/m", since=10, until=20, prices=WRONG, learned=10, believed_until=15),
    Fact(offer="acme/labs/m", since=10, until=20, prices=OLD, learned=15),
    Fact(offer="acme/labs/m", since=20, prices=NEW, learned=20),
    Fact(offer="bolt/labs/m", since=20, prices=None, learned=20),
)


def world(horizon: int = 0) -> Catalog:
    """Return a model of three offers; of the last one nothing is remembered."""
    catalog = build(
        rows("acme", [priced("acme", "labs/m", *NEW)]),
        rows("bolt", [listing("bolt", "labs/m")]),
        rows("cola", [priced("cola", "labs/new", *OLD)]),
    )
    found = remembering(catalog, FACTS)
    return replace(found, history=replace(found.history, horizon=horizon))


def ask(directory: Path, catalog: Catalog, **question: Any) -> dict[str, Any]:
    """Answer a question for a million input tokens."""
    file = Snapshot(directory / f"{catalogs.publish(directory, catalog)}.sqlite")
    asked = used.question({"usage": {"input": 1_000_000}, **question}, NOW)
    return bills.answer(SnapshotRows(file), asked)


@pytest.mark.parametrize(
    ("at", "known_at", "total"),
    [
        (None, None, "3"),
        ("2026-01-21", None, "3"),
        ("2026-01-20", None, "1"),
        ("2026-01-12", None, "1"),
        ("2026-01-12", "2026-01-14", "500000"),
        (None, "2026-01-14", "500000"),
    ],
)
def test_a_bill_is_made_at_the_price_in_force(
    tmp_path: Path, at: str | None, known_at: str | None, total: str
) -> None:
    """At the time of use, as it is believed now or was then."""
    found = ask(tmp_path, world(), offer="acme/labs/m", at=at, known_at=known_at)
    assert (found["total"], found["source"]) == (total, "acme")


def test_the_price_before_anything_is_remembered_is_unknown(tmp_path: Path) -> None:
    """It is not today's; the bill says from when on prices are remembered."""
    found = ask(tmp_path, world(), offer="acme/labs/m", at="2026-01-05")
    assert (found["total"], found["rate_id"], found["source"]) == (None, None, None)
    assert found["doubts"] == ["nothing is remembered of its price before 2026-01-11T00:00:00Z"]


def test_an_offer_without_a_past_is_billed_at_its_own_rates(tmp_path: Path) -> None:
    """These say themselves since when they hold."""
    found = ask(tmp_path, world(), offer="cola/labs/new", at="2026-01-05")
    assert found["total"] == "1"


def test_of_a_model_those_offers_are_billed_that_were_listed_then(tmp_path: Path) -> None:
    """One that came later is not among them."""
    before = ask(tmp_path / "a", world(), model="labs/m", at="2026-01-15")
    after = ask(tmp_path / "b", world(), model="labs/m", at="2026-02-01")
    assert [one["offer"] for one in before["data"]] == ["acme/labs/m"]
    assert [(one["offer"], one["total"]) for one in after["data"]] == [
        ("acme/labs/m", "3"),
        ("bolt/labs/m", None),
    ]


def test_a_model_that_nobody_listed_then_is_not_there(tmp_path: Path) -> None:
    """The answer says so instead of an empty list."""
    with pytest.raises(NotThere, match="no offer was listed at 2026-01-05T00:00:00Z"):
        ask(tmp_path, world(), model="labs/m", at="2026-01-05")


def test_a_moment_that_was_forgotten_is_refused(tmp_path: Path) -> None:
    """What is remembered of it may be only a part."""
    with pytest.raises(BadValue, match="from 2026-01-16T00:00:00Z on"):
        ask(tmp_path, world(day(15)), offer="acme/labs/m", at="2026-01-12")


def test_amounts_of_the_past_stay_exact(tmp_path: Path) -> None:
    """Decimals go through the file as text."""
    found = ask(tmp_path, world(), offer="acme/labs/m", at="2026-01-12", usage={"input": 7})
    assert Decimal(found["total"]) == Decimal("0.000007")
