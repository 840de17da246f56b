"""Lists that fill what is missing with 0: a rate of 0, or from 0 tokens on, is left out.

xAI states 0 for what a model is not sold by, for the price of long prompts where that is the
standard one, and for the length of such prompts where there is no other price for them; Groq
states "0" for cached tokens where nothing is cached.
"""

from collections.abc import Iterable

import msgspec

from modeldex.domain.listing import Listing
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row


def decoder(declaration: Declaration) -> Decoder:
    """Return the table's decoder, without its rates of 0."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        rates = tuple(r for r in one.rates if r.usd and r.when.min_input_tokens != 0)
        return (msgspec.structs.replace(one, rates=rates),)

    return decode
