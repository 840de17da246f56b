"""Finished bytes for a question: the envelope around fragments that exist already."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from modeldex.dialects import native
from modeldex.errors import BadValue
from modeldex.query import cursor, fields, lists, moments, then
from modeldex.query.question import NATIVE, Moment, Place, Question
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

MODELS = (schema.MODEL, schema.MODEL_ALIAS)
_SLICE = 250  # rows
_BODIES = (
    "select j.key, n.body from json_each(?) j cross join offer_native n on n.rank = j.value "
    "order by j.key"
)
_HEADS = (
    "select n.rank, n.head from json_each(?) j cross join model_native n on n.rank = j.value "
    "order by j.key"
)
_ENTRIES = (
    "select o.model, e.body from json_each(?) j cross join offers o on o.model = j.value "
    "cross join offer_entry e on e.rank = o.rank where o.active or ? order by j.key, o.place"
)


def check(question: Question) -> None:
    """Do nothing for a question that can be answered.

    Raises:
        BadValue: its shape is none of those that are served.
    """
    if question.shape != NATIVE:
        raise BadValue("shape", question.shape, NATIVE)


def page(snapshot: Snapshot, question: Question) -> bytes:
    """Return the whole answer to *question*."""
    return b"".join(stream(snapshot, question))


def stream(snapshot: Snapshot, question: Question) -> Iterator[bytes]:
    """Yield the answer in slices; only one slice of rows is held at a time."""
    check(question)
    found = lists.page(snapshot, question)
    yield native.OPENING
    for start in range(0, len(found.ranks), _SLICE):
        rows = _rows(snapshot, question, found.ranks[start : start + _SLICE])
        if question.fields:
            rows = fields.picked(rows, question.fields)
        yield (b"," if start else b"") + b",".join(rows)
    yield native.closing(_envelope(snapshot, question, found))


def total(snapshot: Snapshot, question: Question) -> int:
    """Return how many rows match, counted once per snapshot and set of filters."""
    return lists.total(snapshot, question)


def counts(snapshot: Snapshot) -> dict[str, int]:
    """Return how many offers of each provider are shown, by slug; once per snapshot."""
    known: dict[str, int] | None = snapshot.memo.get("counts")
    if known is None:
        statement = "select provider, count(*) from offers where active = 1 group by provider"
        found = snapshot.rows(statement)
        known = {snapshot.providers[one].slug: many for one, many in found}
        snapshot.memo["counts"] = known
    return known


def one(
    snapshot: Snapshot, name: str, *, model_first: bool = False, moment: Moment | None = None
) -> bytes | None:
    """Return the row that *name* means: an offer, else a model, else an alias of either.

    Args:
        moment: another one than that of the snapshot; ``None`` comes back where nothing was known
            of it then.
    """
    found = named(snapshot, name, model_first=model_first)
    if found is None:
        return None
    kind, rank = found
    if moment is not None:
        return _one_then(snapshot, kind, rank, moment)
    if kind in MODELS:
        return _unique_rows(snapshot, [rank], include_inactive=True)[0]
    body: bytes = snapshot.rows("select body from offer_native where rank = ?", (rank,))[0][0]
    return body


def named(snapshot: Snapshot, name: str, *, model_first: bool = False) -> tuple[int, int] | None:
    """Return the kind and the rank of what *name* means.

    Ids are case-sensitive; the names of models are lower case, and meant in any.
    """
    found = snapshot.rows("select kind, rank from names where name = ? order by kind", (name,))
    found += snapshot.rows(
        "select kind, rank from names where name = ? and kind in (?, ?) order by kind",
        (name.lower(), *MODELS),
    )
    if not found:
        return None
    kind, rank = min(found, key=lambda pair: _preference(pair[0], model_first=model_first))
    return kind, rank


def _one_then(snapshot: Snapshot, kind: int, rank: int, moment: Moment) -> bytes | None:
    moments.check("as_of", moment.as_of, snapshot.horizon)
    moments.check("known_at", moment.known_at, snapshot.horizon)
    if kind in MODELS:
        rows = then.models(snapshot, moment, [rank], include_inactive=True)
    else:
        rows = then.offers(snapshot, moment, [rank])
    tail = msgspec.json.encode(then.said(moment))
    return rows[0][:-1] + b"," + tail[1:] if rows else None


def _preference(kind: int, *, model_first: bool) -> tuple[bool, int]:
    return (model_first and kind not in MODELS, kind)


def _rows(snapshot: Snapshot, question: Question, ranks: Sequence[int]) -> list[bytes]:
    if question.moment is not None:
        return _rows_then(snapshot, question, question.moment, ranks)
    if question.unique:
        return _unique_rows(snapshot, ranks, include_inactive=question.include_inactive)
    return [body for _, body in snapshot.rows(_BODIES, (json.dumps(ranks),))]


def _rows_then(
    snapshot: Snapshot, question: Question, moment: Moment, ranks: Sequence[int]
) -> list[bytes]:
    if question.unique:
        inactive = question.include_inactive
        return then.models(snapshot, moment, ranks, include_inactive=inactive)
    return then.offers(snapshot, moment, ranks)


def _unique_rows(
    snapshot: Snapshot, ranks: Sequence[int], *, include_inactive: bool
) -> list[bytes]:
    wanted = json.dumps(ranks)
    entries: dict[int, list[bytes]] = {rank: [] for rank in ranks}
    for rank, body in snapshot.rows(_ENTRIES, (wanted, include_inactive)):
        entries[rank].append(body)
    heads = snapshot.rows(_HEADS, (wanted,))
    return [native.unique_row(head, entries[rank]) for rank, head in heads]


def _envelope(snapshot: Snapshot, question: Question, found: lists.Page) -> native.Envelope:
    ends = question.offset + len(found.ranks)
    after = None
    if question.limit is not None and found.ranks and ends < found.total:
        after = cursor.written(question, snapshot.id, Place(ends, found.last))
    return native.Envelope(
        total=found.total,
        returned=len(found.ranks),
        offset=question.offset,
        limit=question.limit,
        next_cursor=after,
        gateway=",".join(question.gateways) or "all",
        unique=question.unique,
        snapshot=snapshot.id,
        timestamp=snapshot.timestamp,
        then=then.said(question.moment) if question.moment else {},
        facets=lists.facets(snapshot, question) if question.facets else None,
    )
