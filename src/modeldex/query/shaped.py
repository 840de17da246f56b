"""Lists and single rows in OpenAI's and Anthropic's shapes, made of finished fragments."""

import json
from collections.abc import Iterator, Sequence

import msgspec

from modeldex.dialects import anthropic, openai
from modeldex.errors import QuestionError
from modeldex.query import answer, lists, sql_shaped
from modeldex.query.question import Place, Question
from modeldex.query.shapes import ANTHROPIC, OPENAI, UNION, Shaped
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

_SLICE = 500  # rows


class _Page(msgspec.Struct, frozen=True):
    """The ranks of a page, and whether there is more in the direction of reading."""

    ranks: Sequence[int]
    more: bool


def page(snapshot: Snapshot, asked: Shaped) -> bytes:
    """Return the whole answer.

    Raises:
        QuestionError: a page is to begin at a row that there is not.
    """
    return b"".join(stream(snapshot, asked))


def stream(snapshot: Snapshot, asked: Shaped) -> Iterator[bytes]:
    """Yield the answer in slices; only one slice of rows is held at a time.

    Raises:
        QuestionError: a page is to begin at a row that there is not.
    """
    found = _page(snapshot, asked)
    yield anthropic.OPENING if asked.shape == ANTHROPIC else openai.OPENING
    for start in range(0, len(found.ranks), _SLICE):
        ranks = found.ranks[start : start + _SLICE]
        yield (b"," if start else b"") + b",".join(_rows(snapshot, asked, ranks))
    yield _closing(snapshot, asked, found)


def one(snapshot: Snapshot, shape: str, name: str, *, model_first: bool = False) -> bytes | None:
    """Return the row that *name* means: an offer, else a model, else an alias of either."""
    found = answer.named(snapshot, name, model_first=model_first)
    if found is None:
        return None
    kind, rank = found
    thing = "model" if kind in answer.MODELS else "offer"
    return _of(snapshot, shape, thing, [rank])[0]


def _page(snapshot: Snapshot, asked: Shaped) -> _Page:
    if asked.shape == OPENAI:
        return _Page(_openai(snapshot, asked), more=False)
    if asked.before is not None:
        return _before(snapshot, asked, asked.before)
    question = asked.question
    if asked.after is not None:
        rank = _rank(snapshot, asked, asked.after, "after_id")
        edge = snapshot.rows(*sql_shaped.edge(question, rank))[0][0]
        question = msgspec.structs.replace(question, place=Place(0, edge))
    return _from(snapshot, question)


def _openai(snapshot: Snapshot, asked: Shaped) -> Sequence[int]:
    if not asked.priced:
        return lists.page(snapshot, asked.question).ranks
    found = sql_shaped.having(asked.question, snapshot, "offer_openai", "priced")
    return [rank for (rank,) in snapshot.rows(*found)]


def _from(snapshot: Snapshot, question: Question) -> _Page:
    """Return a page, one row looked at beyond its end."""
    limit = question.limit
    ahead = None if limit is None else limit + 1
    ranks = lists.page(snapshot, msgspec.structs.replace(question, limit=ahead)).ranks
    return _Page(ranks[:limit], more=limit is not None and len(ranks) > limit)


def _before(snapshot: Snapshot, asked: Shaped, name: str) -> _Page:
    rank = _rank(snapshot, asked, name, "before_id")
    end = int(snapshot.rows(*sql_shaped.before(asked.question, rank, snapshot))[0][0])
    start = max(0, end - (asked.question.limit or end))
    if end == 0:
        return _Page([], more=False)
    wanted = msgspec.structs.replace(asked.question, offset=start, limit=end - start)
    return _Page(lists.page(snapshot, wanted).ranks, more=start > 0)


def _rank(snapshot: Snapshot, asked: Shaped, name: str, parameter: str) -> int:
    """Return the rank of the row at a page's edge.

    It need not match the filters, nor be shown any more: its place in the order is enough.
    """
    kind = schema.MODEL if asked.question.unique else schema.OFFER
    found = snapshot.rows("select rank from names where name = ? and kind = ?", (name, kind))
    if not found:
        what = "model" if asked.question.unique else "offer"
        sentence = f"{parameter} names no {what} of this list: {name[:200]!r}."
        raise QuestionError(parameter, sentence)
    return int(found[0][0])


def _rows(snapshot: Snapshot, asked: Shaped, ranks: Sequence[int]) -> list[bytes]:
    if asked.priced:
        found = snapshot.rows(
            sql_shaped.bodies("offer_openai", "body, b.priced"), (json.dumps(ranks),)
        )
        return [body[:-1] + b"," + more[1:] for body, more in found]
    return _of(snapshot, asked.shape, "model" if asked.question.unique else "offer", ranks)


def _of(snapshot: Snapshot, shape: str, thing: str, ranks: Sequence[int]) -> list[bytes]:
    wanted = (json.dumps(ranks),)
    if shape == UNION:
        statement = sql_shaped.pairs(f"{thing}_{openai.NAME}", f"{thing}_{anthropic.NAME}")
        return [anthropic.union_row(*pair) for pair in snapshot.rows(statement, wanted)]
    return [body for (body,) in snapshot.rows(sql_shaped.bodies(f"{thing}_{shape}"), wanted)]


def _closing(snapshot: Snapshot, asked: Shaped, found: _Page) -> bytes:
    if asked.shape == OPENAI:
        return openai.CLOSING
    table = "model" if asked.question.unique else "offer"
    first, last = _ids(snapshot, table, found.ranks)
    return anthropic.closing(first, last, more=found.more)


def _ids(snapshot: Snapshot, thing: str, ranks: Sequence[int]) -> tuple[str | None, str | None]:
    """Return the ids of the first and the last row; of an empty page, nothing."""
    if not ranks:
        return None, None
    wanted = (json.dumps([ranks[0], ranks[-1]]),)
    found = snapshot.rows(sql_shaped.bodies(f"{thing}_{openai.NAME}"), wanted)
    first, last = (msgspec.json.decode(body, type=_Identified).id for (body,) in found)
    return first, last


class _Identified(msgspec.Struct):
    id: str
