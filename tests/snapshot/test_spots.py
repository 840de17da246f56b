"""Spots: where offers stand in sets of them."""

from hypothesis import given
from hypothesis import strategies as st

from modeldex.snapshot import schema, spots

# By author, its models: a model has one author.
PLACED = st.lists(st.integers(0, 9).map(lambda model: (model // 3, model)), max_size=80)


@given(placed=PLACED)
def test_offers_of_a_model_stand_side_by_side_and_an_empty_spot_ends_them(
    placed: list[tuple[int, int]],
) -> None:
    """Authors and models come in order, each offer has one spot, and no spot is lost."""
    found = spots.of(placed)
    ordered = sorted(range(len(placed)), key=found.offers.__getitem__)
    models = [placed[rank] for rank in ordered]

    assert models == sorted(placed)
    assert sorted([*found.offers, *found.ends]) == list(range(len(placed) + len({*placed})))
    for end in found.ends:
        last = ordered[sum(spot < end for spot in found.offers) - 1]
        inside = [found.offers[rank] for rank, pair in enumerate(placed) if pair == placed[last]]
        assert max(inside) == end - 1
    for author, beginning in found.authors.items():
        theirs = [found.offers[rank] for rank, (one, _) in enumerate(placed) if one == author]
        assert min(theirs) == beginning


@given(placed=PLACED)
def test_a_word_and_a_bit_are_the_spot(placed: list[tuple[int, int]]) -> None:
    """The bits of a word add up to an unsigned number of its size."""
    found = spots.of(placed)

    for rank, spot in enumerate(found.offers):
        word, bit = found.split(rank)
        assert word * schema.SPOTS + bit.bit_length() - 1 == spot
        assert 0 < bit < 1 << schema.SPOTS


@given(placed=PLACED)
def test_a_set_has_the_bits_of_its_offers(placed: list[tuple[int, int]]) -> None:
    """One set for each kind and value, and one of the ends."""
    found = spots.of(placed)
    facets = [[("model", str(model)), ("all", "")] for _, model in placed]
    sets = {
        (kind, value): int.from_bytes(bits, "little")
        for kind, value, bits in spots.rows(facets, found)
    }

    assert sets.pop((schema.ENDS, "")) == sum(1 << spot for spot in found.ends)
    assert {*sets} == {pair for pairs in facets for pair in pairs}
    for pair, bits in sets.items():
        bearing = [rank for rank, pairs in enumerate(facets) if pair in pairs]
        assert bits == sum(1 << found.offers[rank] for rank in bearing)
