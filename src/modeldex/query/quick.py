"""Which models answer at once, as those measured it who call them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeldex.dialects.speeds import number
from modeldex.domain.calls import DAY
from modeldex.errors import BadValue
from modeldex.query import parameters
from modeldex.query.parameters import Parameter
from modeldex.query.sums import median
from modeldex.snapshot.reader import Snapshot

LOW, ULTRA = 500, 100  # milliseconds, medians below
_TIERS = (  # up to a median of so many milliseconds
    (ULTRA, 1, "ultra-low latency: half of the calls take less than 100 ms"),
    (LOW, 2, "low latency: half of the calls take less than 500 ms"),
    (2000, 3, "moderate latency: half of the calls take less than 2 s"),
    (float("inf"), 4, "high latency: half of the calls take 2 s or more"),
)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
TIMED = (
    "select id, model, provider, latency, requests from observed "
    "where window = ? and active = 1 and latency is not null order by latency, offer"
)
PARAMETERS = (
    Parameter(
        "include_ultra_only", f"Only medians below {ULTRA} ms.",
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "include_alternatives", "Also `alternatives`: quick offers of models that others serve "
        "slowly.", {"type": "boolean", "default": True},
    ),
)  # fmt: skip


class Asked(msgspec.Struct, frozen=True):
    """A question about quick models."""

    below: int
    alternatives: bool


class Timed(NamedTuple):
    """An offer whose median latency is known, in milliseconds."""

    id: str
    model: str
    provider: int
    latency: float
    requests: int


def question(given: Iterable[tuple[str, str]]) -> Asked:
    """Return what query parameters ask.

    Raises:
        UnknownParameter: naming the allowed ones.
        BadValue: naming the allowed values.
    """
    values = parameters.collected(given, {one.name: one for one in PARAMETERS})
    ultra = _boolean(values, "include_ultra_only", default=False)
    return Asked(
        below=ULTRA if ultra else LOW,
        alternatives=_boolean(values, "include_alternatives", default=True),
    )


def models(held: Snapshot, asked: Asked) -> bytes:
    """Return the offers whose median latency is low, the quickest first, and how providers do."""
    timed = list(map(Timed._make, held.rows(TIMED, (DAY,))))
    quick = [one for one in timed if one.latency < asked.below]
    providers = _providers(held, timed)
    body: dict[str, Any] = {
        "models": [one.id for one in quick],
        "count": len(quick),
        "latency_ms": {one.id: number(one.latency) for one in quick},
        "providers_by_speed": [slug for slug, _ in providers],
        "provider_tiers": {slug: _tier(latency) for slug, latency in providers},
        "threshold_ms": asked.below,
        "window_seconds": DAY,
        "snapshot": held.id,
        "timestamp": held.timestamp,
    }
    if asked.alternatives:
        body["alternatives"] = _alternatives(timed, quick)
    return msgspec.json.encode(body)


def _providers(held: Snapshot, timed: Sequence[Timed]) -> list[tuple[str, float]]:
    """Return each provider's latency, that of the offer its median request went to, sorted."""
    weighted: dict[int, list[tuple[float | None, int]]] = defaultdict(list)
    for one in timed:
        weighted[one.provider].append((one.latency, one.requests))
    found = {held.providers[place].slug: median(each) for place, each in weighted.items()}
    known = [(slug, latency) for slug, latency in found.items() if latency is not None]
    return sorted(known, key=lambda one: (one[1], one[0]))


def _tier(latency: float) -> dict[str, Any]:
    tier, description = next((n, said) for most, n, said in _TIERS if latency < most)
    return {"tier": tier, "description": description, "latency_ms": number(latency)}


def _alternatives(timed: Sequence[Timed], quick: Sequence[Timed]) -> dict[str, list[str]]:
    """Return the quick offers of each model that somebody else serves slowly, quickest first."""
    slow = {one.model for one in timed[len(quick) :]}
    found: dict[str, list[str]] = {}
    for one in quick:
        if one.model in slow:
            found.setdefault(one.model, []).append(one.id)
    return dict(sorted(found.items()))


def _boolean(values: Mapping[str, list[str]], name: str, *, default: bool) -> bool:
    given = values.get(name, [str(default)])[0]
    found = _BOOLEANS.get(given.lower())
    if found is None:
        raise BadValue(name, given, "true or false")
    return found
