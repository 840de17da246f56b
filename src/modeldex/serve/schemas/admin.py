"""What an operator states, and what is answered to him."""

from modeldex.domain import desk
from modeldex.domain.rate import Meter
from modeldex.serve.schemas.service import HELD
from modeldex.serve.schemas.words import (
    ANYTHING,
    COUNT,
    DATE,
    MOMENT,
    NUMBER,
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

_WHY = {"reason": maybe(TEXT)}
_SEEN = {
    "providers": told(TEXTS, "Slugs; none allows all."),
    "models": told(TEXTS, "Patterns (`*`, `?`) of ids; none allows all."),
}
_WHOSE = {"tenant": maybe(TEXT)}
KEY_FIELDS: dict[str, Schema] = {
    **_WHY,
    **_SEEN,
    **_WHOSE,
    "name": TEXT,
    "scopes": {**some(one_of("read", "observe", "admin")), "minItems": 1},
    "networks": told(TEXTS, "Addresses and networks from which it counts; none is everywhere."),
    "limit": told(maybe(TEXT), "Such as `600/minute`, or `off`."),
    "private": told(YES, "Whether it sees its tenant's own models."),
    "expires_at": told(maybe({"type": "integer"}), "Unix seconds."),
}
_PER = one_of("1", "1K", "1M")
_USD = told(either(TEXT, NUMBER), "A decimal; as text it is exact.")
_AMOUNT = closed({"usd": _USD, "per": _PER})
_TIER = closed(
    {"usd": _USD, "per": _PER},
    "A rate as it is stated.",
    optional={"service_tier": maybe(TEXT), "min_input_tokens": maybe(COUNT)},
)


def _by_meter(values: Schema) -> Schema:
    names = one_of(*(one.value for one in Meter))
    return {**mapped(values), "propertyNames": names}


_RATES = _by_meter(either(ref("StatedRate"), some(ref("StatedRate"))))
_TEXTS_OF_MODEL = (
    "name", "description", "author", "hugging_face_id", "canonical_slug", "status",
    "release_date", "knowledge_cutoff", "deprecation_date", "expiration_date", "successor",
)  # fmt: skip
_LISTS_OF_MODEL = ("input_modalities", "output_modalities", "supported_parameters")
_OF_MODEL: dict[str, Schema] = {
    **_WHY,
    **dict.fromkeys(_TEXTS_OF_MODEL, maybe(TEXT)),
    **dict.fromkeys(_LISTS_OF_MODEL, maybe(TEXTS)),
    **dict.fromkeys(("context_length", "max_output_tokens"), maybe({"type": "integer"})),
    **dict.fromkeys(("is_private", "open_weights"), maybe(YES)),
    "rates": _RATES,
    "capabilities": mapped(YES),
}
# What is stated of an entry, by its kind: what must be, and what may be.
_STATED: dict[str, tuple[dict[str, Schema], dict[str, Schema]]] = {
    desk.TENANT: ({"tenant": TEXT}, {"name": maybe(TEXT), **_SEEN, **_WHY}),
    desk.KEY: ({}, {**KEY_FIELDS, "revoked_at": maybe({"type": "integer"})}),
    desk.MODEL: ({"tenant": TEXT, "provider": TEXT, "model": TEXT}, _OF_MODEL),
    desk.OVERRIDE: (
        {"rates": _RATES},
        {
            "provider": maybe(TEXT),
            "model": TEXT,
            **_WHOSE,
            "key": maybe(TEXT),
            "expires": maybe(DATE),
            "against": _by_meter(_AMOUNT),
            **_WHY,
        },
    ),
    desk.JOIN: ({"name": TEXT, "into": TEXT}, {**_WHOSE, **_WHY}),
    desk.PART: ({"name": TEXT}, {**_WHOSE, **_WHY}),
    desk.ALIAS: ({"name": TEXT, "means": TEXT}, {**_WHOSE, **_WHY}),
}
_ENTRY = {
    "id": TEXT,
    "version": COUNT,
    **_WHOSE,
    "created_at": told(COUNT, "Unix seconds."),
    "changed_at": told(COUNT, "Unix seconds."),
}
_SNAPSHOT = closed(
    {
        "object": always("snapshot"),
        "id": TEXT,
        "timestamp": MOMENT,
        "since": maybe(NUMBER),
        "size": COUNT,
        "current": YES,
        "pinned": YES,
    }
)
_SOURCE = closed(
    {
        "object": always("source"),
        "enabled": YES,
        **dict.fromkeys(("id", "provider", "name", "state", "breaker"), TEXT),
        "book": YES,
        **dict.fromkeys(("evidence", "reason", "failure_kind", "outcome"), maybe(TEXT)),
        **dict.fromkeys(("rows", "priced", "missing", "suspicious", "failures", "bytes"), COUNT),
        **dict.fromkeys(("asked_at", "answered_at", "failed_at", "next_at"), maybe(NUMBER)),
        "seconds": NUMBER,
        "held": maybe(HELD),
    },
    "A source; times are unix seconds.",
)
_HIDDEN = closed({"object": always("hidden"), "offer": TEXT})
_DONE = closed(
    {
        "object": always("decision"),
        "action": one_of("accept", "reject", "refresh"),
        "source": TEXT,
        "done": told(YES, "Whether it was carried out; else it waits for its turn."),
    }
)
_LINE = closed(
    {
        "number": COUNT,
        "at": COUNT,
        **dict.fromkeys(("who", "action", "kind", "target"), TEXT),
        "before": told(ANYTHING, "What was stated; null where nothing was."),
        "after": told(ANYTHING, "What is stated; null where nothing is."),
    }
)
_SETTING = closed({"value": ANYTHING, "origin": TEXT})


def _listed(data: Schema, **more: Schema) -> Schema:
    return closed({"object": always("list"), "data": some(data), **more})


def _of_kind(kind: str) -> dict[str, Schema]:
    """Return the shapes of a kind of entry: what is stated, changed, shown and listed."""
    name = kind.capitalize()
    must, may = _STATED[kind]
    changes = {field: maybe(shape) for field, shape in (must | may).items()}
    shown = {"object": always(kind), **_ENTRY, "stated": ref(f"{name}Stated")}
    return {
        f"{name}Stated": closed(must, optional=may),
        f"{name}Changes": closed({}, "Fields to change; null removes one.", optional=changes),
        f"{name}Entry": closed(shown),
        f"{name}Entries": _listed(ref(f"{name}Entry"), total=COUNT),
    }


_ENTRIES = {name: shape for kind in _STATED for name, shape in _of_kind(kind).items()}
_ENTRIES["KeyChanges"] = closed({}, optional={k: maybe(v) for k, v in KEY_FIELDS.items()})
SCHEMAS: dict[str, Schema] = {
    **_ENTRIES,
    "StatedRate": _TIER,
    "NewKey": closed({}, optional=KEY_FIELDS),
    "MadeKey": closed(
        {
            "object": always(desk.KEY),
            **_ENTRY,
            "stated": ref("KeyStated"),
            "token": told(TEXT, "Shown this once."),
            "notice": TEXT,
        }
    ),
    "Snapshot": _SNAPSHOT,
    "SnapshotList": _listed(ref("Snapshot"), total=COUNT, pinned=maybe(TEXT)),
    "Source": _SOURCE,
    "SourceList": _listed(ref("Source"), total=COUNT, at=maybe(NUMBER)),
    "Hidden": _HIDDEN,
    "HiddenList": _listed(ref("Hidden"), total=COUNT),
    "Decided": _DONE,
    "Decide": closed({}, optional={"model": told(TEXT, "One model of the source.")}),
    "Hide": closed({"offer": told(TEXT, "Id of the offer.")}),
    "Audit": _listed(_LINE, next=maybe(COUNT)),
    "Settings": closed({"object": always("settings"), "settings": mapped(_SETTING)}),
}
