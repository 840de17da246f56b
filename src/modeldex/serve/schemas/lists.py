"""The list of offers or models."""

from modeldex.serve.schemas.words import (
    COUNT,
    MOMENT,
    TEXT,
    YES,
    Schema,
    always,
    closed,
    either,
    maybe,
    ref,
    some,
    told,
)

_ENVELOPE = {
    "object": always("list"),
    "data": either(some(ref("OfferRow")), some(ref("ModelRow"))),
    "total": told(COUNT, "Rows that match."),
    "returned": told(COUNT, "Rows of this answer."),
    "offset": COUNT,
    "limit": maybe(COUNT),
    "has_more": YES,
    "next_offset": told(maybe(COUNT), "Null at the end."),
    "next_cursor": told(maybe(TEXT), "Null at the end."),
    "gateway": told(TEXT, "Those that were asked for, or `all`."),
    "unique": YES,
    "snapshot": told(TEXT, "Id of the catalog that this is from."),
    "timestamp": told(MOMENT, "When that was published."),
}
_THEN = {"as_of": maybe(TEXT), "known_at": maybe(TEXT)}
SCHEMAS: dict[str, Schema] = {
    "ModelList": closed(_ENVELOPE, "Offers, or with `unique=true` models.", optional=_THEN),
    "One": either(ref("OneOffer"), ref("OneModel")),
}
