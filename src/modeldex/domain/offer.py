"""One provider serving one model."""

from decimal import Decimal

import msgspec

from modeldex.domain.listing import Listing
from modeldex.domain.provenance import Doubt, Evidence
from modeldex.domain.rate import Meter, Rate

AVAILABLE, MISSING, DEPRECATED = "available", "missing", "deprecated"
UNLISTED, HIDDEN, RETIRED = "unlisted", "hidden", "retired"
SHOWN = frozenset({AVAILABLE, MISSING, DEPRECATED})
STATUSES = (AVAILABLE, MISSING, DEPRECATED, UNLISTED, HIDDEN, RETIRED)


PUBLIC, TENANT = "public", "tenant"  # who sees it


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """How an offer did for those who call it, rounded to two digits.

    Attributes:
        latency_ms, first_token_ms: percentiles by name (``p50``, ``p90``, ``p99``), milliseconds.
        throughput: output tokens per second, percentiles by name.
        uptime: share of calls that succeeded, 0 to 1, by window (``1h``, ``24h``, ``7d``).
        requests, tokens: of the last 24 hours.
        requests_by_window, tokens_by_window: by window (``1h``, ``24h``, ``7d``, ``30d``).
        cost_by_window: exact decimal strings of USD, by window; absent where none was told.
    """

    latency_ms: dict[str, float] = {}
    first_token_ms: dict[str, float] = {}
    throughput: dict[str, float] = {}
    uptime: dict[str, float] = {}
    requests: int = 0
    tokens: int = 0
    requests_by_window: dict[str, int] = {}
    tokens_by_window: dict[str, int] = {}
    cost_by_window: dict[str, str] = {}


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One provider serving one model, every fact settled.

    Attributes:
        id: ``provider/provider_model_id``; unique and callable.
        facts: the merged listing: what is known of the model as this provider serves it.
        model_id: the model that it serves.
        base: the base of that model, without what makes it a variant.
        variants: words that part it from the base: ``free``, ``fp8`` …
        editions: words that pin or place the same model: a date, a region …
        identified_by: the kind of fact that said so, and its text.
        rates: all rates of the winning source, with their conditions.
        prices: the standard rate in force when the catalog was built.
        pricing_source: id of the source whose rates won; ``None`` when nobody states a price.
        confirmed: the provider's own list has it.
        sources: ids of the sources that speak of it, the strongest first.
        first_seen, last_changed: UTC dates.
        doubts: what looks wrong, the worst first.
        witnesses: independent sources that state what text tokens cost.
        agreed: whether all that state it state the same.
        evidence: who settled each field, where more than one source speaks; what one alone says
            is its word since ``last_changed``.
        visibility: ``public``, or ``tenant`` where only a tenant's own sources speak of it.
        observed: what those who call it report; ``None`` where nobody does.
    """

    id: str
    facts: Listing
    model_id: str
    base: str = ""
    variants: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    identified_by: tuple[str, str] = ("", "")
    rates: tuple[Rate, ...] = ()
    prices: dict[Meter, Decimal] = {}
    pricing_source: str | None = None
    status: str = AVAILABLE
    confirmed: bool = True
    sources: tuple[str, ...] = ()
    first_seen: str
    last_changed: str
    doubts: tuple[Doubt, ...] = ()
    witnesses: int = 0
    agreed: bool = True
    evidence: tuple[Evidence, ...] = ()
    visibility: str = PUBLIC
    observed: Observed | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is shown without ``include_inactive``."""
        return self.status in SHOWN

    @property
    def is_free(self) -> bool:
        """Whether its source says that input and output cost nothing, and names no other cost."""
        stated = {Meter.INPUT, Meter.OUTPUT} <= self.prices.keys()
        return stated and not any(self.prices.values())
