"""Statements for lists in other services' shapes."""

from msgspec.structs import replace

from modeldex.query import sql
from modeldex.query.question import Question
from modeldex.query.sql import Statement
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import sort_column

_NO_LIMIT = -1
_TAKEN = "from json_each(?) j cross join {table} b on b.rank = j.value order by j.key"


def bodies(table: str, column: str = "body") -> str:
    """Return the statement that gives a column of a table for a JSON list of ranks, in order."""
    return f"select b.{column} {_TAKEN.format(table=table)}"


def body(table: str) -> str:
    """Return the statement that gives the body of a rank."""
    return f"select body from {table} where rank = ?"


def pairs(left: str, right: str) -> str:
    """Return the statement that gives the bodies of two tables side by side, in order."""
    return (
        f"select l.body, r.body from json_each(?) j cross join {left} l on l.rank = j.value "
        f"cross join {right} r on r.rank = j.value order by j.key"
    )


def having(question: Question, snapshot: Snapshot, table: str, column: str = "body") -> Statement:
    """Return the statement that finds a page of the rows for which a fragment is there."""
    found, values = _having(question, snapshot, table, column, "q.rank")
    limit = _NO_LIMIT if question.limit is None else question.limit
    return f"{found} limit ? offset ?", [*values, limit, question.offset]


def total(question: Question, snapshot: Snapshot, table: str, column: str) -> Statement:
    """Return the statement that counts the matching rows for which a fragment is there."""
    return _having(replace(question, sort="id"), snapshot, table, column, "count(*)")


def _having(
    question: Question, snapshot: Snapshot, table: str, column: str, what: str
) -> Statement:
    # What matches is materialised in its order, and the join reads it as it comes.
    found, values = sql.ranks(replace(question, limit=None, offset=0), snapshot)
    bare = question.sort == "relevance" or (question.unique and question.sort == "id")
    matching = f"with q({'rank' if bare else 'rank, place'}) as materialized ({found})"
    joined = f"q cross join {table} b on b.rank = q.rank where b.{column} is not null"
    return f"{matching} select {what} from {joined}", values


def edge(question: Question, rank: int) -> Statement:
    """Return the statement that gives the place of a row in the order of a list.

    Args:
        question: sorted by one of ``schema.SORTS``.
    """
    return f"select {_column(question)} from {_table(question)} where rank = ?", [rank]


def before(question: Question, rank: int, snapshot: Snapshot) -> Statement:
    """Return the statement that counts the matching rows before the one of a rank.

    Args:
        question: sorted by one of ``schema.SORTS``.
    """
    walks = sql.is_unfiltered(question)  # then the order's own index counts
    where, values = sql.matches(replace(question, sort="id"), snapshot, walks=walks)
    is_before = f"{_column(question)} < ({edge(question, rank)[0]})"
    if not question.unique:
        statement = f"select count(*) from {where} and o.{is_before}"
    elif walks and not question.include_inactive:
        statement, values = f"select count(*) from models where active = 1 and {is_before}", []
    else:
        matching = f"select o.model from {where}"
        statement = f"select count(*) from models where rank in ({matching}) and {is_before}"
    return statement, [*values, rank]


def _table(question: Question) -> str:
    return "models" if question.unique else "offers"


def _column(question: Question) -> str:
    return sort_column(question.sort, question.order)
