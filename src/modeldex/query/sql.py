"""From a question to one statement over the narrow tables."""

import re
from unicodedata import normalize

from msgspec.structs import replace

from modeldex.query.question import Question
from modeldex.snapshot.reader import Snapshot
from modeldex.snapshot.schema import sort_column

_WORDS = re.compile(r"[^\W_]+")
_WEIGHTS = "10.0, 8.0, 4.0, 1.0"  # of id, name, author and description
Statement = tuple[str, list[object]]
NO_LIMIT = -1
_NOBODY = -1


def ranks(question: Question, snapshot: Snapshot) -> Statement:
    """Return the statement that finds the ranks of a page's rows, in order."""
    limit = NO_LIMIT if question.limit is None else question.limit
    where, values = filters(question, snapshot)
    if question.unique:
        statement = _models(question, where)
    else:
        order = _order(question, "o", "rank")
        statement = f"select o.rank from {reading(question)} where {where} order by {order}"
    return f"{statement} limit ? offset ?", [*values, limit, question.offset]


def total(question: Question, snapshot: Snapshot) -> Statement:
    """Return the statement that counts all matching rows."""
    where, values = filters(question, snapshot)
    what = "distinct o.model" if question.unique else "*"
    unordered = replace(question, sort="id")
    return f"select count({what}) from {reading(unordered)} where {where}", values


def _models(question: Question, where: str) -> str:
    """A model matches when one of its offers matches all filters."""
    tables = reading(question)
    if question.sort == "relevance":
        return (
            f"select o.model from {tables} where {where} group by o.model "
            "order by min(h.score), o.model"
        )
    if question.sort == "id":
        direction = "desc" if question.order == "desc" else "asc"
        return f"select distinct o.model from {tables} where {where} order by o.model {direction}"
    column = sort_column(question.sort, question.order)
    matching = f"select o.model from {tables} where {where}"
    return f"select m.rank from models m where m.rank in ({matching}) order by m.{column}"


def table(question: Question) -> str:
    """Return the table whose rows a question lists."""
    return "models" if question.unique else "offers"


def reading(question: Question) -> str:
    """Return the tables that a question reads: offers, and what full text finds of them."""
    if question.text is None:
        return "offers o"
    # Materialised, since a score exists only where the full-text table itself is read. It is most
    # of the work of a search, so it is left out where nothing is sorted by it.
    score = f", bm25(search, {_WEIGHTS}) as score" if question.sort == "relevance" else ""
    hits = f"(select rowid as rank{score} from search where search match ? limit -1)"
    return f"{hits} h cross join offers o on o.rank = h.rank"


def filters(question: Question, snapshot: Snapshot) -> Statement:
    """Return the condition on offers that a question makes, with its values."""
    terms, values = ["1"] if question.include_inactive else ["o.active = 1"], list[object]()
    if question.text is not None:
        values.append(match(question.text))
    if question.gateways:
        # One may have gone with a swap since the question was read.
        numbers = [snapshot.gateways.get(name, -1) for name in question.gateways]
        terms.append(f"o.provider in ({', '.join('?' * len(numbers))})")
        values.extend(numbers)
    if question.author is not None:
        terms.append("o.author = ?")
        values.append(snapshot.authors.get(question.author, _NOBODY))
    if question.provider is not None:
        term, numbers = _bearing(question.provider, snapshot)
        terms.append(term)
        values.extend(numbers)
    return " and ".join(terms), values


def _bearing(name: str, snapshot: Snapshot) -> tuple[str, list[int]]:
    """Match what a provider or an author of this name has to do with.

    Most names are only one of the two, and then one index is enough.
    """
    known = {"o.provider": snapshot.gateways.get(name), "o.author": snapshot.authors.get(name)}
    found = {column: number for column, number in known.items() if number is not None}
    found = found or {"o.author": _NOBODY}
    return f"({' or '.join(f'{column} = ?' for column in found)})", list(found.values())


def _order(question: Question, table: str, rank: str) -> str:
    if question.sort == "relevance":
        return f"h.score, {table}.{rank}"
    if question.sort == "id":
        return f"{table}.{rank} {'desc' if question.order == 'desc' else 'asc'}"
    return f"{table}.{sort_column(question.sort, question.order)}"


def match(text: str) -> str:
    """Return *text* as a full-text expression: all its words, as prefixes, nothing but words.

    Text without a word matches nothing; a word that is repeated costs no second look.
    """
    words = dict.fromkeys(_WORDS.findall(normalize("NFC", text.lower())))
    return " ".join(f'"{word}"*' for word in words) or '""'
