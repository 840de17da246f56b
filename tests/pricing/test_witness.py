"""Which sources are witnesses of their own, and which only repeat another."""

import pytest

from modeldex.domain.listing import SourceRows
from modeldex.pricing.witness import OWN, Witnesses


def book(name: str, derives_from: str | None = None, *copies: str) -> SourceRows:
    """Return a book without rows."""
    return SourceRows(
        source=name, is_book=True, rows=(), derives_from=derives_from, copies=frozenset(copies)
    )


WITNESSES = Witnesses([
    SourceRows(source="acme", is_book=False, rows=()),
    book("b1", None, "acme"),
    book("b2", "b1"),
    book("b3", "absent"),
    book("round", "circle"),
    book("circle", "round"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("source", "provider", "origin"),
    [
        ("acme", "acme", OWN),
        ("b1", "acme", OWN),
        ("b2", "acme", OWN),
        ("b1", "bolt", "b1"),
        ("b2", "bolt", "b1"),
        ("b3", "bolt", "absent"),
        ("round", "bolt", "circle"),
        ("circle", "bolt", "circle"),
    ],
)
def test_a_source_speaks_for_its_origin(source: str, provider: str, origin: str) -> None:
    """Through any number of steps, also to a book that is not here, or in circles."""
    assert WITNESSES.origin(source, provider) == origin
