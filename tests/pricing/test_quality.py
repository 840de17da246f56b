"""The report per provider counts what is known, how far witnesses agree, and every doubt."""

from modeldex import pipeline
from modeldex.domain.listing import SourceRows
from modeldex.domain.rules import Rules
from modeldex.pricing import quality
from pricing.bench import costs
from support.catalogs import TODAY, kept


def book(name: str, *entries: tuple[str, ...]) -> SourceRows:
    """Return a book of entries, each a native id and its prices."""
    rows = tuple(kept(costs(name, *prices, native=native)) for native, *prices in entries)
    return SourceRows(source=name, is_book=True, rows=rows)


OWN = SourceRows(
    source="acme",
    is_book=False,
    rows=tuple(
        kept(one)
        for one in (
            costs("acme", "1", "2", native="a", context_length=10, input_modalities=("text",)),
            costs("acme", "1", "2", native="b"),
            costs("acme", native="c"),
            costs("acme", "1", "2", native="hidden"),
        )
    ),
)
WORLD = [
    OWN,
    book("b1", ("a", "1", "2"), ("b", "10", "20"), ("d", "1", "2"), ("hidden", "0", "0")),
    book("b2", ("d", "3", "4")),
]


def test_a_provider_is_counted() -> None:
    """Shares are of the offers that are shown; doubts are of all that are not hidden."""
    catalog = pipeline.build(WORLD, {}, TODAY, Rules(hidden=frozenset({"acme/hidden"})))
    (found,) = quality.report(catalog.offers)

    assert (found.provider, found.offers, found.confirmed, found.priced) == ("acme", 3, 3, 2)
    assert (found.limited, found.described, found.changed) == (1, 1, TODAY)
    assert (found.compared, found.agreed, found.doubted) == (2, 1, 2)
    assert {kind: [one.id for one in ones] for kind, ones in found.doubts.items()} == {
        "unit_slip": ["acme/b"], "disagreement": ["acme/d"],
    }  # fmt: skip


def test_every_kind_is_counted() -> None:
    """A kind without a doubt is zero, not absent: alarms need a number."""
    counts = quality.counts(quality.report(pipeline.build(WORLD, {}, TODAY).offers))

    assert (counts["unit_slip"], counts["zero"], counts["stale"]) == (1, 1, 0)
