"""What was true before: a model's history, changes, and sets of rates."""

from modeldex.domain.history import KINDS
from modeldex.serve.schemas.words import (
    ANYTHING,
    COUNT,
    MOMENT,
    TEXT,
    YES,
    Schema,
    always,
    closed,
    maybe,
    one_of,
    ref,
    some,
    told,
)

_TIMES = {"from": maybe(MOMENT), "until": maybe(MOMENT)}
_PERIOD = closed(
    {
        **_TIMES,
        "listed": YES,
        "source": maybe(TEXT),
        "rate_id": maybe(TEXT),
        "pricing": maybe(ref("RowPricing")),
        "rates": some(ref("Rate")),
    },
    "A time in which nothing changed.",
)
_CHANGE = closed(
    {
        "id": TEXT,
        "kind": one_of(*KINDS),
        "offer": maybe(TEXT),
        "model": TEXT,
        "provider": TEXT,
        "source": maybe(TEXT),
        "decisive": told(YES, "Whether it changed what is served."),
        "field": maybe(TEXT),
        "old": told(ANYTHING, "What it was; null is unknown."),
        "new": told(ANYTHING, "What it is; null is unknown."),
        "happened_at": MOMENT,
        "recorded_at": MOMENT,
    },
    "One change, as it was learned.",
)
_HISTORY = closed(
    {
        "object": always("history"),
        "model": TEXT,
        "snapshot": TEXT,
        "offers": some(closed({"id": TEXT, "provider": TEXT, "periods": some(ref("Period"))})),
        "changes": some(ref("Change")),
    },
    "The offers of a model over time.",
    optional={"known_at": maybe(TEXT)},
)
_CHANGES = closed(
    {
        "object": always("list"),
        "data": some(ref("Change")),
        "returned": COUNT,
        "limit": COUNT,
        "has_more": YES,
        "next_cursor": told(TEXT, "Ask with it for what is learned later."),
        "snapshot": TEXT,
        "timestamp": MOMENT,
    },
    "What changed, in the order in which it was learned.",
)
_RATES = closed(
    {
        "object": always("rate_set"),
        "id": TEXT,
        "rates": some(ref("Rate")),
        "pricing": maybe(ref("RowPricing")),
        "offers": told(some(closed({"offer": TEXT, **_TIMES})), "Which were listed at it, when."),
    },
    "A set of rates.",
)
SCHEMAS: dict[str, Schema] = {
    "Period": _PERIOD,
    "Change": _CHANGE,
    "History": _HISTORY,
    "ChangeList": _CHANGES,
    "RateSet": _RATES,
}
