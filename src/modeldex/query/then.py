"""Finished rows as they were at another moment: today's facts with the prices in force then."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from modeldex.dialects import native, speeds
from modeldex.dialects.remembered import moment as written
from modeldex.domain.history import STATUS
from modeldex.domain.offer import AVAILABLE, DEPRECATED, HIDDEN, MISSING, RETIRED, UNLISTED
from modeldex.query import sql_then
from modeldex.query.question import Moment
from modeldex.snapshot.reader import Snapshot

Raw = msgspec.Raw
_decode = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.Encoder().encode
_UNKNOWN = float("inf")
_BODIES = "select n.rank, n.body from json_each(?) j cross join offer_native n on n.rank = j.value"
_ENTRIES = "select n.rank, n.body from json_each(?) j cross join offer_entry n on n.rank = j.value"
_HEADS = "select n.rank, n.head from json_each(?) j cross join model_native n on n.rank = j.value"
_STATUSES = (
    "select c.offer, c.happened_at, c.recorded_at, b.body from json_each(?) j "
    "cross join changes c on c.offer = j.value cross join change_native b on b.place = c.place "
    "where c.kind = ? order by c.happened_at, c.place"
)


class Price(NamedTuple):
    """What counted for an offer then. Without a price, all but the first three are ``None``."""

    rank: int
    model: int
    listed: int
    source: str
    rate_id: str | None
    input: int | None
    output: int | None
    is_free: int | None
    rates: bytes | None
    pricing: bytes | None

    @property
    def cost(self) -> tuple[bool, float, float, int]:
        """Order offers: listed ones first, cheapest first, unknown last, then by id."""
        input_ = _UNKNOWN if self.input is None else self.input
        output = _UNKNOWN if self.output is None else self.output
        return not self.listed, input_, output, self.rank

    @property
    def fields(self) -> dict[str, Any]:
        """The price as any row states it."""
        if self.rate_id is None:
            return {"pricing": None, "pricing_source": None}
        return {"pricing": Raw(self.pricing or b"null"), "pricing_source": self.source}


def said(moment: Moment) -> dict[str, str | None]:
    """Return a moment as answers repeat it."""
    return {"as_of": written(moment.as_of), "known_at": written(moment.known_at)}


def in_words(moment: Moment) -> str:
    """Return a moment as a sentence says it."""
    believed = f" as it was believed at {written(moment.known_at)}"
    return f"at {written(moment.as_of)}{believed if moment.known_at is not None else ''}"


def offers(snapshot: Snapshot, moment: Moment, ranks: Sequence[int]) -> list[bytes]:
    """Return the rows of offers, in order; those of which nothing was in force are left out."""
    prices = {one.rank: one for one in _prices(snapshot, moment, "rank", ranks)}
    rows = {rank: _decode(body) for rank, body in snapshot.rows(_BODIES, (json.dumps(ranks),))}
    statuses = _statuses(snapshot, moment, rows.values())
    return [
        _encode(_offer(rows[rank], prices[rank], statuses)) for rank in ranks if rank in prices
    ]


def models(
    snapshot: Snapshot, moment: Moment, ranks: Sequence[int], *, include_inactive: bool
) -> list[bytes]:
    """Return the rows of models with their offers then; those that had none are left out."""
    grouped: dict[int, list[Price]] = defaultdict(list)
    for one in _prices(snapshot, moment, "model", ranks):
        if one.listed or include_inactive:
            grouped[one.model].append(one)
    wanted = [one.rank for group in grouped.values() for one in group]
    entries = {
        rank: _decode(body) for rank, body in snapshot.rows(_ENTRIES, (json.dumps(wanted),))
    }
    statuses = _statuses(snapshot, moment, entries.values())
    heads = dict(snapshot.rows(_HEADS, (json.dumps(ranks),)))
    rows = []
    for rank in ranks:
        group = sorted(grouped.get(rank, ()), key=lambda one: one.cost)
        shown = [_entry(entries[one.rank], one, statuses) for one in group]
        if shown:
            head = _head(_decode(heads[rank]), group, shown)
            rows.append(native.unique_row(_encode(head), [_encode(one) for one in shown]))
    return rows


def _prices(
    snapshot: Snapshot, moment: Moment, column: str, wanted: Sequence[int]
) -> Iterable[Price]:
    return map(Price._make, snapshot.rows(*sql_then.in_force(moment, column, wanted)))


def _offer(row: dict[str, Any], price: Price, statuses: dict[str, str]) -> dict[str, Any]:
    return row | {
        **price.fields,
        "rates": Raw(price.rates or b"[]"),
        "rate_id": price.rate_id,
        "is_free": bool(price.is_free),
        "is_active": bool(price.listed),
        "status": _status(row, price, statuses),
        "doubts": None,  # they are of today's prices
        "doubt_kinds": None,
        **speeds.of_offer(None),  # they are of today's calls
    }


def _entry(row: dict[str, Any], price: Price, statuses: dict[str, str]) -> dict[str, Any]:
    status = _status(row, price, statuses)
    return row | {**price.fields, "status": status, **speeds.of_entry(None)}


def _head(
    row: dict[str, Any], group: Sequence[Price], entries: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    listed = [(price, entry) for price, entry in zip(group, entries, strict=True) if price.listed]
    cheapest = next(((p, entry) for p, entry in listed if p.input is not None), None)
    return row | {
        "is_active": bool(listed),
        "is_free": any(price.is_free for price, _ in listed),
        "provider_count": len({bytes(entry["slug"]) for _, entry in listed}),
        "cheapest_provider": cheapest[1]["slug"] if cheapest else None,
        "cheapest_prompt_price": _prompt(cheapest[0]) if cheapest else None,
        **speeds.fastest(()),
    }


def _prompt(price: Price) -> Raw:
    return _decode(price.pricing or b"{}")["prompt"]


def _status(row: dict[str, Any], price: Price, statuses: dict[str, str]) -> str:
    now = msgspec.json.decode(row["status"])
    if not price.listed:
        return HIDDEN if now == HIDDEN else UNLISTED
    known = statuses.get(msgspec.json.decode(row["id"]), now)
    return DEPRECATED if known == DEPRECATED else AVAILABLE


def _statuses(
    snapshot: Snapshot, moment: Moment, rows: Iterable[dict[str, Any]]
) -> dict[str, str]:
    """Return what offers were said to be then, by id; those that never changed are left out.

    The last change before then tells it; else the first one after it, by what was before.
    """
    ids = json.dumps([msgspec.json.decode(row["id"]) for row in rows])
    found: dict[str, str] = {}
    for offer, happened_at, recorded_at, body in snapshot.rows(_STATUSES, (ids, STATUS)):
        change = msgspec.json.decode(body)
        old, new = change["old"], change["new"]
        if not change["decisive"] or {RETIRED, MISSING} & {old, new}:
            continue  # facts tell whether it was listed
        believed = moment.known_at is None or recorded_at <= moment.known_at
        if happened_at <= moment.as_of and believed:
            found[offer] = new or AVAILABLE
        else:
            found.setdefault(offer, old or AVAILABLE)
    return found
