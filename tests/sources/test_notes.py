"""What a decoder says of rows that it could not use."""

import pytest

from modeldex.sources import decode, formats, parse

PAGE = """
id = "acme"
name = "Acme"
list = "https://acme.example/models"
rows = "data"
[fields]
id = "id"
[rates]
input = { at = "price", usd_per = "1" }
"""


@pytest.mark.finding("ME-L2")
def test_a_row_that_lost_something_is_named_with_the_reason() -> None:
    """Its place in the answer, its id where it has one, and what was wrong."""
    rows = [{"id": "good", "price": "1"}, 7, {"id": ""}, {"id": "odd", "price": "free"}]
    found = decode.decode_rows(rows, formats.decoder(parse.parse(PAGE, "acme.toml")))
    assert found.notes == (
        "row 2 was dropped: it is not an object",
        "row 3 was dropped: it has no usable id",
        "row 4 ('odd') has a price that is none",
    )


def test_notes_are_bounded() -> None:
    """A whole answer of rubbish gives twenty sentences, and the count of all."""
    decoder = formats.decoder(parse.parse(PAGE, "acme.toml"))
    found = decode.decode_rows([None] * 1000, decoder)
    assert (len(found.notes), found.dropped) == (20, 1000)
