"""Counts of what matches, by who serves and made it and what it can do."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from modeldex.domain.offer import STATUSES
from modeldex.query import sql
from modeldex.query.question import Question
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

Counts = dict[str, int]
Facets = dict[str, Counts]
_MASKS = (schema.INPUT_MODALITIES, schema.OUTPUT_MODALITIES, schema.CAPABILITIES)
_SOME = "offers o where o.rank in (select value from json_each(?))"
_FREE = {1: "true", 0: "false", None: "unknown"}


def of(snapshot: Snapshot, question: Question) -> Facets:
    """Return how many rows that match have each value; models where these are asked for.

    Values are sorted by their counts, the most frequent first. A model counts for each value that
    one of its matching offers has.
    """
    statement = sql.matches(question, snapshot)
    found = _known(snapshot, question, statement)
    status, free = STATUSES.__getitem__, _FREE.__getitem__
    found["status"] = _counted(snapshot, question, "status", statement, status)
    found["is_free"] = _counted(snapshot, question, "free", statement, free)
    return found


def of_then(snapshot: Snapshot, question: Question, offers: Sequence[int]) -> Facets:
    """Return the same of some offers, but for their status and price, which were others then."""
    wanted = json.dumps(offers)
    return _known(snapshot, question, (_SOME, [wanted]))


def _known(snapshot: Snapshot, question: Question, statement: sql.Statement) -> Facets:
    slugs = [one.slug for one in snapshot.providers]
    authors = {number: slug for slug, number in snapshot.authors.items()}
    found = {
        "provider": _counted(snapshot, question, "provider", statement, slugs.__getitem__),
        "author": _counted(snapshot, question, "author", statement, authors.__getitem__),
    }
    for kind in _MASKS:
        found[kind] = _worded(snapshot, question, kind, *statement)
    return found


def _counted(
    snapshot: Snapshot,
    question: Question,
    column: str,
    matching: sql.Statement,
    name: Callable[[Any], str],
) -> Counts:
    where, values = matching
    many = "count(distinct o.model)" if question.unique else "count(*)"
    statement = f"select o.{column}, {many} from {where} group by o.{column}"
    return _sorted({name(one): count for one, count in snapshot.rows(statement, values)})


def _worded(
    snapshot: Snapshot, question: Question, kind: str, where: str, values: Sequence[object]
) -> Counts:
    known = snapshot.words[kind]
    bits = [(1 << number, word) for word, number in known.items() if number < schema.BITS]
    counts: Counter[str] = Counter()
    if question.unique:
        seen = f"select o.model, o.{kind} from {where} group by o.model, o.{kind}"
        masks = Counter(_united(snapshot.rows(seen, values)))
    else:
        statement = f"select o.{kind}, count(*) from {where} group by o.{kind}"
        masks = Counter(dict(snapshot.rows(statement, values)))
    for mask, count in masks.items():
        counts.update({word: count for bit, word in bits if mask & bit})
    rare = {number: word for word, number in known.items() if number >= schema.BITS}
    return _sorted({**counts, **_rare(snapshot, question, kind, rare, where, values)})


def _rare(
    snapshot: Snapshot,
    question: Question,
    kind: str,
    rare: dict[int, str],
    where: str,
    values: Sequence[object],
) -> Counts:
    if not rare:
        return {}
    many = "count(distinct o.model)" if question.unique else "count(*)"
    statement = (
        f"select w.number, {many} from rare_words w cross join offers o on o.rank = w.offer "
        f"where w.kind = ? and o.rank in (select o.rank from {where}) group by w.number"
    )
    return {rare[number]: count for number, count in snapshot.rows(statement, [kind, *values])}


def _united(rows: Iterable[tuple[int, int]]) -> Iterable[int]:
    """Return one mask for each model: what any of its offers has."""
    masks: dict[int, int] = {}
    for model, mask in rows:
        masks[model] = masks.get(model, 0) | mask
    return masks.values()


def _sorted(counts: Counts) -> Counts:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered)
