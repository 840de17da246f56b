"""After a swap the questions that were asked most have been asked again already."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Hashable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from modeldex.query.shelf import Shelved
from modeldex.serve.warming import Warmer
from serve.conftest import small
from serve.test_shelf_front import AT_ONCE, received, sent
from support import catalogs, live, wire, workers
from support.refreshing import Notebook

STEPS = ("page", "its encoding", "one", "its encoding", "whole list")
POPULAR = ("/v1/models?limit=2", "/v1/models/labs/large", "/v1/models")


def test_what_was_asked_is_known_after_a_swap(tmp_path: Path) -> None:
    """Pages, single models and whole lists: nobody who asks for them again waits for SQL."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched()
    with live.served(workers.build(tmp_path, pool)) as url, wire.connected(url) as line:
        for path in POPULAR * 3:
            line.ask(path, accept_encoding="br")
        before = pool.given
        new = catalogs.publish(tmp_path / "snapshots", small(price="0.31"), 1001.0)
        live.eventually(lambda: line.ask("/readyz").json["snapshot"] == new)
        live.eventually(lambda: pool.given >= before + len(STEPS))
        after = pool.given
        found = [line.ask(path, accept_encoding="br") for path in POPULAR]

    assert pool.given == after
    assert {one.status for one in found} == {200}
    assert found[0].json["snapshot"] == new


class Asked:
    """An application that notes what it is asked."""

    def __init__(self) -> None:
        self.notes: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        """Note the query and the encoding."""
        self.notes.append((scope["query_string"], dict(scope["headers"])[b"accept-encoding"]))


def shelf(**hits: int) -> dict[Hashable, Shelved]:
    """Return entries that were hit so often."""
    found: dict[Hashable, Shelved] = {}
    for name, count in hits.items():
        entry = found[b"/v1/models", name.encode(), False] = Shelved(
            "one", "root", b"then", b"body"
        )
        entry.hits = count
    return found


def test_the_most_asked_come_first_and_no_more_than_so_many() -> None:
    """Of a large shelf a few are asked again; what nobody asked for a second time is not."""
    app = Asked()
    many = {f"n{number}": number for number in range(3000)}
    asyncio.run(Warmer(app, Notebook(), most=3).warm([shelf(**many), shelf(one=0, best=9000)]))

    assert app.notes == [
        (query, b"identity") for query in (b"best", b"n2999", b"n2998")
    ]  # fmt: skip


def test_what_was_popular_counts_half_after_the_next_swap() -> None:
    """An answer made in advance has no hits of its own; it is kept for a while all the same."""
    app = Asked()
    warmer = Warmer(app, Notebook(), most=2)

    async def swap_thrice() -> None:
        await warmer.warm([shelf(old=40, new=1)])
        await warmer.warm([shelf(new=10)])
        await warmer.warm([shelf(newer=9, newest=12)])

    asyncio.run(swap_thrice())

    assert [query for query, _ in app.notes] == [b"old", b"new", b"old", b"new", b"newest", b"old"]


def test_a_failure_is_one_line_in_the_log() -> None:
    """Nothing waits for the warming, so nothing fails with it."""
    log = Notebook()

    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError

    asyncio.run(Warmer(fail, log).warm([shelf(one=2, two=3)]))

    assert log.of("error") == ["warming the shelf failed"]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The statements that connections to databases ran, as SQLite itself tells them."""
    found: Counter[str] = Counter()
    connect = sqlite3.connect

    def traced(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        connection.set_trace_callback(lambda sql: found.update([sql]))
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return found


@pytest.mark.finding("CA-C2")
def test_equal_questions_at_once_make_the_statements_of_one(
    tmp_path: Path, statements: Counter[str]
) -> None:
    """200 that nobody asked before, over real HTTP: SQLite itself counts what it is asked."""
    counts = []
    for count in (1, AT_ONCE):
        directory = tmp_path / str(count)
        catalogs.publish(directory / "snapshots", small())
        pool = workers.Watched(allowed=0)
        app = workers.Counted(workers.build(directory, pool))
        with live.served(app) as url, ExitStack() as stack:
            statements.clear()
            path = "/v1/models?limit=3&sort=price"
            opened = [stack.enter_context(sent(url, path)) for _ in range(count)]
            live.eventually(lambda count=count, app=app: app.begun == count)  # type: ignore[misc]
            pool.allow()
            assert len({received(one) for one in opened}) == 1
        counts.append({sql: n for sql, n in statements.items() if "json_each" in sql})

    assert list(counts[0].values()) == [1]
    assert list(counts[1].values()) == [1]


def test_what_was_popular_adds_to_what_is() -> None:
    """A question that was asked often before needs few new ones to stay the first."""
    app = Asked()
    warmer = Warmer(app, Notebook(), most=1)

    async def swap_twice() -> None:
        await warmer.warm([shelf(old=40)])
        await warmer.warm([shelf(old=1, new=10)])

    asyncio.run(swap_twice())

    assert [query for query, _ in app.notes] == [b"old", b"old"]
