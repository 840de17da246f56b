"""Reports of calls as clients send them, each judged alone."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from modeldex.domain.calls import KEPT, OUTCOMES, Call
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

KEYS = (
    "offer", "at", "outcome", "latency_ms", "first_token_ms", "input_tokens", "output_tokens",
    "cost",
)  # fmt: skip
AHEAD = 60  # seconds by which a caller's clock may run ahead of ours
MOST_MS, MOST_TOKENS = 86_400_000, 10**9
_LONGEST = 1024
_LAST = 2**53  # seconds that are still told apart
Names = dict[str, tuple[int, str]]
_COST = re.compile(r"[0-9]{1,9}(\.[0-9]{1,24})?")
_NAMED = (
    "select n.name, n.kind, case when n.kind = ? then "
    "(select json_extract(cast(b.body as text), '$.id') from offer_native b where b.rank = n.rank)"
    " else n.name end from json_each(?) j cross join names n on n.name = j.value "
    "order by n.kind in (?, ?), n.kind"
)
_OF_MODELS = (schema.MODEL, schema.MODEL_ALIAS)


class Unusable(ValueError):
    """A report that cannot be counted; its text says what is wrong with it."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a report was not counted.

    Attributes:
        index: its place among those that were sent, from 0.
        detail: a sentence.
    """

    index: int
    detail: str


class Judged(msgspec.Struct, frozen=True):
    """The calls that can be counted, and why others cannot, in the order of sending."""

    calls: tuple[Call, ...]
    refused: tuple[Refusal, ...]


def judged(held: Snapshot, items: Sequence[object], now: float) -> Judged:
    """Return the calls that *items* report of offers of the catalog.

    Args:
        items: decoded JSON, decimals as decimals.
        now: unix seconds.
    """
    calls, refused = list[Call](), list[Refusal]()
    ids = _ids(held, items)
    for index, item in enumerate(items):
        try:
            calls.append(call(item, ids, now))
        except Unusable as error:
            refused.append(Refusal(index, str(error)))
    return Judged(tuple(calls), tuple(refused))


def _ids(held: Snapshot, items: Sequence[object]) -> Names:
    """Return, for every name among *items* that means something, its kind and an offer's id."""
    names = [one.get("offer") for one in items if isinstance(one, Mapping)]
    texts = {one for one in names if isinstance(one, str) and len(one) <= _LONGEST}
    found: Names = {}
    values = (schema.OFFER_ALIAS, json.dumps(sorted(texts)), *_OF_MODELS)
    for name, kind, offer in held.rows(_NAMED, values):
        found.setdefault(name, (kind, offer))
    return found


def call(item: object, ids: Names, now: float) -> Call:
    """Return the call that one item reports.

    Args:
        ids: what names mean: the kind of each, and an offer's id.

    Raises:
        Unusable: it cannot be counted.
    """
    if not isinstance(item, Mapping):
        raise Unusable(f"A report must be an object with {', '.join(KEYS)}.")
    unknown = sorted(str(key) for key in item.keys() - set(KEYS))
    if unknown:
        raise Unusable(f"Unknown key {unknown[0]!r:.80}. Allowed: {', '.join(KEYS)}.")
    latency, first = _milliseconds(item, "latency_ms"), _milliseconds(item, "first_token_ms")
    if latency is not None and first is not None and first > latency:
        raise Unusable("first_token_ms is more than latency_ms; both count from the request.")
    return Call(
        offer=_offer(item.get("offer"), ids),
        at=_moment(item.get("at"), now),
        outcome=_outcome(item.get("outcome")),
        latency_ms=latency,
        first_token_ms=first,
        input_tokens=_tokens(item, "input_tokens"),
        output_tokens=_tokens(item, "output_tokens"),
        cost=_cost(item.get("cost")),
    )


def _offer(raw: object, ids: Names) -> str:
    if not isinstance(raw, str) or not raw:
        raise Unusable("offer must be the id of an offer, such as openai/gpt-4o.")
    if raw not in ids:
        raise Unusable(f"No offer is called {raw!r:.200}. Ids are those of /v1/models.")
    kind, offer = ids[raw]
    if kind in _OF_MODELS:
        raise Unusable(f"{raw!r:.200} is a model. Name the offer that was called: a provider's.")
    return offer


def _moment(raw: object, now: float) -> int:
    at = now if raw is None else _seconds(raw)
    if at > now + AHEAD:
        raise Unusable("at is in the future. Leave it out for now, or set the clock right.")
    if at <= now - KEPT:
        raise Unusable(f"at is older than the {KEPT // 86_400} days that calls are kept for.")
    return int(at)


def _seconds(raw: object) -> float:
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        if -_LAST < raw < _LAST:
            return float(raw)
        raise Unusable(f"at is {raw!s:.40}, which is beyond any time. Use unix seconds.")
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        pass
    raise Unusable(
        f"at is {raw!r:.80}. Use unix seconds, or a time with its zone: 2026-08-15T12:30:00Z."
    )


def _outcome(raw: object) -> str:
    if not isinstance(raw, str) or raw not in OUTCOMES:
        raise Unusable(f"outcome is {raw!r:.80}. Use one of: {', '.join(OUTCOMES)}.")
    return raw


def _milliseconds(item: Mapping[Any, Any], key: str) -> float | None:
    raw = item.get(key)
    if raw is None:
        return None
    is_number = isinstance(raw, int | float | Decimal) and not isinstance(raw, bool)
    if not is_number or not 0 <= raw <= MOST_MS:
        raise Unusable(f"{key} is {raw!s:.80}. Use milliseconds from 0 to {MOST_MS:,}.")
    return float(raw)


def _tokens(item: Mapping[Any, Any], key: str) -> int | None:
    raw = item.get(key)
    if raw is None:
        return None
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= MOST_TOKENS:
        raise Unusable(f"{key} is {raw!s:.80}. Use a whole number from 0 to {MOST_TOKENS:,}.")
    return raw


def _cost(raw: object) -> Decimal | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or not _COST.fullmatch(raw):
        raise Unusable(f'cost is {raw!s:.80}. Use USD as a decimal in quotes: "0.00125".')
    return Decimal(raw)
