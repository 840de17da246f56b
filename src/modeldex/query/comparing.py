"""Questions that compare models, and their answers from a snapshot in a few statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeldex.errors import BadValue, QuestionError
from modeldex.query import comparison, parameters, who
from modeldex.query.comparison import CRITERIA, Comparison, Head, Row
from modeldex.query.parameters import ALL, LONGEST, Parameter
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

MOST_MODELS = 100
_KEYS = ("model_ids", "criteria", "gateways")
_GATEWAYS = Parameter(
    "gateways", "Only these serving providers: slugs or aliases, by commas; `all` is the default.",
    {"type": "string", "default": ALL})  # fmt: skip
PARAMETERS = (_GATEWAYS,)
BATCH_PARAMETERS = (
    Parameter("model_ids", "Ids or aliases; better in the body.",
              {"type": "array", "items": {"type": "string"}, "maxItems": MOST_MODELS},
              repeatable=True),
    Parameter("criteria", "What is recommended.",
              {"type": "string", "enum": list(CRITERIA), "default": CRITERIA[0]}),
    _GATEWAYS,
)  # fmt: skip
_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST}
BODY = {
    "type": "object",
    "required": ["model_ids"],
    "additionalProperties": False,
    "properties": {
        "model_ids": {"type": "array", "minItems": 1, "maxItems": MOST_MODELS, "items": _TEXT},
        "criteria": {"type": "string", "enum": list(CRITERIA), "default": CRITERIA[0]},
        "gateways": {"type": "array", "items": _TEXT, "default": [ALL]},
    },
}
_KNOWN = {one.name: one for one in PARAMETERS}
_KNOWN_OF_BATCH = {one.name: one for one in BATCH_PARAMETERS}
# A model is meant before an offer of the same name; an offer stands for its model.
_NAMED = (
    "select j.key, a.kind, case when a.kind in (?, ?) then a.rank else o.model end "
    "from json_each(?) j cross join names a on a.name in (j.value, lower(j.value)) "
    "left join offers o on o.rank = a.rank "
    "where a.name = j.value or a.kind in (?, ?) order by j.key"
)
_HEADS = "select h.rank, h.head from json_each(?) j cross join model_native h on h.rank = j.value"
_OFFERS = (
    "select o.model, n.body from json_each(?) j cross join offers o on o.model = j.value "
    "cross join offer_native n on n.rank = o.rank where o.active = 1 order by o.model, o.place"
)


class Batch(NamedTuple):
    """What is compared, and by what; no gateways are all of them."""

    names: tuple[str, ...]
    criteria: str = CRITERIA[0]
    gateways: tuple[str, ...] = ()


class ComparisonFailure(msgspec.Struct, frozen=True):
    """Why a model is not compared."""

    code: str
    detail: str


class ComparisonResult(msgspec.Struct, frozen=True):
    """One model of a batch: its comparison, or why there is none.

    Attributes:
        gateways_available: those that offer it.
    """

    model_id: str
    comparison: Comparison | None
    gateways_available: tuple[str, ...]
    error: ComparisonFailure | None


class ComparisonAnswer(Comparison, frozen=True, kw_only=True):
    """The comparison of one model, with the snapshot that it is of."""

    object: str = "comparison"
    success: bool = True
    snapshot: str
    timestamp: str


class ComparisonList(msgspec.Struct, frozen=True, kw_only=True):
    """The comparisons of several models, in the order in which they were asked for."""

    object: str = "list"
    success: bool = True
    criteria: str
    models_compared: int
    results: tuple[ComparisonResult, ...]
    snapshot: str
    timestamp: str


def gateways(given: Iterable[tuple[str, str]], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the gateways that query parameters name.

    Raises:
        QuestionError: naming what is allowed.
    """
    values = parameters.collected(given, _KNOWN)
    return _slugs(values.get("gateways", []), known)


def asked(given: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Batch:
    """Return the batch that query parameters ask for.

    Raises:
        QuestionError: naming what is allowed.
    """
    values = parameters.collected(given, _KNOWN_OF_BATCH)
    criteria = values.get("criteria", [CRITERIA[0]])[0]
    names = _names(values.get("model_ids", []))
    return Batch(names, _criteria(criteria), _slugs(values.get("gateways", []), known))


def told(raw: object, known: Mapping[str, str]) -> Batch:
    """Return the batch that a body asks for.

    Raises:
        QuestionError: naming what is allowed.
    """
    if not isinstance(raw, Mapping):
        raise QuestionError("", "Send an object with model_ids.")
    unknown = sorted(str(key) for key in raw.keys() - set(_KEYS))
    if unknown:
        allowed = ", ".join(_KEYS)
        raise QuestionError(unknown[0], f"Unknown key {unknown[0]!r:.80}. Allowed: {allowed}.")
    wanted = raw.get("gateways", [])
    words = [wanted] if isinstance(wanted, str) else _texts("gateways", wanted)
    criteria = raw.get("criteria", CRITERIA[0])
    return Batch(_names(raw.get("model_ids")), _criteria(criteria), _slugs(words, known))


def one(snapshot: Snapshot, name: str, wanted: tuple[str, ...]) -> bytes | None:
    """Return the comparison of the model that *name* means, or whose offer it means."""
    (found,) = _compared(snapshot, Batch((name,), gateways=wanted))
    if found is None:
        return None
    said = msgspec.structs.asdict(found)
    single = ComparisonAnswer(**said, snapshot=snapshot.id, timestamp=snapshot.timestamp)
    return msgspec.json.encode(single)


def batch(snapshot: Snapshot, wanted: Batch) -> bytes:
    """Return the comparisons of several models; the number of statements is always the same."""
    found = _compared(snapshot, wanted)
    results = tuple(map(_result, wanted.names, found))
    return msgspec.json.encode(
        ComparisonList(
            criteria=wanted.criteria,
            models_compared=sum(one is not None for one in found),
            results=results,
            snapshot=snapshot.id,
            timestamp=snapshot.timestamp,
        )
    )


def _compared(snapshot: Snapshot, wanted: Batch) -> list[Comparison | None]:
    ranks = _ranks(snapshot, wanted.names)
    models = json.dumps(sorted(set(ranks.values())))
    heads = {
        rank: msgspec.json.decode(head, type=Head)
        for rank, head in snapshot.rows(_HEADS, (models,))
    }
    offers: dict[int, list[Row]] = {rank: [] for rank in heads}
    for rank, body in snapshot.rows(_OFFERS, (models,)):
        offers[rank].append(msgspec.json.decode(body, type=Row))
    count = len(snapshot.providers)
    return [
        comparison.compare(heads[rank], offers[rank], wanted.gateways, count, wanted.criteria)
        if (rank := ranks.get(place)) is not None
        else None
        for place in range(len(wanted.names))
    ]


def _ranks(snapshot: Snapshot, names: Sequence[str]) -> dict[int, int]:
    """Return the rank of the model that each name means, by the name's place."""
    models = (schema.MODEL, schema.MODEL_ALIAS)
    found: dict[int, tuple[int, int]] = {}
    for place, kind, rank in snapshot.rows(_NAMED, (*models, json.dumps(names), *models)):
        order = models.index(kind) if kind in models else len(models) + kind
        found[place] = min(found.get(place, (order, rank)), (order, rank))
    return {place: rank for place, (_, rank) in found.items()}


def _result(name: str, found: Comparison | None) -> ComparisonResult:
    if found is None:
        detail = f"No offer, model or alias is called {name[:200]!r}."
        return ComparisonResult(name, None, (), ComparisonFailure("model_not_found", detail))
    serving = sorted({one.gateway for one in found.comparisons if one.available})
    return ComparisonResult(name, found, tuple(serving), None)


def _names(raw: Any) -> tuple[str, ...]:
    names = _texts("model_ids", raw)
    if not 1 <= len(names) <= MOST_MODELS:
        raise QuestionError("model_ids", f"model_ids must name 1 to {MOST_MODELS} models.")
    return tuple(names)


def _texts(key: str, raw: Any) -> list[str]:
    if not isinstance(raw, list) or not all(
        isinstance(one, str) and 0 < len(one) <= LONGEST for one in raw
    ):
        problem = f"{key} must be a list of texts of 1 to {LONGEST} characters."
        raise QuestionError(key, problem)
    return raw


def _criteria(raw: Any) -> str:
    if raw not in CRITERIA:
        raise BadValue("criteria", str(raw), f"one of: {', '.join(CRITERIA)}")
    return str(raw)


def _slugs(given: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    return who.gateways("gateways", (word for text in given for word in text.split(",")), known)
