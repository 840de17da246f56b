"""Statements over the figures of calls, one row for each offer and window with a call."""

import json

from modeldex.query.sql import Statement
from modeldex.query.windows import SORTS, Asked
from modeldex.snapshot.reader import Snapshot

_NOBODY = -1
_COLUMNS = (
    "o.id, o.model, o.provider, a.slug, o.requests, o.tokens, o.cost, o.latency, o.throughput "
    "from observed o cross join authors a on a.number = o.author"
)
_ORDERS = {sort: f"order by o.{sort} desc, o.offer limit ? offset ?" for sort in SORTS}


def most_called(held: Snapshot, asked: Asked) -> Statement:
    """Return the statement that finds a page of the shown offers that are called most."""
    where, values = _shown(held, asked)
    statement = f"select {_COLUMNS} where {where} {_ORDERS[asked.sort]}"
    return statement, [*values, asked.limit, asked.offset]


def total(held: Snapshot, asked: Asked) -> Statement:
    """Return the statement that counts the shown offers that were called."""
    where, values = _shown(held, asked)
    return f"select count(*) from observed o where {where}", values


def of_provider(held: Snapshot, asked: Asked) -> Statement:
    """Return the statement that finds what a provider or an author had called, at some gateways.

    Two statements, since each is answered by an index of its own.
    """
    among, numbers = _among(held, asked)
    if asked.provider is None:
        return f"select {_COLUMNS} where o.window = ? {among}", [asked.seconds, *numbers]
    names = held.gateways.get(asked.provider, _NOBODY), held.authors.get(asked.provider, _NOBODY)
    by_provider = f"select {_COLUMNS} where o.window = ? and o.provider = ? {among}"
    by_author = f"select {_COLUMNS} where o.window = ? and o.author = ? {among}"
    values = [value for name in names for value in (asked.seconds, name, *numbers)]
    return f"{by_provider} union {by_author}", values


def _shown(held: Snapshot, asked: Asked) -> Statement:
    among, numbers = _among(held, asked)
    return f"o.window = ? and o.active = 1 {among}", [asked.seconds, *numbers]


def _among(held: Snapshot, asked: Asked) -> Statement:
    if not asked.gateways:
        return "", []
    numbers = [held.gateways.get(one, _NOBODY) for one in asked.gateways]
    return "and o.provider in (select value from json_each(?))", [json.dumps(numbers)]
