"""An offer's rates as genai-prices' conditional prices: start dates, hours, and variants.

Of a list of conditional prices the last one whose condition holds is taken, the first one where
none does. Each has one condition: a first day, or hours of the day in UTC. What a caller chooses
(a service tier, an endpoint, a setting) stands in variants, which replace single prices.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from modeldex.dialects import kinds, sheet
from modeldex.dialects.genai_prices import prices as keys
from modeldex.dialects.losses import Losses
from modeldex.dialects.sheet import Prices, Sheet, is_only
from modeldex.domain.moments import written
from modeldex.domain.offer import Offer
from modeldex.domain.rate import ALWAYS, Conditions
from modeldex.pricing import effective

_HOURS = ("utc_start", "utc_end")
_WORDS = {"batch": ("processing",), "fast": ("speed", "service_tier")}  # else service_tier alone
_SETTINGS = ("search_type",)
_MIDNIGHT = "00:00"
Level = tuple[Prices, dict[int, Prices]]  # prices of the shortest input, and those of longer ones


class Piece(msgspec.Struct, frozen=True):
    """A time with the same prices; *since* is its first day, ``None`` where that is open."""

    since: str | None
    until: str | None
    sheet: Sheet
    holds: bool


class Priced(msgspec.Struct, frozen=True):
    """What stands under a model's ``prices`` and ``price_variants``."""

    prices: Any
    variants: list[dict[str, Any]]


def priced(offer: Offer, today: str, losses: Losses) -> Priced | None:
    """Return the prices of *offer*; ``None``, and counted, where they are unknown today."""
    kind, pieces = kinds.kind_of(offer.facts), _pieces(offer, today)
    now = next((one for one in pieces if one.holds), None)
    if now is None or not kinds.is_whole(now.sheet.get(ALWAYS, {}), kind):
        _unpriced(offer, losses)
        return None
    known = [one for one in pieces if kinds.is_whole(one.sheet.get(ALWAYS, {}), kind)]
    _count_gaps(offer, pieces, known, losses)
    dated = [_conditional(one, first=one is known[0], offer=offer, losses=losses) for one in known]
    hours = _hours(offer, now, known, losses)
    for when in now.sheet:
        if not _is_said(when):
            _lost("no_condition", "it has no word for these conditions", offer, losses)
    one_price = len(dated) == 1 and not hours
    if not all(one["prices"] for one in dated):
        _unpriced(offer, losses)
        return None
    return Priced(dated[0]["prices"] if one_price else [*dated, *hours], list(_variants(known)))


def _pieces(offer: Offer, today: str) -> list[Piece]:
    if not sheet.is_dated(offer.rates):
        return [Piece(None, None, sheet.of(offer.rates), holds=True)] if offer.rates else []
    now = sheet.moment(today)
    return [
        Piece(_day(one.valid_from), _day(one.valid_until), sheet.of(one.rates), one.holds(now))
        for one in effective.pieces(offer.rates)
    ]


def _day(seconds: int | None) -> str | None:
    return None if seconds is None else written(seconds)[:10]


def _conditional(piece: Piece, *, first: bool, offer: Offer, losses: Losses) -> dict[str, Any]:
    base, tiers = _level(piece.sheet, ALWAYS)
    found: dict[str, Any] = {"prices": keys.model_price(base, tiers, offer.id, losses)}
    if not first and piece.since is not None:
        found["constraint"] = {"start_date": piece.since}
    return found


def _level(found: Sheet, when: Conditions) -> Level:
    """Return the prices under *when*, and those of longer inputs under *when* otherwise."""
    tiers = {
        other.min_input_tokens: prices
        for other, prices in found.items()
        if other.min_input_tokens is not None
        and not other.marginal
        and _without_length(other) == when
    }
    return found.get(when, {}), tiers


def _hours(
    offer: Offer, now: Piece, known: Sequence[Piece], losses: Losses
) -> list[dict[str, Any]]:
    """Return the prices of hours of the day, each with the standard ones that it leaves alone."""
    found = []
    windows = {_without_length(one) for one in now.sheet if _is_hours(one)}
    for when in sorted(windows, key=lambda one: (one.utc_start or "", one.utc_end or "")):
        start, end = when.utc_start or _MIDNIGHT, when.utc_end or _MIDNIGHT
        if start == end or not _holds_always(when, known) or _is_open(when, now.sheet):
            _lost("no_condition", "it has no word for these conditions", offer, losses)
            continue
        base, tiers = _merged(_level(now.sheet, ALWAYS), _level(now.sheet, when))
        hours = {"start_time": f"{start}:00Z", "end_time": f"{end}:00Z"}
        prices = keys.model_price(base, tiers, offer.id, losses)
        found.append({"constraint": hours, "prices": prices})
    return found


def _holds_always(when: Conditions, known: Sequence[Piece]) -> bool:
    """Return whether hours mean the same in all pieces, since a condition has hours or a date."""
    levels = [_merged(_level(one.sheet, ALWAYS), _level(one.sheet, when)) for one in known]
    return all(one == levels[0] for one in levels)


def _is_open(when: Conditions, found: Sheet) -> bool:
    """Return whether a longer tier has a price of what *when* prices, and none for its hours."""
    (_, tiers), (own, longer) = _level(found, ALWAYS), _level(found, when)
    return any(
        meter in own and meter not in longer.get(since, {})
        for since, prices in tiers.items()
        for meter in prices
    )


def _merged(standard: Level, own: Level) -> Level:
    lengths = {*standard[1], *own[1]}
    longer = {
        one: {**standard[1].get(one, {}), **own[0], **own[1].get(one, {})} for one in lengths
    }
    return {**standard[0], **own[0]}, longer


def _without_length(when: Conditions) -> Conditions:
    return msgspec.structs.replace(when, min_input_tokens=None)


def _is_hours(when: Conditions) -> bool:
    has_hours = when.utc_start is not None or when.utc_end is not None
    return has_hours and is_only(when, *_HOURS, "min_input_tokens")


def _is_said(when: Conditions) -> bool:
    if when.marginal:
        return False
    is_standard = is_only(when, "min_input_tokens") or _is_hours(when)
    return is_standard or bool(_chosen(when))


def _variants(known: Sequence[Piece]) -> Iterable[dict[str, Any]]:
    """Yield what callers may choose, the latest first: the first one that holds is taken."""
    for piece in reversed(known):
        for when in piece.sheet:
            if when.min_input_tokens is None and not _is_hours(when):
                for chosen in _chosen(when):
                    yield _variant(piece, when, chosen, is_first=piece is known[0])


def _variant(
    piece: Piece, when: Conditions, chosen: dict[str, str], *, is_first: bool
) -> dict[str, Any]:
    base, tiers = _level(piece.sheet, when)
    found: dict[str, Any] = {"when": chosen}
    found["prices"] = keys.replacing(base, tiers)
    if not is_first and piece.since is not None:
        found["constraint"] = {"start_date": piece.since}
    return found


def _chosen(when: Conditions) -> list[dict[str, str]]:
    """Return what callers of genai-prices say to choose this; nothing for what it cannot."""
    if is_only(when, "service_tier", "min_input_tokens") and when.service_tier:
        words = _WORDS.get(when.service_tier, ("service_tier",))
        return [{word: when.service_tier} for word in words]
    if is_only(when, "region", "min_input_tokens") and when.region:
        return [{"route": when.region}]
    if is_only(when, "option", "min_input_tokens") and when.option:
        name, _, value = when.option.partition("=")
        return [{name: value}] if name in _SETTINGS else []
    return []


def _count_gaps(
    offer: Offer, pieces: Sequence[Piece], known: Sequence[Piece], losses: Losses
) -> None:
    """Count what a list of first days cannot say: an unknown price before, between or after."""
    if known[0].since is not None:
        _lost("no_beginning", "a price has no time before which it is unknown", offer, losses)
    if len(pieces) > pieces.index(known[0]) + len(known):
        _lost("no_end", "a price has no end but the next one's beginning", offer, losses)


def _unpriced(offer: Offer, losses: Losses) -> None:
    if offer.prices:
        says = "One of its prices is unknown, which would be billed as zero; it is left out."
        losses.add("incomplete_price", says, offer.id)
    else:
        says = "No price of it is known; it is left out of genai-prices' document."
        losses.add("no_price", says, offer.id)


def _lost(kind: str, why: str, offer: Offer, losses: Losses) -> None:
    losses.add(kind, f"A price is not said as it is in genai-prices' document: {why}.", offer.id)
