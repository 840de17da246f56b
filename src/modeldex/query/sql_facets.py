"""Counts of what matches, by who serves and made it and what it can do.

What matches is read once, as a set of spots; the snapshot holds such a set for each value. To
count a value is to count the bits that both have.
"""

import json
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import msgspec

from modeldex.query import sql
from modeldex.query.question import Question
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

Counts = dict[str, int]
Facets = dict[str, Counts]
_SOME = "offers o where o.rank in (select value from json_each(?))"


class Found(NamedTuple):
    """How many rows match, and how many of them have each value."""

    total: int
    facets: Facets


class _Sets(msgspec.Struct, frozen=True):
    """The sets of a snapshot.

    Attributes:
        values: sets of offers by kind and value.
        ends: the spot after each model.
        within: all other spots.
        authors: the spots of each: first, and first of the next one.
    """

    values: dict[str, dict[str, int]]
    ends: int
    within: int
    authors: dict[str, tuple[int, int]]


def of(snapshot: Snapshot, question: Question) -> Found:
    """Return how many rows match and have each value; models where these are asked for.

    Values are sorted by their counts, the most frequent first. A model counts for each value that
    one of its matching offers has.
    """
    return _found(snapshot, question, sql.matches(question, snapshot, spots=True))


def of_then(snapshot: Snapshot, question: Question, offers: Sequence[int]) -> Found:
    """Return the same of some offers, but for their status and price, which were others then."""
    found = _found(snapshot, question, (_SOME, [json.dumps(offers)]))
    today = (schema.STATUS, schema.IS_FREE)
    then = {kind: counts for kind, counts in found.facets.items() if kind not in today}
    return Found(found.total, then)


def _found(snapshot: Snapshot, question: Question, matching: sql.Statement) -> Found:
    sets, spots = _sets(snapshot), _spots(snapshot, matching)
    facets = {
        schema.PROVIDER: _counted(sets, question, schema.PROVIDER, spots),
        "author": _by_author(sets, question, spots),
    }
    for kind in schema.WORDS_COUNTED:
        common = _counted(sets, question, kind, spots)
        facets[kind] = {**common, **_rare(snapshot, question, kind, matching)}
    for kind in (schema.STATUS, schema.IS_FREE):
        facets[kind] = _counted(sets, question, kind, spots)
    total = _rows(sets, question, spots).bit_count()
    return Found(total, {kind: _sorted(counts) for kind, counts in facets.items()})


def _spots(snapshot: Snapshot, matching: sql.Statement) -> int:
    """Return the set of all offers that match."""
    where, values = matching
    found = snapshot.rows(f"select o.word, sum(o.bit) from {where} group by o.word", values)
    words = [0] * (max((word for word, _ in found), default=-1) + 1)
    for word, bits in found:
        words[word] = bits
    return int.from_bytes(struct.pack(f"<{len(words)}I", *words), "little")


def _rows(sets: _Sets, question: Question, spots: int) -> int:
    """Return a bit for each row: the offers themselves, or the ends of their models."""
    return (spots + sets.within) & sets.ends if question.unique else spots


def _counted(sets: _Sets, question: Question, kind: str, spots: int) -> Counts:
    return {
        value: _rows(sets, question, spots & its).bit_count()
        for value, its in sets.values.get(kind, {}).items()
    }


def _by_author(sets: _Sets, question: Question, spots: int) -> Counts:
    bits = f"{_rows(sets, question, spots):b}"[::-1]
    return {slug: bits.count("1", *its) for slug, its in sets.authors.items()}


def _rare(snapshot: Snapshot, question: Question, kind: str, matching: sql.Statement) -> Counts:
    known = snapshot.words[kind]
    rare = {number: word for word, number in known.items() if number >= schema.BITS}
    if not rare:
        return {}
    where, values = matching
    many = "count(distinct o.model)" if question.unique else "count(*)"
    statement = (
        f"select w.number, {many} from rare_words w cross join offers o on o.rank = w.offer "
        f"where w.kind = ? and o.rank in (select o.rank from {where}) group by w.number"
    )
    return {rare[number]: count for number, count in snapshot.rows(statement, [kind, *values])}


def _sorted(counts: Counts) -> Counts:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {value: count for value, count in ordered if count}


def _sets(snapshot: Snapshot) -> _Sets:
    """Return the sets of a snapshot, read once."""
    found = cast("_Sets | None", snapshot.memo.get("sets"))
    if found is None:
        found = snapshot.memo["sets"] = _read(snapshot)
    return found


def _read(snapshot: Snapshot) -> _Sets:
    values: dict[str, dict[str, int]] = {}
    for kind, value, spots in snapshot.rows("select kind, value, spots from sets"):
        values.setdefault(kind, {})[value] = int.from_bytes(spots, "little")
    ends = values.pop(schema.ENDS)[""]
    first = "select slug, beginning from authors where beginning is not null order by beginning"
    begins = [*snapshot.rows(first), ("", ends.bit_length())]
    authors = {slug: (start, end) for (slug, start), (_, end) in pairwise(begins)}
    within = ends ^ ((1 << ends.bit_length()) - 1)
    return _Sets(values, ends, within, authors)
