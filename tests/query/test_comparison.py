"""Comparing offers: exact figures, and nothing unknown is ever the cheapest."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldex.domain import decimals
from modeldex.query.comparison import Architecture, Comparison, Head, Row, compare
from support.worlds import LAW, PRICES

NOTHING = Architecture(None, (), (), None, None)
HEAD = Head("labs/large", "Large")


def row(gateway: str, prompt: str | None, completion: str | None = None, **said: object) -> Row:
    """Return an offer of labs/large by *gateway*."""
    pricing = {"prompt": prompt, "completion": completion} if prompt or completion else None
    given = {
        "id": f"{gateway}/labs/large", "provider_slug": gateway, "provider_model_id": "labs/large",
        "name": "Large", "status": "available", "confirmed": True, "pricing": pricing,
        "is_free": prompt == "0", "rate_id": None, "context_length": None,
        "max_output_tokens": None, "architecture": NOTHING, "provider_site_url": None,
        "health_status": "unknown", "doubts": (), **said,
    }  # fmt: skip
    return Row(**given)  # type: ignore[arg-type]


def compared(*rows: Row, criteria: str = "price", gateways: tuple[str, ...] = ()) -> Comparison:
    """Return the comparison of offers, of nine known gateways."""
    return compare(HEAD, rows, gateways, 9, criteria)


@pytest.mark.finding("X34")
def test_figures_per_token_and_per_million_and_savings_are_exact() -> None:
    """0.3 and 0.5 dollars per million against 0.4 and 0.8: a third is saved."""
    found = compared(row("acme", "0.0000003", "0.0000005"), row("bolt", "0.0000004", "0.0000008"))
    first = found.comparisons[0]

    assert first.pricing is not None
    assert first.pricing.prompt_cost_per_1m == "0.3"
    assert first.pricing.completion_cost_per_1m == "0.5"
    assert (found.basis, first.cost_per_1m) == ("1M input + 1M output tokens", "0.8")
    assert found.savings is not None
    assert found.savings.potential_savings_per_1m_tokens == "0.4"
    assert found.savings.savings_percentage == "33." + "3" * 30
    assert not found.savings.savings_percentage_is_exact
    assert found.recommendation.reason == (
        "$0.8 for 1M input + 1M output tokens: of 2 the lowest."
    )


@pytest.mark.finding("ME-L4")
def test_an_unknown_price_is_null_and_never_the_cheapest() -> None:
    """Neither a missing price nor half of one is taken for zero; a stated zero wins."""
    rows = [row("acme", None), row("bolt", "0.1"), row("cola", "0.2", "0.3")]
    found, free = compared(*rows), compared(*rows, row("dime", "0", "0"))

    assert [one.gateway for one in found.comparisons] == ["cola", "acme", "bolt"]
    assert [one.cost_per_1m for one in found.comparisons] == ["500000", None, None]
    assert found.recommendation.gateway == "cola"
    assert found.savings is None
    assert free.recommendation.gateway == "dime"


def test_where_only_input_is_priced_it_is_what_counts() -> None:
    """Embeddings have no output to pay for."""
    found = compared(row("acme", "0.2"), row("bolt", "0.1"))

    assert (found.basis, found.recommendation.gateway) == ("1M input tokens", "bolt")


def test_without_a_price_nothing_is_recommended_and_the_reason_says_so() -> None:
    """The answer keeps its shape."""
    found = compared(row("acme", None))

    assert (found.recommendation.id, found.savings) == (None, None)
    assert found.recommendation.reason == "No offer that can be called states its price."


def test_what_cannot_be_called_is_shown_and_not_recommended() -> None:
    """An offer that its gateway's list misses is no bargain."""
    found = compared(row("acme", "0.1", "0.1", status="missing"), row("bolt", "0.2", "0.2"))

    assert [one.gateway for one in found.comparisons] == ["acme", "bolt"]
    assert (found.recommendation.gateway, found.savings) == ("bolt", None)


def test_gateways_that_were_asked_for_are_told_though_they_have_none() -> None:
    """Others are left out."""
    found = compared(row("acme", "1", "1"), row("bolt", "2", "2"), gateways=("bolt", "cola"))

    assert [(one.gateway, one.available) for one in found.comparisons] == [
        ("bolt", True), ("cola", False)
    ]  # fmt: skip
    assert (found.available_count, found.total_gateways_checked) == (1, 2)
    assert compared(row("acme", "1", "1")).total_gateways_checked == 9


@pytest.mark.parametrize(
    ("criteria", "best"), [("price", "acme"), ("context", "cola"), ("availability", "bolt")]
)
def test_each_criterion_recommends_its_own(criteria: str, best: str) -> None:
    """The lowest price, the longest context, the surest to be there."""
    found = compared(
        row("acme", "0.1", "0.1", confirmed=False, context_length=10),
        row("bolt", "0.2", "0.2", context_length=20),
        row("cola", "0.3", "0.3", status="deprecated", context_length=30),
        criteria=criteria,
    )

    assert found.recommendation.gateway == best


@pytest.mark.finding("X34")
@LAW
@given(st.lists(st.tuples(st.none() | PRICES, st.none() | PRICES), min_size=1, max_size=6))
def test_per_million_is_a_million_times_per_token(
    prices: list[tuple[Decimal | None, Decimal | None]],
) -> None:
    """Whatever the prices, no digit is lost, and savings are the difference of two costs."""
    rows = [
        row(f"g{place}", *(None if one is None else decimals.plain(one) for one in pair))
        for place, pair in enumerate(prices)
    ]
    found = compared(*rows)
    for one in found.comparisons:
        if one.pricing is not None:
            pairs = (one.pricing.prompt, one.pricing.prompt_cost_per_1m), (
                one.pricing.completion, one.pricing.completion_cost_per_1m,
            )  # fmt: skip
            for token, million in pairs:
                assert (token is None) == (million is None)
                assert token is None or Fraction(million or 0) == Fraction(token) * 10**6
    costs = [Fraction(one.cost_per_1m) for one in found.comparisons if one.cost_per_1m]

    assert costs == sorted(costs)
    if found.savings is not None:
        saved = Fraction(found.savings.potential_savings_per_1m_tokens)
        assert saved == costs[-1] - costs[0]
