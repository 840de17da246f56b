"""What usages cost."""

from modeldex.domain.rate import Meter
from modeldex.serve.schemas.words import (
    COUNT,
    DECIMAL,
    TEXT,
    TEXTS,
    YES,
    Schema,
    always,
    closed,
    either,
    mapped,
    maybe,
    one_of,
    ref,
    some,
    told,
)

_METER = one_of(*(one.value for one in Meter))
_HEAD = {
    "snapshot": maybe(TEXT),
    "at": TEXT,
    "service_tier": maybe(TEXT),
    "region": maybe(TEXT),
    "currency": always("USD"),
    "usage": closed(
        {
            "shape": TEXT,
            "meters": mapped(DECIMAL),
            "input_tokens": COUNT,
            "output_tokens": COUNT,
            "notes": TEXTS,
        },
        "What was read from the usage that was sent.",
    ),
}
_LINE = closed(
    {
        "meter": _METER,
        "rate": ref("Rate"),
        **dict.fromkeys(("quantity", "per", "amount"), DECIMAL),
        "rule": TEXT,
    }
)
_BILL = {
    "offer": TEXT,
    "model": TEXT,
    "provider": TEXT,
    "total": told(maybe(DECIMAL), "Null where a price that it needs is unknown."),
    "known_total": DECIMAL,
    "exact": YES,
    "rate_id": maybe(TEXT),
    "source": maybe(TEXT),
    "doubts": TEXTS,
    "lines": some(_LINE),
    "missing": some(closed({"meter": _METER, "quantity": DECIMAL, "needed": TEXT})),
}
_OF_OFFER = {"object": always("cost"), **_HEAD, **_BILL}
_OF_MODEL = {
    "object": always("cost.list"),
    **_HEAD,
    "model": TEXT,
    "cheapest": told(maybe(TEXT), "Id of the offer."),
    "data": told(some(closed(_BILL)), "Cheapest first, unknown last."),
}
_INDEX = {"index": COUNT}
_FAILED = closed(
    {
        **_INDEX,
        "object": always("error"),
        "error": closed({"code": TEXT, "parameter": TEXT, "detail": TEXT}),
    }
)
_BATCH = closed(
    {
        "object": always("list"),
        "snapshot": maybe(TEXT),
        "data": some(either(closed(_INDEX | _OF_OFFER), closed(_INDEX | _OF_MODEL), _FAILED)),
    },
    "The answer to each item, in their order.",
)
SCHEMAS: dict[str, Schema] = {
    "Cost": closed(_OF_OFFER, "What a usage costs at one offer."),
    "CostList": closed(_OF_MODEL, "What a usage costs at the offers of a model."),
    "CostBatch": _BATCH,
    "AnyCost": either(ref("Cost"), ref("CostList"), ref("CostBatch")),
}
