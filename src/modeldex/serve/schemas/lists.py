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
    mapped,
    maybe,
    ref,
    some,
    told,
)

_ENVELOPE = {
    "object": always("list"),
    "data": told(
        either(
            *(some(ref(one)) for one in ("OfferRow", "ModelRow", "PickedOffer", "PickedModel"))
        ),
        "Offers or models; with `fields`, only those of their fields.",
    ),
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
_COUNTS = mapped(COUNT)
_FACETS = closed(
    {
        "provider": _COUNTS,
        "author": _COUNTS,
        "input_modalities": _COUNTS,
        "output_modalities": _COUNTS,
        "capabilities": _COUNTS,
        "status": _COUNTS,
        "is_free": _COUNTS,
    },
    "How many matching rows have each value.",
)
_ASKED = {"as_of": maybe(TEXT), "known_at": maybe(TEXT), "facets": _FACETS}
SCHEMAS: dict[str, Schema] = {
    "ModelList": closed(_ENVELOPE, "Offers, or with `unique=true` models.", optional=_ASKED),
    "One": either(*map(ref, ("OneOffer", "OneModel", "PickedOffer", "PickedModel"))),
}
