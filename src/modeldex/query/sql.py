"""From a question to one statement over the narrow tables.

A page is read in one of two ways. *Walking* follows the index of the order and looks at each row
until the page is full: right where most rows match, and given up where those that match turn out
to stand far off. *Gathering* reads the index that holds all
that is filtered by, and sorts what matches: right where few do.
"""

from modeldex.query import sql_filters, sql_text
from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import sort_column

Statement = tuple[str, list[object]]
_NO_LIMIT = -1
_NOWHERE, _EVERYWHERE = 0, -1
_FAR = 3  # a walk ends at so many times the rows that it should have to look at
_SEEK, _SORTED = 10, 15  # what it costs to look at a row, and to sort one; to read one is 1


def ranks(question: Question, snapshot: Snapshot, matching: int | None = None) -> Statement:
    """Return the statement that finds a page's rows, in order: rank first, place last.

    Args:
        matching: how many rows match in all, where that is known. The statement may then give up
            and find fewer rows than there are; without it, it never does.
    """
    reach = _reach(question, snapshot, matching)
    if question.sort == "relevance":
        statement, values = _by_relevance(question, snapshot)
    elif question.unique:
        statement, values = _models(question, snapshot, reach)
    else:
        statement, values = _offers(question, snapshot, reach)
    limit = _NO_LIMIT if question.limit is None else question.limit
    passed = question.offset if question.place is None or question.sort == "relevance" else 0
    return f"{statement} limit ? offset ?", [*values, limit, passed]


def total(question: Question, snapshot: Snapshot) -> Statement:
    """Return the statement that counts all matching rows."""
    where, values = matches(question, snapshot)
    if not question.unique:
        return f"select count(*) from {where}", values
    if is_unfiltered(question):
        return "select count(*) from models where active in (?, 1)", [_least(question)]
    return f"select count(distinct o.model) from {where}", values


def matches(
    question: Question,
    snapshot: Snapshot,
    *,
    walks: bool = False,
    scored: bool = False,
    spots: bool = False,
) -> Statement:
    """Return what follows ``from`` for all offers that match: the tables and the condition.

    Args:
        walks: the index of an order is followed.
        scored: there is a score of the text as well.
        spots: offers are best read by their spots, unless few are known to match.
    """
    where, values = sql_filters.of(question, snapshot)
    if question.text is None:
        # SQLite takes the whole table where it guesses that most of it matches.
        served = question.gateways or question.provider is not None
        index = "offers_spots" if spots and not served else "offers_traits"
        index = index if question.author is None else "offers_author"
        return f"offers o {'' if walks else f'indexed by {index} '}where {where}", values
    hits = sql_text.hits(scored=scored)
    values = [sql_text.match(question.text), *values]
    return f"{hits} cross join offers o on o.rank = h.rank where {where}", values


def is_unfiltered(question: Question) -> bool:
    """Return whether everything that is shown matches."""
    shown = Question(unique=question.unique, include_inactive=question.include_inactive)
    return question.filters == shown


def _by_relevance(question: Question, snapshot: Snapshot) -> Statement:
    where, values = matches(question, snapshot, scored=True)
    if question.unique:
        by_model = "group by o.model order by min(h.score), o.model"
        return f"select o.model from {where} {by_model}", values
    return f"select o.rank from {where} order by h.score, o.rank", values


def _offers(question: Question, snapshot: Snapshot, reach: int) -> Statement:
    where, values = matches(question, snapshot, walks=bool(reach))
    column, direction = _column(question, "o.rank", "o")
    after, passed = _stretch(question, column, reach, "offers")
    order = f"{'' if reach else '+'}{column} {direction}"
    statement = f"select o.rank, {column} from {where}{after} order by {order}"
    return statement, [*values, *passed]


def _models(question: Question, snapshot: Snapshot, reach: int) -> Statement:
    """Find models; one matches when one of its offers matches all filters."""
    where, values = matches(question, snapshot, walks=bool(reach))
    if question.sort == "id":
        column, direction = _column(question, "o.model", "o")
        after, passed = _stretch(question, column, reach, "models")
        order = f"{'' if reach else '+'}o.model {direction}"
        statement = f"select distinct o.model from {where}{after} order by {order}"
        return statement, [*values, *passed]
    column, _ = _column(question, "", "m")
    after, passed = _stretch(question, column, reach, "models")
    if is_unfiltered(question):
        shown, values = "m.active in (?, 1)", [_least(question)]
        if not question.include_inactive:
            shown, values = "m.active = 1", []
    elif reach:
        shown = f"m.active = 1 and exists (select 1 from {where} and o.model = m.rank)"
    else:
        shown = f"m.rank in (select o.model from {where})"
    order = f"{'' if reach else '+'}{column}"
    statement = f"select m.rank, {column} from models m where {shown}{after} order by {order}"
    return statement, [*values, *passed]


def _column(question: Question, by_id: str, table: str) -> tuple[str, str]:
    """Return the column that a list is ordered by, and its direction."""
    if question.sort == "id":
        return by_id, "desc" if question.order == "desc" else "asc"
    return f"{table}.{sort_column(question.sort, question.order)}", ""


def _stretch(question: Question, column: str, reach: int, table: str) -> Statement:
    """Return the condition on the part of the order that is looked at, from the place on."""
    falls = question.sort == "id" and question.order == "desc"
    begin = None if question.place is None else question.place.after
    terms, values = "", list[object]()
    if begin is not None:
        terms, values = f" and {column} {'<' if falls else '>'} ?", [begin]
    if reach in (_NOWHERE, _EVERYWHERE):
        return terms, values
    if not falls:
        return f"{terms} and {column} <= ?", [*values, (begin or 0) + reach]
    if begin is not None:
        return f"{terms} and {column} >= ?", [*values, begin - reach]
    return f"{terms} and {column} >= (select max(rank) from {table}) - ?", [*values, reach]


def _reach(question: Question, snapshot: Snapshot, matching: int | None) -> int:
    """Return how far to follow the order's index where that should find a page sooner."""
    if question.include_inactive or question.text is not None:
        return _NOWHERE
    if is_unfiltered(question):
        return _EVERYWHERE
    if question.limit is None or not matching:
        return _NOWHERE
    every = snapshot.model_count if question.unique else snapshot.offer_count
    passed = question.offset if question.place is None else 0
    looked_at = min(every, (passed + question.limit) * every // matching)
    walks = looked_at * _SEEK < snapshot.offer_count + matching * _SORTED
    return looked_at * _FAR if walks else _NOWHERE


def _least(question: Question) -> int:
    return 0 if question.include_inactive else 1
