"""What is shown, and what is free."""

from decimal import Decimal

import pytest

from modeldex.domain.offer import Offer
from modeldex.domain.rate import Meter
from support import catalogs


def offer(status: str = "available", **prices: str) -> Offer:
    """Return an offer with prices by meter."""
    return Offer(
        id="acme/m",
        facts=catalogs.listing("acme", "m"),
        model_id="acme/m",
        prices={Meter(name): Decimal(usd) for name, usd in prices.items()},
        status=status,
        first_seen=catalogs.TODAY,
        last_changed=catalogs.TODAY,
    )


@pytest.mark.parametrize(
    ("prices", "is_free"),
    [
        ({"input": "0", "output": "0"}, True),
        ({"input": "0", "output": "0", "request": "0"}, True),
        ({}, False),
        ({"input": "0"}, False),
        ({"output": "0"}, False),
        ({"image": "0"}, False),
        ({"input": "0", "output": "0.000001"}, False),
        ({"input": "0", "output": "0", "image": "0.01"}, False),
        ({"input": "0", "output": "0", "request": "0.005"}, False),
    ],
)
def test_free_is_only_what_is_said_to_cost_nothing(
    prices: dict[str, str], *, is_free: bool
) -> None:
    """Input and output are both stated as zero, and no other cost is named."""
    assert offer(**prices).is_free is is_free


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("available", True),
        ("missing", True),
        ("deprecated", True),
        ("unlisted", False),
        ("hidden", False),
        ("retired", False),
    ],
)
def test_the_status_decides_what_is_shown(status: str, *, shown: bool) -> None:
    """Available, missing and deprecated offers are shown by default, the others on demand."""
    assert offer(status).is_active is shown
