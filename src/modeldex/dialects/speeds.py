"""How offers do for those who call them, as native rows say it; unknown is null."""

from collections.abc import Iterable, Mapping
from typing import Any

from modeldex.domain.offer import Observed, Offer

_NOTHING = Observed()
_MEDIAN = "p50"


def of_offer(observed: Observed | None) -> dict[str, Any]:
    """Return the fields of an offer's row: percentiles of the last 24 hours, and uptimes."""
    found = observed or _NOTHING
    return {
        **of_entry(observed),
        "latency": _numbers(found.latency_ms),
        "first_token": _numbers(found.first_token_ms),
        "throughput": _numbers(found.throughput),
        "uptime": _numbers(found.uptime),
        "popularity": observed.requests if observed else None,
    }


def of_entry(observed: Observed | None) -> dict[str, Any]:
    """Return the fields of an element of a unique row's ``providers``."""
    found = observed or _NOTHING
    return {"health_status": found.health, "average_response_time_ms": median(observed)}


def fastest(offers: Iterable[Offer]) -> dict[str, Any]:
    """Return the fields of a unique row: whose median latency is the lowest."""
    timed = [(time, one.facts.provider) for one in offers if (time := median(one.observed))]
    time, provider = min(timed, default=(None, None))
    return {"fastest_provider": provider, "fastest_response_time": time}


def median(observed: Observed | None) -> float | None:
    """Return the median latency in milliseconds, ``None`` where nobody told any."""
    return number(observed.latency_ms.get(_MEDIAN)) if observed else None


def number(value: float | None) -> float | None:
    """Return a whole number as such, so that it is written without a point."""
    return int(value) if value is not None and value.is_integer() else value


def _numbers(found: Mapping[str, float]) -> dict[str, float | None] | None:
    return {name: number(value) for name, value in found.items()} or None
