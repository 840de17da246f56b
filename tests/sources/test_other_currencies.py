"""Prices in another currency or token."""

from pathlib import Path

import pytest

from modeldex.sources import decode, formats, payload, registry

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
