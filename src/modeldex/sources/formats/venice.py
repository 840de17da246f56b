"""Venice's list: a row per model of any kind, with other rates above a number of input tokens.

``pricing.extended`` has the form of ``pricing`` and holds once the input has more tokens than its
``context_token_threshold`` (https://docs.venice.ai/api-reference/endpoint/models/list).
"""

from collections.abc import Iterable

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Rate
from modeldex.sources import values
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row, at


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the rates of long inputs to the declared ones."""
    table = TableDecoder(declaration)

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        rates = (*one.rates, *_of_long_inputs(table, row, losses))
        return (msgspec.structs.replace(one, rates=rates),)

    return decode


def _of_long_inputs(table: TableDecoder, row: Row, losses: Losses) -> Iterable[Rate]:
    extended = at(row, ("model_spec", "pricing", "extended"))
    threshold = values.count(at(extended, ("context_token_threshold",)))
    if threshold is None:
        return
    longer = {**row, "model_spec": {**row["model_spec"], "pricing": extended}}
    when = Conditions(min_input_tokens=threshold + 1)
    for reader in table.rates:
        rate = reader.read(longer, losses) if reader.applies(longer) else None
        if rate is not None:
            yield msgspec.structs.replace(rate, when=when)
