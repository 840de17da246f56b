"""Which rows answer a question, in their order, and how many there are.

What is counted once is remembered with the snapshot: totals and facets by filter, and the few last
lists of other moments, which cost as much to cut as to make.
"""

from array import array
from collections.abc import Sequence
from typing import cast

import msgspec
from msgspec.structs import replace

from modeldex.query import sql, sql_facets, sql_then
from modeldex.query.question import Moment, Question
from modeldex.snapshot.reader import Snapshot

_MOST_TOTALS, _MOST_FACETS, _MOST_LISTS = 2000, 50, 24


class Page(msgspec.Struct, frozen=True):
    """A part of a list.

    Attributes:
        ranks: of its rows, in order.
        total: rows of the whole list.
        last: place of the last row in the order of the list, where that has ranks.
    """

    ranks: Sequence[int]
    total: int
    last: int = 0


def page(snapshot: Snapshot, question: Question) -> Page:
    """Return the part of a list that *question* asks for."""
    if question.moment is not None:
        every = _then(snapshot, question, question.moment)
        ends = None if question.limit is None else question.offset + question.limit
        return Page(list(every[question.offset : ends]), len(every))
    if question.facets:
        facets(snapshot, question)  # counts the total as well
    matching = total(snapshot, question)
    rows = snapshot.rows(*sql.ranks(question, snapshot, matching))
    left = max(0, matching - question.offset)
    if len(rows) < (left if question.limit is None else min(left, question.limit)):
        rows = snapshot.rows(*sql.ranks(question, snapshot))
    return Page([row[0] for row in rows], matching, rows[-1][-1] if rows else 0)


def total(snapshot: Snapshot, question: Question) -> int:
    """Return how many rows match."""
    if question.moment is not None:
        return len(_then(snapshot, question, question.moment))
    found = snapshot.memo.get(question.filters)  # other threads may clear it at any moment
    if found is None:
        found = int(snapshot.rows(*sql.total(question, snapshot))[0][0])
        _keep_total(snapshot, question, found)
    return cast("int", found)


def _keep_total(snapshot: Snapshot, question: Question, found: int) -> None:
    if len(snapshot.memo) >= _MOST_TOTALS:
        snapshot.memo.clear()
    snapshot.memo[question.filters] = found


def facets(snapshot: Snapshot, question: Question) -> sql_facets.Facets:
    """Return how many matching rows have each value."""
    kept = cast("dict[Question, sql_facets.Facets]", snapshot.memo.setdefault("facets", {}))
    found = kept.get(question.filters)
    if found is None:
        total, found = _counted(snapshot, question)
        if question.moment is None:
            _keep_total(snapshot, question, total)
        if len(kept) >= _MOST_FACETS:
            kept.clear()
        kept[question.filters] = found
    return found


def _counted(snapshot: Snapshot, question: Question) -> sql_facets.Found:
    if question.moment is None:
        return sql_facets.of(snapshot, question)
    offers = replace(question.filters, unique=False)
    return sql_facets.of_then(snapshot, question, list(_then(snapshot, offers, question.moment)))


def _then(snapshot: Snapshot, question: Question, moment: Moment) -> "array[int]":
    """Return the whole list of another moment."""
    key = replace(question.filters, sort=question.sort, order=question.order)
    kept = cast("dict[Question, array[int]]", snapshot.memo.setdefault("then", {}))
    found = kept.get(key)
    if found is None:
        rows = snapshot.rows(*sql_then.ranks(key, moment, snapshot))
        found = array("i", [rank for (rank,) in rows])
        if len(kept) >= _MOST_LISTS:
            kept.clear()
        kept[key] = found
    return found
