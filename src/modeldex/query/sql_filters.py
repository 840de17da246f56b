"""The conditions on offers that a question makes, with their values bound."""

import bisect
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import cast

from modeldex.domain import decimals
from modeldex.domain.offer import STATUSES
from modeldex.query.question import Question
from modeldex.snapshot import schema
from modeldex.snapshot.reader import Snapshot

Condition = tuple[str, list[object]]
_NOBODY = -1
_MILLION = Decimal(1_000_000)


def of(question: Question, snapshot: Snapshot) -> Condition:
    """Return what every matching offer fulfils, its text aside."""
    found = [*facts(question, snapshot), *prices(question, snapshot, "o")]
    found.extend(_between("o.providers", question.min_providers, None))
    # Both values are named, so that one index serves either list.
    shown = "o.active in (0, 1)" if question.include_inactive else "o.active = 1"
    return joined([(shown, []), *found])


def joined(found: Sequence[Condition]) -> Condition:
    """Return conditions that must all hold, as one."""
    terms = " and ".join(term for term, _ in found) or "1"
    return terms, [value for _, values in found for value in values]


def facts(question: Question, snapshot: Snapshot) -> Iterator[Condition]:
    """Yield the conditions on what today's row says, prices and other providers aside."""
    yield from _who(question, snapshot)
    for kind in schema.KINDS_OF_WORDS:
        if said := getattr(question, kind):
            yield from _words(kind, said, snapshot)
    yield from _between("o.context", question.min_context, question.max_context)
    yield from _flag("o.private", question.is_private)
    yield from _flag("o.open_weights", question.open_weights)
    if question.status:
        numbers: list[object] = [STATUSES.index(one) for one in question.status]
        yield f"o.status in ({_marks(numbers)})", numbers
    if question.day is not None:
        youngest, oldest = question.min_age_days, question.max_age_days
        yield from _between(
            "o.came_out",
            None if oldest is None else question.day - oldest,
            None if youngest is None else question.day - youngest,
        )


def prices(question: Question, snapshot: Snapshot, table: str) -> Iterator[Condition]:
    """Yield the conditions on what an offer costs, by the columns of *table*."""
    free = "free" if table == "o" else "is_free"
    yield from _flag(f"{table}.{free}", question.is_free)
    for column, least, most in (
        ("input", question.min_price, question.max_price),
        ("output", question.min_output_price, question.max_output_price),
    ):
        first = None if least is None else _first(snapshot, least)
        last = None if most is None else _last(snapshot, most)
        yield from _between(f"{table}.{column}", first, last)


def _who(question: Question, snapshot: Snapshot) -> Iterator[Condition]:
    if question.gateways:
        # One may have gone with a swap since the question was read.
        numbers: list[object] = [snapshot.gateways.get(name, -1) for name in question.gateways]
        yield f"o.provider in ({_marks(numbers)})", numbers
    if question.author is not None:
        yield "o.author = ?", [snapshot.authors.get(question.author, _NOBODY)]
    if question.provider is not None:
        yield _bearing(question.provider, snapshot)


def _bearing(name: str, snapshot: Snapshot) -> Condition:
    """Match what a provider or an author of this name has to do with.

    Most names are only one of the two, and then one index is enough.
    """
    known = {"o.provider": snapshot.gateways.get(name), "o.author": snapshot.authors.get(name)}
    found = {column: number for column, number in known.items() if number is not None}
    found = found or {"o.author": _NOBODY}
    return f"({' or '.join(f'{column} = ?' for column in found)})", list(found.values())


def _words(kind: str, said: Sequence[str], snapshot: Snapshot) -> Iterator[Condition]:
    """Match those that bear all these words: by the bits of a mask, rare ones by their table."""
    known = snapshot.words[kind]
    numbers = [known.get(word, _NOBODY) for word in said]
    mask = sum(1 << number for number in numbers if 0 <= number < schema.BITS)
    if mask:
        yield f"o.{kind} & ? = ?", [mask, mask]
    for number in numbers:
        if not 0 <= number < schema.BITS:
            rare = "select offer from rare_words where kind = ? and number = ?"
            yield f"o.rank in ({rare})", [kind, number]


def _flag(column: str, wanted: object) -> Iterator[Condition]:
    if wanted is not None:
        yield f"{column} = ?", [int(bool(wanted))]


def _between(column: str, least: int | None, most: int | None) -> Iterator[Condition]:
    if least is not None:
        yield f"{column} >= ?", [least]
    if most is not None:
        yield f"{column} <= ?", [most]


def _first(snapshot: Snapshot, usd: Decimal) -> int:
    """Return the number of the first price that is not below *usd* for a million."""
    return bisect.bisect_left(_prices(snapshot), decimals.per(usd, _MILLION))


def _last(snapshot: Snapshot, usd: Decimal) -> int:
    """Return the number of the last price that is not above *usd* for a million."""
    return bisect.bisect_right(_prices(snapshot), decimals.per(usd, _MILLION)) - 1


def _prices(snapshot: Snapshot) -> list[Decimal]:
    found = cast("list[Decimal] | None", snapshot.memo.get("prices"))
    if found is None:
        rows = snapshot.rows("select usd from prices order by number")
        found = [Decimal(usd) for (usd,) in rows]
        snapshot.memo["prices"] = found
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
