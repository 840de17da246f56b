"""OpenRouter's ``pricing.overrides``: context tiers and windows of the day.

``min_prompt_tokens`` is strictly greater, ``utc_start`` and ``utc_end`` are HHMM numbers, half
open, and may wrap (https://openrouter.ai/docs/api-reference/list-available-models). Of several
overrides that hold at once the later one does, which a set of rates cannot say: where one is by
length and the other by hours, the later price is told for both together too.
"""

from collections.abc import Iterable

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.rate import Conditions, Meter, Rate
from modeldex.sources.declaration import Declaration
from modeldex.sources.decode import Decoder, TableDecoder
from modeldex.sources.money import Losses
from modeldex.sources.payload import Row, at

_CONDITIONS = {"min_prompt_tokens", "utc_start", "utc_end"}
_MIDNIGHT = 2400
_MINUTES = range(60)


def decoder(declaration: Declaration) -> Decoder:
    """Return a decoder that adds the overrides' rates to the declared ones."""
    table = TableDecoder(declaration)
    meters = {one.keys[-1]: one.meter for one in table.rates}

    def decode(row: Row, losses: Losses) -> Iterable[Listing]:
        one = table.listing(row, losses)
        if one is None:
            return ()
        overrides = at(row, ("pricing", "overrides"))
        if not isinstance(overrides, list):
            return (one,)
        rates = [rate for item in overrides for rate in _rates(item, meters, losses)]
        return (msgspec.structs.replace(one, rates=(*one.rates, *rates, *_together(rates))),)

    return decode


def _rates(item: object, meters: dict[str, Meter], losses: Losses) -> Iterable[Rate]:
    if not isinstance(item, dict):
        return
    when = _conditions(item)
    for key in sorted(item.keys() - _CONDITIONS):
        if key not in meters or when is None:
            losses.unknown_prices[f"pricing.overrides.{key}"] += 1
        elif (usd := losses.price(item[key], 1)) is not None:
            yield Rate(meter=meters[key], usd=usd, when=when)


def _together(rates: list[Rate]) -> Iterable[Rate]:
    """Yield the later of two prices of a meter for where both of their conditions hold."""
    for later, rate in enumerate(rates):
        for before in rates[:later]:
            both = _both(before.when, rate.when) if before.meter is rate.meter else None
            if both is not None:
                yield msgspec.structs.replace(rate, when=both)


def _both(one: Conditions, other: Conditions) -> Conditions | None:
    """Return a tier's and a window's conditions together, ``None`` where they are of one kind."""
    tier, window = (one, other) if one.utc_start is None else (other, one)
    if tier.utc_start is not None or window.utc_start is None or window.min_input_tokens:
        return None
    return msgspec.structs.replace(window, min_input_tokens=tier.min_input_tokens)


def _conditions(item: Row) -> Conditions | None:
    """Return an override's conditions, ``None`` where one of them is not understood."""
    above, start, end = (item.get(key) for key in ("min_prompt_tokens", "utc_start", "utc_end"))
    if not all(one is None or _is_whole(one) for one in (above, start, end)):
        return None
    if not all(one is None or _is_clock(one) for one in (start, end)):
        return None
    if (above is None and start is None) or (start is None) != (end is None):
        return None
    return Conditions(
        min_input_tokens=None if above is None else int(above) + 1,
        utc_start=None if start is None else _clock(int(start)),
        utc_end=None if end is None else _clock(int(end)),
    )


def _is_whole(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int) and 0 <= value < 10**12


def _is_clock(hhmm: int) -> bool:
    return hhmm <= _MIDNIGHT and hhmm % 100 in _MINUTES


def _clock(hhmm: int) -> str:
    return f"{hhmm // 100:02d}:{hhmm % 100:02d}"
