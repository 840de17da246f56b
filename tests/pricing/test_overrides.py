"""An operator's file of prices: read exactly, wrong entries named, the closest one found."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from modeldex.bootstrap.overriding import parse
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.domain.rules import Audience, Override
from modeldex.pricing.overrides import Index

WHOLE = """
[[override]]
provider = "@Acme"
model = "labs/*"
tenant = "t1"
key = "k1"
expires = 2027-01-01
reason = "contract 4711"
[override.rates]
input = { usd = 2.50, per = "1M" }
output = [
    { usd = "10", per = "1M" },
    { usd = "5", per = "1M", service_tier = "batch", min_input_tokens = 200001 },
]
request = { usd = 1, per = "1K" }
[override.against]
input = { usd = "3", per = "1M" }
"""
RATES = '[override.rates]\ninput = { usd = "1", per = "1" }\n'


def entry(head: str, rates: str = RATES) -> str:
    """Return a file with one entry."""
    return f"[[override]]\n{head}\n{rates}"


def test_an_entry_is_read_exactly() -> None:
    """Dollars per unit, no binary float on the way, with scope, end and reason."""
    (found,) = parse(WHOLE, "prices.toml").overrides
    batch = Conditions(service_tier="batch", min_input_tokens=200_001)

    assert found == Override(
        name="prices.toml, override 1",
        provider="acme",
        model="labs/*",
        tenant="t1",
        key="k1",
        expires="2027-01-01",
        reason="contract 4711",
        rates=(
            Rate(meter=Meter.INPUT, usd=Decimal("0.0000025")),
            Rate(meter=Meter.OUTPUT, usd=Decimal("0.00001")),
            Rate(meter=Meter.OUTPUT, usd=Decimal("0.000005"), when=batch),
            Rate(meter=Meter.REQUEST, usd=Decimal("0.001")),
        ),
        against={Meter.INPUT: Decimal("0.000003")},
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("= 1", "prices.toml: not valid TOML"),
        ("[other]\na = 1", "prices.toml: other: unknown key"),
        (entry('modell = "x"'), "override 1: Object contains unknown field `modell`"),
        (entry('model = "*"'), "override 1: it needs a provider, a model, or both"),
        (entry('model = "x"', "rates = {}"), "override 1: it states no rates"),
        (entry('model = "x"', ""), "override 1: Object missing required field `rates`"),
        (entry('model = "x"', RATES.replace("input", "imput")), "'imput' is no meter; there are"),
        (entry('model = "x"', RATES.replace('"1", ', '"-1", ')), "negative or not finite"),
        (entry('model = "x"', RATES.replace('"1", ', "true, ")), "is not a number"),
        (entry('model = "x"', RATES.replace('"1", ', '"", ')), "input: usd is empty"),
        (entry('model = "x"', RATES.replace('per = "1"', 'per = "7"')), "allowed are 1, 1K, 1M"),
        (entry('model = "x"\nexpires = "soon"'), "override 1: Invalid RFC3339"),
        ("override = 3", "override 1: Expected `object`"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_and_costs_itself_only(text: str, problem: str) -> None:
    """The sentence says where and what is allowed; the entries beside it hold."""
    found = parse(text, "prices.toml")

    assert found.overrides == ()
    assert [problem in one for one in found.problems] == [True], found.problems
    if text.startswith("[[override]]"):
        other = entry('model = "y"')
        beside = parse(f"{text}\n{other}", "prices.toml")
        assert [one.model for one in beside.overrides] == ["y"]


def named(
    name: str, provider: str | None, model: str = "*", expires: str | None = None
) -> Override:
    """Return an override without rates."""
    return Override(name=name, provider=provider, model=model, rates=(), expires=expires)


@pytest.mark.parametrize(
    ("provider", "native", "name"),
    [
        ("acme", "labs/large", "exact"),
        ("acme", "labs/large-2", "longer"),
        ("acme", "labs/small", "shorter"),
        ("acme", "other", "whole"),
        ("bolt", "labs/large", "anybody's"),
        ("bolt", "labs/x", None),
        ("aka", "labs/x", "by alias"),
    ],
)
def test_the_closest_override_is_found(provider: str, native: str, name: str | None) -> None:
    """The provider's before anybody's, exact before a pattern, the longer before the shorter."""
    index = Index(
        [
            named("whole", "acme"),
            named("shorter", "acme", "labs/*"),
            named("anybody's", None, "labs/large"),
            named("longer", "acme", "labs/large*"),
            named("exact", "acme", "labs/large"),
            named("second", "acme", "labs/large"),
            named("ended", "acme", "labs/small", expires="2026-11-23"),
            named("by alias", "also-known-as"),
        ],
        "2026-11-23",
        {"also-known-as": "aka"},
    )
    found = index.find(provider, native)

    assert (None if found is None else found.name) == name


@pytest.mark.parametrize(
    ("audience", "name"),
    [
        (Audience(), "everybody's"),
        (Audience("acme-corp"), "the tenant's"),
        (Audience("acme-corp", "k1"), "the key's"),
        (Audience("acme-corp", "k2"), "the tenant's"),
        (Audience("other"), "everybody's"),
    ],
)
def test_the_narrowest_audience_comes_first(audience: Audience, name: str) -> None:
    """Even before a closer match that is for more people; nobody gets what is for others."""
    index = Index(
        [
            replace(named("everybody's", "acme", "labs/large")),
            replace(named("the tenant's", "acme", "labs/*"), tenant="acme-corp"),
            replace(named("the key's", "acme"), tenant="acme-corp", key="k1"),
        ],
        "2026-11-23",
        {},
        audience,
    )
    found = index.find("acme", "labs/large")

    assert found is not None
    assert found.name == name
