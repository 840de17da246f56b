"""A catalog that contradicts itself is not published."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from modeldex.domain.model import Catalog
from modeldex.domain.rate import Meter, Rate
from modeldex.errors import InconsistentCatalog
from modeldex.snapshot.consistency import check
from support import catalogs
from support.remembered import Fact, change, remembering

GOOD = catalogs.of(
    catalogs.priced("acme", "labs/one", "0.1", "0.2"),
    catalogs.priced("bolt", "labs/one", "0.3", "0.4"),
    catalogs.listing("bolt", "labs/two"),
)
ONE, TWO = GOOD.models
FIRST, SECOND, THIRD = GOOD.offers


def with_models(*models: object) -> Catalog:
    """Return the good catalog with other models."""
    return msgspec.structs.replace(GOOD, models=models)


def with_first(**facts: object) -> Catalog:
    """Return the good catalog whose first offer says something else, wherever it stands."""
    other = msgspec.structs.replace(FIRST, **facts)
    return msgspec.structs.replace(
        GOOD,
        offers=(other, SECOND, THIRD),
        models=(msgspec.structs.replace(ONE, offers=(other, SECOND)), TWO),
    )


def rate(usd: str) -> tuple[Rate, ...]:
    """Return one rate for input."""
    return (Rate(meter=Meter.INPUT, usd=Decimal(usd)),)


def with_facts(*facts: Fact) -> Catalog:
    """Return the good catalog with a past."""
    return remembering(GOOD, facts)


def fact(**said: Any) -> Fact:
    """Return a fact about the first offer."""
    return Fact(**{"offer": FIRST.id, "since": 1, "until": 5, "prices": ("0.1", "0.2"), **said})


def without_rates() -> Catalog:
    """Return a catalog whose fact names rates that it does not have."""
    found = with_facts(fact())
    history = msgspec.structs.replace(found.history, rate_sets={})
    return msgspec.structs.replace(found, history=history)


WRONG: dict[str, tuple[Callable[[], Catalog], str]] = {
    "a model without offers": (
        lambda: with_models(ONE, TWO, msgspec.structs.replace(TWO, id="labs/x", offers=())),
        "model 'labs/x' has no offer",
    ),
    "an offer without a model": (lambda: with_models(ONE), "is not the 3 offers"),
    "an offer under two models": (
        lambda: with_models(ONE, msgspec.structs.replace(TWO, offers=(THIRD, FIRST))),
        "'acme/labs/one' is not what stands under model 'labs/two'",
    ),
    "an offer twice under its model": (
        lambda: with_models(msgspec.structs.replace(ONE, offers=(FIRST, FIRST, SECOND)), TWO),
        "is not the 3 offers",
    ),
    "an offer under another model": (
        lambda: with_models(
            msgspec.structs.replace(ONE, offers=(FIRST,)),
            msgspec.structs.replace(TWO, offers=(SECOND, THIRD)),
        ),
        "'bolt/labs/one' is not what stands under model 'labs/two'",
    ),
    "another price under the model": (
        lambda: with_models(
            msgspec.structs.replace(
                ONE, offers=(msgspec.structs.replace(FIRST, prices={}), SECOND)
            ),
            TWO,
        ),
        "'acme/labs/one' is not what stands under model 'labs/one'",
    ),
    "an unknown provider": (
        lambda: msgspec.structs.replace(GOOD, providers=GOOD.providers[:1]),
        "the unknown provider 'bolt'",
    ),
    "an id that is no call": (lambda: with_first(id="acme/Model One"), "'acme/Model One' is not"),
    "offers in disorder": (
        lambda: msgspec.structs.replace(GOOD, offers=(SECOND, FIRST, THIRD)),
        "offers are not sorted by unique ids",
    ),
    "an id twice": (
        lambda: msgspec.structs.replace(GOOD, offers=(FIRST, FIRST, SECOND, THIRD)),
        "offers are not sorted by unique ids",
    ),
    "models in disorder": (lambda: with_models(TWO, ONE), "models are not sorted by unique ids"),
    "an empty id": (lambda: with_first(id=""), "one of the offers has an empty id"),
    "a negative rate": (lambda: with_first(rates=rate("-1")), "has the rate -1 for input"),
    "a rate that is no number": (lambda: with_first(rates=rate("NaN")), "has the rate NaN"),
    "an infinite rate": (lambda: with_first(rates=rate("Infinity")), "has the rate Infinity"),
    "a negative price": (
        lambda: with_first(prices={Meter.OUTPUT: Decimal(-1)}),
        "has the rate -1 for output",
    ),
    "a price without a source": (
        lambda: with_first(pricing_source=None),
        "'acme/labs/one' has a price without a source",
    ),
    "a fact about nothing": (lambda: with_facts(fact(offer="acme/x")), "unknown offer 'acme/x'"),
    "a fact without its rates": (without_rates, "names the unknown rate set 'rate_"),
    "two facts at once": (
        lambda: with_facts(fact(), fact(since=4, until=9)),
        "two facts of 'acme' about 'acme/labs/one' hold at once",
    ),
    "two facts at once, one of them open": (
        lambda: with_facts(fact(since=None, until=None), fact(learned=7)),
        "hold at once",
    ),
    "a fact inside a longer one": (
        lambda: with_facts(fact(since=1, until=9), fact(since=2, until=3), fact(since=9)),
        "hold at once",
    ),
    "a fact that ends before it begins": (
        lambda: with_facts(fact(since=5, until=5)),
        "'acme/labs/one' ends before it begins",
    ),
    "a fact that was superseded before it was known": (
        lambda: with_facts(fact(learned=2, believed_until=1)),
        "'acme/labs/one' ends before it begins",
    ),
    "a fact of no year": (
        lambda: with_facts(fact(since=-(10**6))),
        "a time that is in no calendar",
    ),
    "changes in disorder": (
        lambda: remembering(GOOD, (), [change(2, "x", None, "m"), change(1, "x", None, "m")]),
        "change 1.0 stands after 2.0",
    ),
    "a change twice": (
        lambda: remembering(GOOD, (), [change(2, "x", None, "m"), change(2, "x", None, "m")]),
        "change 2.0 stands after 2.0",
    ),
}


def test_a_built_catalog_is_consistent() -> None:
    """What the pipeline builds may be published, also when it is empty."""
    check(GOOD)
    check(catalogs.of())


def test_facts_may_meet_in_either_time() -> None:
    """One after the other, in force or in belief, and those of other sources, are no overlap."""
    check(
        with_facts(
            fact(believed_until=4), fact(learned=4), fact(since=5, until=9), fact(source="other"),
            fact(offer=SECOND.id), fact(since=5, until=None, learned=3, believed_until=3),
        )
    )  # fmt: skip


@pytest.mark.finding("X02", "RT-M4", "X03")
@pytest.mark.parametrize("what", WRONG)
def test_a_contradiction_is_refused_and_named(what: str) -> None:
    """Each kind of contradiction is an error that says where it is."""
    make, sentence = WRONG[what]

    with pytest.raises(InconsistentCatalog) as caught:
        check(make())
    assert any(sentence in problem for problem in caught.value.problems), caught.value.problems


def test_the_error_tells_how_many_problems_there_are() -> None:
    """The sentence counts all problems and shows the first five."""
    cheap = [catalogs.listing("acme", f"m{number}") for number in range(9)]
    wrong = msgspec.structs.replace(catalogs.of(*cheap), providers=())

    with pytest.raises(InconsistentCatalog, match="inconsistent in 9 places") as caught:
        check(wrong)
    assert str(caught.value).count("unknown provider") == 5
