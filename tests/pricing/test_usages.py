"""Usages that were worked out by hand cost what was worked out, to the last digit."""

import pytest

from modeldex.pricing import amounts, usage
from pricing import worked
from pricing.worked import Worked

USAGES = worked.load()


def test_there_are_many() -> None:
    """At least two hundred, each with a name of its own."""
    assert len(USAGES) >= 200


@pytest.mark.parametrize("one", USAGES, ids=lambda one: one.name)
def test_a_usage_costs_what_was_worked_out(one: Worked) -> None:
    """Exact to the last digit; the total is unknown exactly where it was said to be."""
    found = one.billed()

    assert amounts.text(found.known_total) == one.usd.removeprefix("?")
    assert (found.total is None) == one.usd.startswith("?")


@pytest.mark.parametrize("one", USAGES, ids=lambda one: one.name)
def test_what_was_worked_out_adds_up(one: Worked) -> None:
    """The written sum, added up by itself, is the written result."""
    assert amounts.text(worked.added(one.sum)) == one.usd.removeprefix("?")


@pytest.mark.parametrize("one", USAGES, ids=lambda one: one.name)
def test_a_bill_is_the_sum_of_its_lines(one: Worked) -> None:
    """Lines add up to what is known, and every counted quantity is in a line or missing."""
    found = one.billed()
    billed = {line.meter for line in found.lines} | {gap.meter for gap in found.missing}

    assert sum(line.amount for line in found.lines) == found.known_total
    assert set(usage.read(one.usage).parts) <= billed
