"""What the calls of a provider or a gateway came to, from the figures folded into the snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.dialects.speeds import number
from modeldex.domain.decimals import EXACT, plain
from modeldex.query.popular import Row, is_unknown, most_first, rows_of, when
from modeldex.query.windows import Asked
from modeldex.snapshot.reader import Snapshot


def of_provider(held: Snapshot, asked: Asked) -> bytes | None:
    """Return what the calls of a serving provider or an author came to; ``None`` if unknown."""
    if is_unknown(held, asked.provider):
        return None
    rows = rows_of(held, asked)
    top = min(rows, key=most_first, default=None)
    data = {
        "provider": asked.provider,
        "gateway": ",".join(asked.gateways) or "all",
        **_sums(rows),
        "top_model": top.id if top else None,
        "model_breakdown": {one.id: _counts([one]) for one in sorted(rows, key=most_first)},
    }
    return msgspec.json.encode({"success": True, "data": data, **when(held, asked)})


def of_gateway(held: Snapshot, asked: Asked) -> bytes:
    """Return what the calls of a gateway came to, by the authors of its models."""
    rows = rows_of(held, asked)
    authors: dict[str, list[Row]] = {}
    for one in sorted(rows, key=most_first):
        authors.setdefault(one.author, []).append(one)
    by_author = {name: _counts(ones) for name, ones in authors.items()}
    data = {
        "gateway": ",".join(asked.gateways),
        **_sums(rows),
        "unique_providers": len(by_author),
        "top_provider": _most(by_author),
        "provider_breakdown": by_author,
    }
    return msgspec.json.encode({"success": True, "data": data, **when(held, asked)})


def _sums(rows: Sequence[Row]) -> dict[str, Any]:
    found = _counts(rows)
    cost = _cost(rows)
    told = [one for one in rows if one.tokens is not None]
    paid = [one for one in rows if one.cost is not None]
    return {
        "total_requests": found["requests"],
        "total_tokens": found["tokens"],
        "total_cost": None if cost is None else plain(cost),
        "unique_users": None,  # callers are not told apart
        "unique_models": len(rows),
        "avg_speed_tokens_per_sec": number(median((one.throughput, one.requests) for one in rows)),
        "avg_tokens_per_request": _mean(found["tokens"], told),
        "avg_cost_per_request": _mean(cost, paid),
    }


def _counts(rows: Sequence[Row]) -> dict[str, int | None]:
    told = [one.tokens for one in rows if one.tokens is not None]
    return {
        "requests": sum(one.requests for one in rows),
        "tokens": sum(told) if told else None,
    }


def _cost(rows: Iterable[Row]) -> Decimal | None:
    found: Decimal | None = None
    for one in rows:
        if one.cost is not None:
            found = EXACT.add(found or Decimal(0), Decimal(one.cost))
    return found


def _mean(total: float | Decimal | None, rows: Sequence[Row]) -> float | None:
    requests = sum(one.requests for one in rows)
    return None if total is None or not requests else float(total) / requests


def median(weighted: Iterable[tuple[float | None, int]]) -> float | None:
    """Return the value that at most half of the weight is below; unknown ones do not count."""
    known = sorted((value, weight) for value, weight in weighted if value is not None)
    half, passed = sum(weight for _, weight in known) / 2, 0
    for value, weight in known:
        passed += weight
        if passed >= half:
            return value
    return None


def _most(counts: Mapping[str, Mapping[str, int | None]]) -> str | None:
    """Return whom most requests went to, the first of equals."""
    ordered = sorted((-(found["requests"] or 0), name) for name, found in counts.items())
    return ordered[0][1] if ordered else None
