"""Prices in another currency or token."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modeldex.domain.rate import Conversion, Meter, Rate
from modeldex.sources import decode, formats, parse, payload, registry

FIXTURES = Path(__file__).parent / "fixtures"
MANY = {"morpheus": "gale-4", "berget": "acornlabs/Bramble-70B"}


@pytest.mark.finding("X50")
@pytest.mark.parametrize(("source", "model"), MANY.items())
def test_a_price_that_is_not_in_dollars_is_unknown(source: str, model: str) -> None:
    """A zero of a provider's own token is no zero dollars, and euros are no dollars."""
    declaration = registry.load().by_id[source]
    rows = payload.rows((FIXTURES / f"{source}.json").read_bytes(), declaration.rows)
    found = decode.decode_rows(rows, formats.decoder(declaration))
    (one,) = [row for row in found.listings if row.provider_model_id == model]
    assert one.rates == ()


CNY = Conversion(currency="CNY", amount=Decimal(7), usd=Decimal("0.14"), date="2026-11-20")
DECLARED = """
id = "yuan"
name = "Yuan"
list = "https://yuan.example/v1/models"
format = "{format}"
exchange = {{ CNY = {{ usd = "0.14", date = "2026-11-20" }} }}
fields = {{ id = "id" }}
rates = {{ {rates} }}
"""


def rates(row: dict[str, Any], stated: str, form: str = "table") -> tuple[Rate, ...]:
    """Return what a declaration with a dated exchange rate reads from a row."""
    declared = parse.parse(DECLARED.format(rates=stated, format=form), "yuan.toml")
    found = decode.decode_rows([row], formats.decoder(declared))
    return found.listings[0].rates


def test_a_price_with_a_dated_exchange_rate_is_exact_dollars() -> None:
    """And keeps what it was converted from: the price, the rate and its day."""
    found = rates({"id": "m", "p": 7}, 'image = { at = "p", usd_per = "1", currency = "CNY" }')
    assert found == (Rate(meter=Meter.IMAGE, usd=Decimal("0.98"), converted=CNY),)


def test_a_currency_without_a_dated_rate_is_unknown() -> None:
    """Nobody looks one up."""
    assert (
        rates({"id": "m", "p": 7}, 'image = { at = "p", usd_per = "1", currency = "EUR" }') == ()
    )


def test_a_typed_price_is_converted_too() -> None:
    """Where each price names its currency, those without a dated rate stay unknown."""
    image = [{"value": 7, "unit": "perCount", "currency": code} for code in ("CNY", "EUR")]
    found = rates({"id": "m", "pricings": {"image": image}}, "", "zenmux")
    assert found == (Rate(meter=Meter.IMAGE, usd=Decimal("0.98"), converted=CNY),)
