"""What was in force of the offers of a model over time, and where a set of rates was."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import msgspec

from modeldex.dialects.remembered import moment as written
from modeldex.domain.history import OfferFact
from modeldex.history.timeline import Period, timeline
from modeldex.query import answer, moments
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import ALWAYS, NEVER

Raw = msgspec.Raw
_LATEST = NEVER - 1
_OFFERS = (
    "select o.rank, o.provider, e.body from json_each(?) j "
    "cross join offers o on o.rank = j.value "
    "cross join offer_entry e on e.rank = o.rank order by o.rank"
)
_FACTS = (
    "select f.offer, f.source, f.own, f.weight, r.id, nullif(f.valid_from, ?), "
    "nullif(f.valid_until, ?), f.recorded_at, nullif(f.superseded_at, ?) "
    "from json_each(?) j cross join facts f on f.offer = j.value "
    "left join rate_sets r on r.number = f.rates order by f.offer, f.place"
)
_FIRST = (
    "select f.valid_from from facts f where f.own = 1 and f.provider = ? "
    "and f.recorded_at <= ? and f.superseded_at > ? order by f.valid_from limit 1"
)
_RATES = (
    "select r.id, n.rates, n.pricing from json_each(?) j "
    "cross join rate_sets r on r.id = j.value cross join rate_native n on n.number = r.number"
)
_CHANGES = (
    "select b.body from changes c cross join change_native b on b.place = c.place "
    "where c.model = ? and c.recorded_at <= ? order by c.place"
)
_WITH_RATES = "select distinct offer from facts where rates = ?"
_SET = (
    "select r.number, n.rates, n.pricing from rate_sets r "
    "join rate_native n on n.number = r.number where r.id = ?"
)
_NOT_LISTED = {"listed": False, "source": None}
_NOTHING: dict[str, Any] = {"rate_id": None, "pricing": None, "rates": []}


def history(snapshot: Snapshot, name: str, known_at: int | None = None) -> bytes | None:
    """Return the timeline of the model that *name* means, or whose offer it means.

    Args:
        known_at: unix seconds: as it was believed then; ``None`` is now.
    """
    found = answer.named(snapshot, name, model_first=True)
    if found is None:
        return None
    model = _model(snapshot, *found)
    moments.check("known_at", known_at, snapshot.horizon)
    known = _LATEST if known_at is None else known_at
    (head,) = snapshot.rows("select head from model_native where rank = ?", (model,))
    model_id = msgspec.json.decode(head[0])["id"]
    said = {} if known_at is None else {"known_at": written(known_at)}
    return msgspec.json.encode(
        {
            "object": "history",
            "model": model_id,
            "snapshot": snapshot.id,
            **said,
            "offers": _timelines(snapshot, model, known_at),
            "changes": [Raw(body) for (body,) in snapshot.rows(_CHANGES, (model_id, known))],
        }
    )


def rate_set(snapshot: Snapshot, name: str) -> bytes | None:
    """Return the set of rates with the id *name*, and when which offers were listed at it."""
    found = snapshot.rows(_SET, (name,))
    if not found:
        return None
    number, rates, pricing = found[0]
    ranks = [rank for (rank,) in snapshot.rows(_WITH_RATES, (number,))]
    offers = [
        {"offer": entry["id"], **_times(one.valid_from, one.valid_until)}
        for entry, found in _lives(snapshot, ranks)
        for one in found
        if one.rate_id == name and one.listed
    ]
    value = {"object": "rate_set", "id": name, "rates": Raw(rates), "pricing": Raw(pricing)}
    return msgspec.json.encode({**value, "offers": offers})


def first_known(snapshot: Snapshot, name: str, *, model_first: bool) -> str | None:
    """Return words for when the first that is remembered of *name* begins.

    They are ``""`` where nothing is remembered, and ``None`` where *name* means nothing.
    """
    found = answer.named(snapshot, name, model_first=model_first)
    if found is None:
        return None
    kind, rank = found
    ranks = _offers(snapshot, rank) if kind in answer.MODELS else [rank]
    begun = [
        ALWAYS if found[0].valid_from is None else found[0].valid_from
        for _, found in _lives(snapshot, ranks)
        if found
    ]
    if not begun:
        return ""
    return "an unknown beginning" if min(begun) == ALWAYS else f"{written(min(begun))}"


def _model(snapshot: Snapshot, kind: int, rank: int) -> int:
    if kind in answer.MODELS:
        return rank
    (found,) = snapshot.rows("select model from offers where rank = ?", (rank,))
    model: int = found[0]
    return model


def _offers(snapshot: Snapshot, model: int) -> list[int]:
    found = snapshot.rows("select rank from offers where model = ? order by rank", (model,))
    return [rank for (rank,) in found]


def _timelines(snapshot: Snapshot, model: int, known_at: int | None) -> list[dict[str, Any]]:
    lives = list(_lives(snapshot, _offers(snapshot, model), known_at))
    names = {one.rate_id for _, found in lives for one in found if one.rate_id is not None}
    sets = {
        name: {"rate_id": name, "pricing": Raw(pricing), "rates": Raw(rates)}
        for name, rates, pricing in snapshot.rows(_RATES, (json.dumps(sorted(names)),))
    }
    return [
        {"id": entry["id"], "provider": entry["slug"], "periods": list(_shown(found, sets))}
        for entry, found in lives
    ]


def _shown(found: Sequence[Period], sets: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield periods that follow one another up to the open end; gaps say that nothing was."""
    for one, following in zip_longest(found, found[1:]):
        yield {
            **_times(one.valid_from, one.valid_until),
            "listed": one.listed,
            "source": one.source,
            **(_NOTHING if one.rate_id is None else sets[one.rate_id]),
        }
        begins = following.valid_from if following else None
        if one.valid_until is not None and one.valid_until != begins:
            yield {**_times(one.valid_until, begins), **_NOT_LISTED, **_NOTHING}


def _lives(
    snapshot: Snapshot, ranks: Sequence[int], known_at: int | None = None
) -> Iterator[tuple[dict[str, Any], tuple[Period, ...]]]:
    """Yield the entries of offers, by id, with their periods."""
    wanted = json.dumps(ranks)
    facts: dict[int, list[OfferFact]] = defaultdict(list)
    for rank, *fact in snapshot.rows(_FACTS, (ALWAYS, NEVER, NEVER, wanted)):
        facts[rank].append(_fact(*fact))
    known = _LATEST if known_at is None else known_at
    listing: dict[int, int] = {}
    for rank, provider, body in snapshot.rows(_OFFERS, (wanted,)):
        if provider not in listing:
            first = snapshot.rows(_FIRST, (provider, known, known))
            listing[provider] = first[0][0] if first else NEVER
        yield msgspec.json.decode(body), timeline(facts[rank], known_at, listing[provider])


def _fact(source: str, own: int, weight: int, rate_id: str | None, *times: Any) -> OfferFact:
    valid_from, valid_until, recorded_at, superseded_at = times
    return OfferFact(
        offer="",
        source=source,
        own=bool(own),
        weight=weight,
        rate_id=rate_id,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_at=recorded_at,
        superseded_at=superseded_at,
    )


def _times(begins: int | None, ends: int | None) -> dict[str, str | None]:
    return {"from": written(begins), "until": written(ends)}
