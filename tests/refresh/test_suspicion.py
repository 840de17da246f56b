"""What is suspicious about a step from one listing to the next."""

from decimal import Decimal

import pytest

from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.refresh.suspicion import Thresholds, doubts, says_the_same, suspects, tamed
from support.catalogs import listing, priced

LIMITS = Thresholds()
OLD = priced("acme", "m", "0.000001", "0.000002", context_length=100_000)


@pytest.mark.parametrize(
    ("prompt", "suspicious"),
    [
        ("0.000001", False),
        ("0.0000099", False),
        ("0.00001", True),
        ("0.0000001", True),
        ("0.00000011", False),
        ("0", True),
    ],
)
def test_a_price_that_moves_tenfold_or_to_zero_is_suspicious(
    prompt: str, *, suspicious: bool
) -> None:
    """Ten times up or down, and any step between zero and non-zero, raises a doubt."""
    new = priced("acme", "m", prompt, "0.000002", context_length=100_000)
    assert bool(doubts(OLD, new, LIMITS)) is suspicious
    assert bool(doubts(new, OLD, LIMITS)) is suspicious


@pytest.mark.parametrize("name", ["context_length", "max_output_tokens"])
@pytest.mark.parametrize(
    ("limit", "suspicious"),
    [(10_000, True), (10_001, False), (100_000, False), (999_999, False), (1_000_000, True)],
)
def test_a_limit_that_moves_tenfold_is_suspicious(
    name: str, limit: int, *, suspicious: bool
) -> None:
    """As with prices: ten times up or down raises a doubt, in either direction of time."""
    old, new = listing("acme", "m", **{name: 100_000}), listing("acme", "m", **{name: limit})
    assert bool(doubts(old, new, LIMITS)) is suspicious
    assert bool(doubts(new, old, LIMITS)) is suspicious
    assert suspects(old, new, LIMITS) == (frozenset({name}) if suspicious else frozenset())


def test_a_limit_that_is_not_stated_any_more_or_for_the_first_time_is_no_doubt() -> None:
    """Unknown is neither more nor less than any number."""
    known, unknown = listing("acme", "m", context_length=8192), listing("acme", "m")
    assert doubts(known, unknown, LIMITS) == doubts(unknown, known, LIMITS) == ()


def test_a_doubt_names_both_values() -> None:
    """Whoever reads the row sees what its source says now."""
    old, new = (listing("acme", "m", context_length=one) for one in (8192, 8_192_000))
    sentence = "context_length moved from 8192 to 8192000; the old one is kept for now"
    assert doubts(old, new, LIMITS) == (sentence,)


def test_rates_are_compared_under_their_own_conditions() -> None:
    """A tier that is ten times the base rate is no step from the base rate."""
    tier = Rate(
        meter=Meter.INPUT, usd=Decimal("0.00001"), when=Conditions(min_input_tokens=200_000)
    )
    new = listing("acme", "m", rates=(*OLD.rates, tier), context_length=100_000)
    assert doubts(OLD, new, LIMITS) == ()


def test_only_what_is_suspicious_keeps_its_old_value() -> None:
    """A suspicious price stays; the name and the limits of the new row are taken."""
    new = priced("acme", "m", "0.001", "0.002", context_length=200_000, name="New")
    kept = tamed(OLD, new, LIMITS)

    assert (kept.rates, kept.context_length, kept.name) == (OLD.rates, 200_000, "New")
    assert len(kept.doubts) == 2


@pytest.mark.parametrize("limit", [1, 100_000_000])
def test_a_suspicious_limit_keeps_its_old_value(limit: int) -> None:
    """A limit that moved suspiciously stays, beside the new price."""
    new = priced("acme", "m", "0.0000011", "0.000002", context_length=limit)
    kept = tamed(OLD, new, LIMITS)
    assert (kept.rates, kept.context_length) == (new.rates, 100_000)


def test_two_listings_say_the_same_whatever_their_names() -> None:
    """Only prices and limits can be suspicious, so only they are compared."""
    renamed = priced("acme", "m", "0.000001", "0.000002", context_length=100_000, name="Other")
    repriced = priced("acme", "m", "0.000003", "0.000002", context_length=100_000)
    assert says_the_same(OLD, renamed)
    assert not says_the_same(OLD, repriced)
