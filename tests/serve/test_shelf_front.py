"""The shelf at the front: what is known costs nothing, what is asked at once is made once."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from modeldex.query.question import Question
from modeldex.serve.representation import Representation
from serve.conftest import KINDS, STREAMED, many, small
from support import catalogs, live, wire, workers
from support.refreshing import Notebook

SHELVED = [path for path in KINDS.values() if path != STREAMED]
AT_ONCE = 200


@contextmanager
def sent(url: str, path: str, **headers: str) -> Iterator[socket.socket]:
    """Give a connection on which a request has been sent and nothing been read."""
    host, _, port = urlsplit(url).netloc.partition(":")
    lines = [f"GET {path} HTTP/1.1", "host: test", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection((host, int(port)), timeout=live.PATIENCE) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        yield connection


def received(connection: socket.socket) -> bytes:
    """Return all that comes on a connection but the head of the answer."""
    with connection.makefile("rb") as opened:
        head, _, body = opened.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    return body


@pytest.mark.finding("RT-H1", "RT-C1")
@pytest.mark.parametrize("encoding", ["identity", "br", "zstd", "gzip"])
def test_a_repeated_request_asks_nobody(tmp_path: Path, encoding: str) -> None:
    """Lists, pages and single models come from memory the second time: no thread, no SQL."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched()
    with live.served(workers.build(tmp_path, pool)) as url, wire.connected(url) as line:
        first = {path: line.ask(path, accept_encoding=encoding) for path in SHELVED}
        given = pool.given
        for path in SHELVED * 3:
            again = line.ask(path, accept_encoding=encoding)
            assert (again.lasting, again.body) == (first[path].lasting, first[path].body)
            line.ask(path, "HEAD", accept_encoding=encoding)
            tag = first[path].headers["etag"]
            line.ask(path, accept_encoding=encoding, if_none_match=tag)

    assert given > len(SHELVED) - 1
    assert pool.given == given


def test_another_spelling_of_a_known_question_is_not_asked_again(tmp_path: Path) -> None:
    """What means the same shares one answer, whatever the order and the names of parameters."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched()
    with live.served(workers.build(tmp_path, pool)) as url, wire.connected(url) as line:
        first = line.ask("/v1/models?gateway=acme&limit=2&sort=price&q=labs")
        given = pool.given
        for spelled in (
            "/v1/models?q=labs&sort_by=PRICE&limit=2&gateway=@ACME",
            "/models?search=%20labs%20&sort=price&order=asc&gateway=acme-inc&limit=2&offset=0",
        ):
            assert line.ask(spelled).body == first.body

    assert pool.given == given


@pytest.mark.finding("CA-C2")
@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("/v1/models?limit=3", 2),
        ("/v1/models/acme/labs/fast:free", 2),
        ("/v1/models?q=labs", 3),
        ("/v1/models?unique=true", 1),
    ],
)
def test_equal_questions_that_arrive_together_are_answered_once(
    tmp_path: Path, path: str, steps: int
) -> None:
    """Of 200 at once, one counts, one asks the snapshot, one compresses; all get its bytes."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=0)
    app = workers.Counted(workers.build(tmp_path, pool))
    with live.served(app) as url, ExitStack() as stack:
        opened = [
            stack.enter_context(sent(url, path, accept_encoding="br")) for _ in range(AT_ONCE)
        ]
        live.eventually(lambda: app.begun == AT_ONCE)
        pool.allow()
        bodies = {received(one) for one in opened}

    assert pool.given == steps
    assert len(bodies) == 1


@pytest.mark.finding("RT-C3")
def test_an_unasked_question_holds_nobody_up(tmp_path: Path) -> None:
    """While one is being answered, known questions, other new ones and health go on."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(threads=2, allowed=1)
    with live.served(workers.build(tmp_path, pool)) as url:
        known = wire.ask(url, "/v1/models?limit=1")
        with sent(url, "/v1/models?limit=2") as slow:
            live.eventually(lambda: pool.given == 2)
            assert wire.ask(url, "/v1/models?limit=1").body == known.body
            assert wire.ask(url, "/healthz").status == 200
            with sent(url, "/v1/models?limit=3") as other:
                live.eventually(lambda: pool.given == 3)
                pool.allow(1)  # which of the two begins does not matter: neither needs the other
                pool.allow(1)
                assert received(slow) != received(other)


def test_an_asker_who_leaves_takes_nothing_from_the_others(tmp_path: Path) -> None:
    """An answer that is being made belongs to nobody: finished, and known from then on."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=0)
    app = workers.Counted(workers.build(tmp_path, pool))
    with live.served(app) as url:
        with sent(url, "/v1/models?limit=2"):
            live.eventually(lambda: app.begun == 1)
            with sent(url, "/v1/models?limit=2") as staying:
                live.eventually(lambda: app.begun == 2)
                pool.allow()
                assert received(staying)
        wire.ask(url, "/v1/models?limit=2")

    assert pool.given == 1


def test_an_asker_who_is_cancelled_fails_nobody_else(tmp_path: Path) -> None:
    """Whoever asked first, the answer is finished for those who still wait."""
    catalogs.publish(tmp_path / "snapshots", small())
    pool = workers.Watched(allowed=0)
    answers = workers.answers(tmp_path, pool, Notebook())
    answers.current.poll()

    async def ask() -> tuple[object, object]:
        question = Question(limit=2)
        both = [asyncio.create_task(answers.list(question, name, "br")) for name in "ab"]
        await asyncio.to_thread(live.eventually, lambda: pool.given)
        both[0].cancel()
        pool.allow()
        first, second = await asyncio.gather(*both, return_exceptions=True)
        return first, second

    first, second = asyncio.run(ask())

    assert isinstance(first, asyncio.CancelledError)
    assert isinstance(second, Representation)


def test_a_stream_ends_when_its_client_has_gone(tmp_path: Path) -> None:
    """Nothing more is read or packed for a connection that is closed."""
    catalogs.publish(tmp_path / "snapshots", many())
    pool = workers.Watched(allowed=4)
    app = workers.Counted(workers.build(tmp_path, pool))
    with live.served(app) as url:
        with sent(url, STREAMED) as leaving:
            assert leaving.recv(100).startswith(b"HTTP/1.1 200")
            live.eventually(lambda: pool.given == 5)
        for _ in range(3):  # so that the loop has seen the connection go
            wire.ask(url, "/healthz")
        pool.allow()
        live.eventually(lambda: app.ended == app.begun)
        left = pool.given
        assert len(wire.ask(url, STREAMED).ids) == len(many().offers)

    assert left == 5
    assert pool.given - left > 5
