"""With how many statements, and with which."""

import re
from math import ceil
from pathlib import Path

import msgspec
import pytest

import modeldex
from modeldex.store import reading
from modeldex.store.base import Changes, Health
from modeldex.store.sql import SqlStore
from support.stored import (
    FULL_HEALTH,
    HELD,
    answer,
    changed,
    fact,
    observed,
    plain,
    statements,
)

SOURCE = Path(modeldex.__file__).parent
BATCHED = 5  # hidden offers, facts, their ends, events, observations


def refresh(rows: int) -> Changes:
    """Return a refresh with *rows* of everything that a source has many of."""
    names = [f"m{number}" for number in range(rows)]
    return Changes(
        health=[FULL_HEALTH],
        answers=[plain("acme", *names)],
        held=[HELD],
        hidden=names,
        facts=[fact(native=name) for name in names],
        events=[changed(name) for name in names],
        observations=[observed(number) for number in range(rows)],
    )


async def counts(store: SqlStore, rows: int) -> tuple[int, int, int, int]:
    """Return how many statements a save and each kind of reading take, for so many rows."""
    await store.save(refresh(rows))
    last = (await store.known()).commit
    ends = [one.number for one in await store.believed(["acme"])][-rows:]
    again = msgspec.structs.replace(refresh(rows), superseded=ends)
    with statements(store) as saved:
        await store.save(again)
    with statements(store) as known:
        await store.known()
    with statements(store) as basis:
        await store.basis(last)
    with statements(store) as believed:
        await store.believed(["acme"])
    return len(saved), len(known), len(basis), len(believed)


async def test_the_number_of_statements_does_not_depend_on_the_rows(database: SqlStore) -> None:
    """But for batches of a fixed size where rows are written; reading has none."""
    for rows in (1, 1_000, 2_500):
        batches = BATCHED * ceil(rows / reading.BATCH)
        assert await counts(database, rows) == (batches + 5, 8, 7, 1)


async def test_many_sources_are_saved_in_batches(database: SqlStore) -> None:
    """Also those whose payload is kept: a statement for each batch, not for each source."""
    names = [f"s{number}" for number in range(reading.BATCH + 1)]
    health = [Health(source=one) for one in names]
    whole = [plain(one) for one in names]
    bare = [answer(one) for one in names]
    for answers in (whole, bare):
        with statements(database) as saved:
            await database.save(Changes(health=health, answers=answers))
        assert len(saved) == 2 * 2 + 2
    assert len((await database.known()).listings) == reading.BATCH + 1


async def test_saving_nothing_takes_two_statements(database: SqlStore) -> None:
    """What was committed last, and that something was."""
    with statements(database) as saved:
        await database.save(Changes())
    assert len(saved) == 2


@pytest.mark.finding("DB-M3")
async def test_every_statement_names_its_columns(database: SqlStore) -> None:
    """None asks for all that there are."""
    with statements(database) as found:
        await counts(database, 2)
        await database.payload("acme")
        await database.observations("acme")
        await database.compact(1_000)
    assert len(found) > 20
    assert [one for one in found if "*" in one] == []


@pytest.mark.finding("DB-L1", kind="static")
def test_the_size_of_a_batch_is_said_once() -> None:
    """Whoever reads and whoever writes mean the same one; and so it is with the rows of a page."""
    texts = "".join(one.read_text(encoding="utf-8") for one in SOURCE.rglob("*.py"))
    for name in ("BATCH", "MOST_ROWS"):
        assert len(re.findall(rf"^_?{name}\b.*= ?[0-9_]+", texts, re.MULTILINE)) == 1
