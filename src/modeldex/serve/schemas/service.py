"""Gateways, health, and what became of reported calls."""

from modeldex.serve.schemas.words import (
    COUNT,
    MOMENT,
    NUMBER,
    TEXT,
    TEXTS,
    YES,
    Schema,
    always,
    closed,
    maybe,
    ref,
    some,
    told,
)

_STATE = {
    "state": told(TEXT, "ok, failing, held, rejected, never asked, or why it cannot be asked."),
    "reason": maybe(TEXT),
    "in_error_state": YES,
    "error_message": maybe(TEXT),
}
_COUNTED = told(COUNT, "Rows of `/v1/models?gateway=`.")
_GATEWAY = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "color": TEXT,
        "site_url": maybe(TEXT),
        "logo_url": TEXT,
        "aliases": TEXTS,
        "book_only": told(YES, "Only published catalogs speak of it."),
        "model_count": _COUNTED,
        **_STATE,
    }
)
HELD = closed(
    {
        "kind": TEXT,
        "reason": TEXT,
        "before": COUNT,
        "now": COUNT,
        "suspicious": COUNT,
        "times": COUNT,
        "first_at": NUMBER,
        "rejected": YES,
    },
    "An answer that the guard holds back.",
)
_SOURCE = closed(
    {
        "id": TEXT,
        "state": TEXT,
        "reason": maybe(TEXT),
        "rows": COUNT,
        "priced": COUNT,
        "missing": COUNT,
        "suspicious": COUNT,
        "asked_at": maybe(NUMBER),
        "answered_at": maybe(NUMBER),
        "next_at": maybe(NUMBER),
        "failure_kind": maybe(TEXT),
        "breaker": TEXT,
        "held": maybe(HELD),
    },
    "One source of a gateway; times are unix seconds.",
)
_STATUS = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "model_count": _COUNTED,
        **_STATE,
        "sources": some(ref("SourceState")),
    }
)
_LIST = {"object": always("list"), "total": COUNT, "snapshot": TEXT}
_TOTALS = ("total_gateways", "total_models", "gateways_with_errors", "gateways_with_zero_models")
_COUNTED_CALLS = closed(
    {
        "accepted": told(COUNT, "Reports that count, or did before."),
        "rejected": COUNT,
        "repeated": told(YES, "Whether the batch was counted before."),
        "errors": some(closed({"index": COUNT, "detail": TEXT})),
    },
    "What became of each report of a batch.",
)
SCHEMAS: dict[str, Schema] = {
    "GatewayList": closed({**_LIST, "data": some(_GATEWAY)}),
    "GatewayStatus": closed(
        {
            **_LIST,
            "data": some(_STATUS),
            "at": told(maybe(NUMBER), "When sources were looked at last, unix seconds."),
            "summary": closed(dict.fromkeys(_TOTALS, COUNT)),
        }
    ),
    "Observed": _COUNTED_CALLS,
    "SourceState": _SOURCE,
    "Health": closed({"status": always("ok")}),
    "Ready": closed(
        {
            "status": always("ready"),
            "snapshot": TEXT,
            "timestamp": MOMENT,
            "offers": COUNT,
            "models": COUNT,
        }
    ),
}
