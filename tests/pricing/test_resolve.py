"""Which source's rates an offer is billed at, on what evidence, and who was not believed."""

from decimal import Decimal

import msgspec
import pytest

from modeldex import pipeline
from modeldex.domain.listing import Listing
from modeldex.domain.offer import Offer
from modeldex.domain.provider import Provider
from modeldex.domain.rate import Meter, Rate
from modeldex.domain.rules import Override, Rules
from modeldex.merge import precedence
from pricing.bench import MILLION, costs, offer, sources
from support.catalogs import TODAY

SILENT = costs("acme")
USD = {name: Decimal(name) / MILLION for name in ("1", "5", "9")}


def own(usd: str = "5", **scope: str) -> Override:
    """Return an operator's price of input tokens."""
    rates = (Rate(meter=Meter.INPUT, usd=USD[usd]),)
    given = {"name": "file, override 1", "rates": rates, "provider": "acme", **scope}
    return msgspec.convert(given, Override)


@pytest.mark.parametrize(
    ("said", "winner"),
    [
        ((costs("acme", "1"), costs("b1", "2")), "acme"),
        ((SILENT, costs("b1", "2")), "b1"),
        ((costs("b1", "2"), costs("b2", "3")), "b1"),
        ((costs("b1", "2"), costs("models-dev", "3"), costs("genai-prices", "4")), "genai-prices"),
        ((costs("litellm", "2"), costs("models-dev", "3"), costs("b1", "4")), "models-dev"),
        ((costs("acme", "0"), costs("b1", "2")), "acme"),
        ((SILENT, costs("b1")), None),
    ],
)
def test_the_first_that_states_rates_wins(said: tuple[Listing, ...], winner: str | None) -> None:
    """The provider before books, books by rank, zero like any other price; and who won."""
    found = offer(*said)

    assert found.pricing_source == winner
    assert found.rates == next((one.rates for one in said if one.source == winner), ())


PRINTED = next(row["offer"] for row in precedence.table() if row["field"] == "rates")


@pytest.mark.finding("PR-L1")
@pytest.mark.parametrize("place", range(len(PRINTED)), ids=PRINTED)
def test_the_winner_follows_the_printed_order(place: int) -> None:
    """Of all that may price an offer, the first in the table wins, then the next without it."""
    words = PRINTED[place:]
    names = {"own": "acme", "other books": "b1", "cross-reference": "bolt"}
    books = [one for one in words if one not in {*names, "override"}]
    said = [costs(one, "2") for one in (*books, "b1") if one in {names.get(w, w) for w in words}]
    found = referred(
        *said,
        costs("acme", *(["1"] if "own" in words else [])),
        costs("bolt", "3", provider="bolt"),
        priced_as="bolt",
        overrides=(own(),) if "override" in words else (),
    )

    assert found.pricing_source == names.get(words[0], words[0])


def test_rates_of_one_source_are_taken_whole() -> None:
    """A book adds no meter to what the provider states."""
    assert list(offer(costs("acme", "1"), costs("b1", "2", "3")).prices) == [Meter.INPUT]


def test_an_override_comes_first() -> None:
    """What an operator states holds before the provider's own list, whole."""
    found = offer(costs("acme", "1", "2"), costs("b1", "9"), overrides=[own()])

    assert (found.pricing_source, found.prices) == ("override", {Meter.INPUT: USD["5"]})


@pytest.mark.parametrize(
    "one",
    [
        own(expires=TODAY),
        own(model="other"),
        own(provider="bolt"),
        own(tenant="t"),
        own(key="k"),
        own(model="M"),
    ],
)
def test_an_override_out_of_scope_changes_nothing(one: Override) -> None:
    """One that has expired, means others, or is for a tenant or a key only."""
    assert offer(costs("acme", "1"), overrides=[one]).pricing_source == "acme"


def test_an_override_prices_what_nobody_prices() -> None:
    """And it makes no offer that does not exist."""
    found = offer(SILENT, overrides=[own(), own(model="nowhere")])

    assert (found.pricing_source, found.evidence) == ("override", ())


@pytest.mark.parametrize(("usd", "doubts"), [("1", []), ("9", ["override_moved"])])
def test_an_override_says_when_the_catalog_beneath_has_moved(usd: str, doubts: list[str]) -> None:
    """It was made against a price; where that is another one now, somebody should look."""
    against = msgspec.structs.replace(own(), against={Meter.INPUT: USD[usd]})
    found = offer(costs("acme", "1"), overrides=[against]).doubts

    assert [one.kind for one in found] == doubts
    assert all("input from 0.000009 to 0.000001" in one.sentence for one in found)


def test_an_override_hides_no_doubt() -> None:
    """What sources say beneath it is compared as ever."""
    found = offer(costs("acme", "1"), costs("b1", "1000"), overrides=[own()])

    assert [one.kind for one in found.doubts] == ["unit_slip"]


def referred(*said: Listing, priced_as: str | None, overrides: tuple[Override, ...] = ()) -> Offer:
    """Return acme's offer, where acme's declaration names whose prices hold."""
    acme = Provider(slug="acme", name="Acme", priced_as=priced_as)
    rules = Rules(overrides=overrides)
    found = pipeline.build(sources(*said), {"acme": acme}, TODAY, rules).offers
    return next(one for one in found if one.facts.provider == "acme")


def test_a_declared_cross_reference_comes_last() -> None:
    """Only where nobody prices the offer, and never without a doubt that says so."""
    bolt = costs("bolt", "2", provider="bolt", native="M")
    found = referred(SILENT, bolt, priced_as="bolt")

    assert (found.pricing_source, found.rates) == ("bolt", bolt.rates)
    assert [one.kind for one in found.doubts] == ["cross_reference"]
    assert referred(costs("acme", "1"), bolt, priced_as="bolt").pricing_source == "acme"
    assert referred(SILENT, bolt, priced_as=None).pricing_source is None
    assert referred(SILENT, bolt, priced_as="elsewhere").pricing_source is None


@pytest.mark.finding("PR-L1")
def test_the_losers_are_kept() -> None:
    """Who was not believed, and what it said; a source that says the same did not lose."""
    found = offer(costs("acme", "1", "2"), costs("b1", "1", "2"), costs("b2", "1", "3"))
    (rates,) = [one for one in found.evidence if one.field == "rates"]

    assert (rates.source, rates.since) == ("acme", TODAY)
    assert rates.lost == (("b2", {"input": "0.000001", "output": "0.000003"}),)
