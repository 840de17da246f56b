"""What is called most, from the figures folded into the snapshot."""

from typing import Any, NamedTuple

import msgspec

from modeldex.dialects.speeds import number
from modeldex.query import sql_calls
from modeldex.query.windows import Asked
from modeldex.snapshot.reader import Snapshot


class Row(NamedTuple):
    """The calls of one offer in one window; speeds are of the last 24 hours."""

    id: str
    model: str
    provider: int
    author: str
    requests: int
    tokens: int | None
    cost: str | None
    latency: float | None
    throughput: float | None


def most_called(held: Snapshot, asked: Asked) -> bytes:
    """Return the offers that are called most, those that are not shown left out."""
    rows = list(map(Row._make, held.rows(*sql_calls.most_called(held, asked))))
    total = held.rows(*sql_calls.total(held, asked))[0][0]
    end = asked.offset + len(rows)
    more = end < total
    body = {
        "success": True,
        "data": [_trend(one, held) for one in rows],
        "count": len(rows),
        "total": total,
        "limit": asked.limit,
        "offset": asked.offset,
        "has_more": more,
        "next_offset": end if more else None,
        "gateway": ",".join(asked.gateways) or "all",
        "sort_by": asked.sort,
        **when(held, asked),
    }
    return msgspec.json.encode(body)


def top_models(held: Snapshot, asked: Asked) -> bytes | None:
    """Return the offers of a serving provider or an author that are called most."""
    if is_unknown(held, asked.provider):
        return None
    rows = sorted(rows_of(held, asked), key=most_first)[: asked.limit]
    data = [
        {"model": one.id, "requests": one.requests, "tokens": one.tokens, "cost": one.cost}
        for one in rows
    ]
    body = {"success": True, "data": data, "count": len(data), "provider": asked.provider}
    return msgspec.json.encode({**body, **when(held, asked)})


def rows_of(held: Snapshot, asked: Asked) -> list[Row]:
    """Return the rows of a serving provider or an author, at some gateways or at all."""
    return list(map(Row._make, held.rows(*sql_calls.of_provider(held, asked))))


def is_unknown(held: Snapshot, name: str | None) -> bool:
    """Return whether a name is neither a provider's nor an author's."""
    return name is not None and name not in held.gateways and name not in held.authors


def most_first(one: Row) -> tuple[int, str]:
    """Order rows: most requests first, then by id."""
    return -one.requests, one.id


def when(held: Snapshot, asked: Asked) -> dict[str, Any]:
    """Return of which window and which catalog an answer tells."""
    return {
        "time_range": asked.time_range,
        "window_seconds": asked.seconds,
        "snapshot": held.id,
        "timestamp": held.timestamp,
    }


def _trend(one: Row, held: Snapshot) -> dict[str, Any]:
    slug = held.providers[one.provider].slug
    return {
        "model": one.id,
        "canonical_slug": one.model,
        "provider": slug,
        "gateway": slug,
        "owned_by": one.author,
        "requests": one.requests,
        "total_tokens": one.tokens,
        "unique_users": None,  # callers are not told apart
        "total_cost": one.cost,
        "avg_speed": number(one.throughput),
        "latency": number(one.latency),
    }
