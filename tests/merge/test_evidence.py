"""Each merged field has its source, its day, and the values that lost."""

from hypothesis import given

from modeldex.domain.listing import SourceRows
from modeldex.domain.provenance import Evidence
from modeldex.merge.evidence import evidence
from modeldex.merge.fold import fold
from modeldex.merge.offers import gather
from support import worlds
from support.catalogs import kept, listing


def test_who_won_since_when_and_who_lost() -> None:
    """Sources that are silent or say the same did not lose."""
    own = [kept(listing("acme", "m", name="M"), "2026-01-01")]
    books = [
        kept(listing("acme", "m", source="b1", name="Em", context_length=10), "2026-02-02"),
        kept(listing("acme", "m", source="b2", name="M", context_length=20), "2026-03-03"),
    ]

    assert evidence(own, books) == (
        Evidence(field="name", source="acme", since="2026-01-01", lost=(("b1", "Em"),)),
        Evidence(field="context_length", source="b1", since="2026-02-02", lost=(("b2", 20),)),
    )


def test_each_capability_has_its_own_evidence() -> None:
    """True, false and silence are three things."""
    own = [kept(listing("acme", "m", capabilities={"tools": False}))]
    books = [kept(listing("acme", "m", source="b1", capabilities={"tools": True, "vision": True}))]
    found = {one.field: (one.source, one.lost) for one in evidence(own, books)}

    assert found == {
        "capabilities.tools": ("acme", (("b1", True),)),
        "capabilities.vision": ("b1", ()),
    }


def test_one_source_alone_needs_no_evidence() -> None:
    """There is nothing to settle."""
    assert evidence([kept(listing("acme", "m", name="M"))], []) == ()


def test_a_long_text_that_lost_is_cut() -> None:
    """What was not believed is shown, not kept whole."""
    own = [kept(listing("acme", "m", description="short"))]
    books = [kept(listing("acme", "m", source="b1", description="x" * 500))]
    (found,) = evidence(own, books)

    assert found.lost == (("b1", "x" * 120 + "…"),)


@worlds.LAW
@given(worlds.WORLDS)
def test_the_evidence_names_who_was_believed(world: tuple[SourceRows, ...]) -> None:
    """The value that holds is one that the named source states, and none that lost holds."""
    for said in gather(world):
        own, books = [row.listing for row in said.own], [row.listing for row in said.books]
        facts = fold(own, books)
        for one in evidence(said.own, said.books):
            field, _, ability = one.field.partition(".")
            stated = [getattr(row, field) for row in (*own, *books) if row.source == one.source]
            held = getattr(facts, field)
            if ability:
                stated, held = [value.get(ability) for value in stated], held[ability]
            assert held in stated
            assert held not in [value for _, value in one.lost]
