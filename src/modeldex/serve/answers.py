"""Answers questions: from the shelf, from a finished document, or from the snapshot in a thread.

Nothing here waits for a provider, the store or a cache server. Equal questions that arrive
together are answered once.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

from modeldex import __version__
from modeldex.errors import DamagedSnapshot, NoSnapshot
from modeldex.query import answer
from modeldex.query.parameters import MOST_ROWS
from modeldex.query.question import Question
from modeldex.query.shelf import Shelf, Shelved
from modeldex.serve.representation import Representation, http_date
from modeldex.snapshot.current import Current
from modeldex.snapshot.documents import IDENTITY, compress, compressed, tagged
from modeldex.snapshot.reader import Snapshot

_SMALLEST = 512
_MOST_DAMAGE = 4
_T = TypeVar("_T")


class Answers:
    """What a worker knows. For use on one event loop.

    Args:
        pool: threads for SQL, hashing and compression; never the loop.
        compress_from: bytes; below, compression only costs.
    """

    def __init__(
        self, current: Current, shelf: Shelf, pool: Executor, compress_from: int = _SMALLEST
    ) -> None:
        self.current, self.shelf, self.pool = current, shelf, pool
        self.compress_from = compress_from
        self._pending: dict[Hashable, asyncio.Task[Any]] = {}
        current.swapped.append(lambda snapshot: shelf.reset(snapshot.id))

    def shelved(self, key: Hashable, encoding: str) -> Representation | None:
        """Return the finished answer under *key*, if it is on the shelf in *encoding*."""
        found = self.shelf.get(key) or self.shelf.get((key, encoding))
        if found is None:
            return None
        encoding = self._worthwhile(found, encoding)
        body = found.bodies.get(encoding)
        return None if body is None else _representation(found, encoding, body)

    async def list(self, question: Question, key: Hashable, encoding: str) -> Representation:
        """Return the answer to *question*, and keep it on the shelf under *key* if it is small.

        One that counts ages is kept by the question only, which knows from which day they count.

        Raises:
            NoSnapshot: there is nothing to answer from.
            ExpiredSnapshot: the snapshot that it means is not kept any more.
            DamagedSnapshot: every published file is damaged.
            BadValue: its shape is none of those that are served.
        """
        answer.check(question)
        pin = question.snapshot
        if question.is_whole_list:
            return await self._whole(question, key, encoding)
        if question.limit is None and not await self._is_short(question):
            return await self._with_snapshot(
                lambda held: self._streamed(held, question, encoding), pin
            )
        return await self._finished(
            question,
            question if question.day is not None else key,
            encoding,
            lambda held: answer.page(held, question),
            pin,
        )

    async def counts(self) -> dict[str, int]:
        """Return how many offers of each provider are shown, by slug.

        Raises:
            NoSnapshot: there is nothing to answer from.
        """
        return await self._with_snapshot(answer.counts)

    async def made(
        self,
        question: Hashable,
        key: Hashable,
        encoding: str,
        make: Callable[[Snapshot], bytes | None],
    ) -> Representation | None:
        """Return what *make* makes of the snapshot, ``None`` where it makes nothing.

        Args:
            question: equal ones have equal answers.

        Raises:
            NoSnapshot: there is nothing to answer from.
        """
        try:
            return await self._finished(question, key, encoding, lambda held: _found(make(held)))
        except _NothingThere:
            return None

    async def looked_up(self, look: Callable[[Snapshot], _T]) -> _T:
        """Return what *look* finds in the snapshot; nothing is kept of it.

        Raises:
            NoSnapshot: there is nothing to answer from.
        """
        return await self._with_snapshot(look)

    async def _finished(
        self,
        question: Hashable,
        key: Hashable,
        encoding: str,
        make: Callable[[Snapshot], bytes],
        pin: str | None = None,
    ) -> Representation:
        shelved = self.shelf.get(question)
        if shelved is None:
            shelved = await self._once(
                (self.shelf.snapshot, question),
                lambda: self._with_snapshot(lambda held: _shelved(held, make), pin),
            )
            self.shelf.put(question, shelved)
        self.shelf.put(key, shelved)
        encoding = self._worthwhile(shelved, encoding)
        if encoding not in shelved.bodies:
            await self._once((shelved, encoding), lambda: self._pack(shelved, question, encoding))
        return _representation(shelved, encoding, shelved.bodies[encoding])

    async def _pack(self, found: Shelved, question: Hashable, encoding: str) -> None:
        body = await self._in_thread(lambda: compress(found.bodies[IDENTITY], encoding))
        is_kept = self.shelf.get(question) is found
        found.bodies[encoding] = body
        if is_kept:
            self.shelf.grown(len(body))

    async def _whole(self, question: Question, key: Hashable, encoding: str) -> Representation:
        """Return a finished document: from now on from the shelf, or in slices if it is large."""
        known = self.shelved(key, encoding)
        if known is not None:  # it came while this one waited for a place
            return known
        name = "unique" if question.unique else "list"
        pin = question.snapshot
        found = await self._once(
            (self.shelf.snapshot, pin, name, encoding),
            lambda: self._with_snapshot(lambda held: self._document(held, name, encoding), pin),
        )
        if found is None:
            return await self._with_snapshot(lambda held: self._sliced(held, name, encoding), pin)
        self.shelf.put((key, encoding), found)
        return _representation(found, encoding, found.bodies[encoding])

    async def _is_short(self, question: Question) -> bool:
        """Return whether an answer without a limit has no more rows than a page may have."""
        if self.shelf.get(question) is not None:
            return True
        total = await self._once(
            (self.shelf.snapshot, "total", question),
            lambda: self._with_snapshot(
                lambda held: answer.total(held, question), question.snapshot
            ),
        )
        return total <= MOST_ROWS

    def _worthwhile(self, found: Shelved, encoding: str) -> str:
        """Return *encoding*, or identity for what is too small to gain by compression."""
        identity = found.bodies.get(IDENTITY)
        is_small = identity is not None and len(identity) < self.compress_from
        return IDENTITY if is_small else encoding

    async def _once(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """Do work once, however many ask for it meanwhile.

        It belongs to nobody: one asker's disconnection does not fail the others.
        """
        task: asyncio.Task[_T] | None = self._pending.get(key)
        if task is None:
            task = asyncio.create_task(work())
            self._pending[key] = task
            task.add_done_callback(lambda done: self._forget_pending(key, done))
        return await asyncio.shield(task)

    async def _with_snapshot(self, work: Callable[[Snapshot], _T], pin: str | None = None) -> _T:
        """Run *work* in a thread on the snapshot that is meant, the current one for ``None``.

        Damage of the current one moves on to the one before.
        """
        for _ in range(_MOST_DAMAGE):
            snapshot = self.current.held(pin)
            try:
                return await self._in_thread(partial(work, snapshot))
            except DamagedSnapshot as error:
                self.current.damaged(error)
        raise NoSnapshot

    def _streamed(self, snapshot: Snapshot, question: Question, encoding: str) -> Representation:
        """Return an answer without a limit, made while it is sent.

        Its bytes follow from the snapshot and the question, so these are hashed instead.
        """
        said = repr((__version__, snapshot.id, snapshot.timestamp, question)).encode()
        etag = tagged(hashlib.blake2b(said, digest_size=16).hexdigest(), encoding)
        body = self._slices(compressed(answer.stream(snapshot, question), encoding))
        return Representation(etag.encode(), encoding, http_date(snapshot.timestamp), None, body)

    def _document(self, snapshot: Snapshot, name: str, encoding: str) -> Shelved | None:
        """Return a finished document, ``None`` where it is too large for the shelf."""
        number, _, size = snapshot.document(name, encoding)
        if size > self.shelf.largest:
            return None
        _, root, _ = snapshot.document(name, IDENTITY)
        body = b"".join(_parts(snapshot, number))
        return Shelved(snapshot.id, root.strip('"'), http_date(snapshot.timestamp), body, encoding)

    def _sliced(self, snapshot: Snapshot, name: str, encoding: str) -> Representation:
        """Return a finished document, read in slices while it is sent."""
        number, etag, size = snapshot.document(name, encoding)
        body = self._slices(_parts(snapshot, number))
        return Representation(etag.encode(), encoding, http_date(snapshot.timestamp), size, body)

    async def _slices(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        try:
            while (piece := await self._in_thread(lambda: next(pieces, None))) is not None:
                yield piece
        except DamagedSnapshot as error:
            self.current.damaged(error)  # what was sent is sent; the next reader is spared
            raise

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)

    def _forget_pending(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        self._pending.pop(key, None)
        if not task.cancelled():
            task.exception()  # its askers have seen it; nobody is left where all went away


class _NothingThere(Exception):
    """A name that means nothing; nothing is kept on the shelf for it."""


def _found(body: bytes | None) -> bytes:
    if body is None:
        raise _NothingThere
    return body


def _shelved(snapshot: Snapshot, make: Callable[[Snapshot], bytes]) -> Shelved:
    body = make(snapshot)
    root = hashlib.blake2b(body, digest_size=16).hexdigest()
    return Shelved(snapshot.id, root, http_date(snapshot.timestamp), body)


def _representation(found: Shelved, encoding: str, body: bytes) -> Representation:
    etag = tagged(found.root, encoding).encode()
    return Representation(
        etag,
        encoding,
        found.last_modified,
        len(body),
        body,
        media_type=found.media_type,
        extra=found.extra,
    )


def _parts(snapshot: Snapshot, number: int) -> Iterator[bytes]:
    part = 0
    while (body := snapshot.part(number, part)) is not None:
        yield body
        part += 1
