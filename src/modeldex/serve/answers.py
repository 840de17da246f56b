"""Answers questions: from the shelf, from a finished document, or from the snapshot in a thread.

Nothing here waits for a provider, the store or a cache server. Equal questions that arrive
together are answered once.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

from modeldex import __version__
from modeldex.errors import DamagedSnapshot, NoSnapshot
from modeldex.query import answer
from modeldex.query.parameters import MOST_ROWS
from modeldex.query.question import Question
from modeldex.query.shapes import Shaped
from modeldex.query.shelf import Generations, Shelf, Shelved
from modeldex.serve import finishing
from modeldex.serve.finishing import Made
from modeldex.serve.once import Once
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
        self._once = Once()
        self.left: list[Callable[[Generations], None]] = []
        current.swapped.append(self._swapped)

    def shelved(self, key: Hashable, encoding: str) -> Representation | None:
        """Return the finished answer under *key*, if it is on the shelf in *encoding*."""
        found = self.shelf.get(key) or self.shelf.get((key, encoding))
        if found is None:
            return None
        found.hits += 1
        ready: Representation | None = found.ready.get(encoding)
        if ready is None:
            worthwhile = self._worthwhile(found, encoding)
            if (body := found.bodies.get(worthwhile)) is not None:
                ready = finishing.representation(found, worthwhile, body)
                found.ready[encoding] = ready
        return ready

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
            name = "unique" if question.unique else "list"
            return await self.document(name, key, encoding, pin)
        if question.limit is None and not await self._is_short(question):
            return await self._with_snapshot(
                lambda held: self._streamed(held, question, encoding), pin
            )
        return await self._finished(
            question,
            question if question.day is not None else key,
            encoding,
            lambda held: Made(answer.page(held, question)),
            pin,
        )

    async def shaped(self, asked: Shaped, key: Hashable, encoding: str) -> Representation:
        """Return a list in another service's shape; like :meth:`list`.

        Raises:
            QuestionError: a page is to begin at a row that there is not.
            NoSnapshot: there is nothing to answer from.
        """
        if asked.document is not None:
            return await self.document(asked.document, key, encoding)
        if asked.question.limit is None and not await self._is_short(asked.question):
            return await self._with_snapshot(lambda held: self._streamed(held, asked, encoding))
        kept_by = asked if asked.question.day is not None else key
        return await self._finished(
            asked, kept_by, encoding, lambda held: finishing.shaped_page(held, asked)
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
        make: Callable[[Snapshot], bytes | Made | None],
        *,
        pin: str | None = None,
    ) -> Representation | None:
        """Return what *make* makes of the snapshot, ``None`` where it makes nothing.

        Args:
            question: equal ones have equal answers.
            pin: id of the snapshot that is meant; ``None`` is the current one.

        Raises:
            NoSnapshot: there is nothing to answer from.
            ExpiredSnapshot: the snapshot that is meant is not kept any more.
        """
        try:
            return await self._finished(
                question, key, encoding, lambda held: finishing.found_in(make(held)), pin
            )
        except finishing.NothingThere:
            return None

    async def looked_up(self, look: Callable[[Snapshot], _T]) -> _T:
        """Return what *look* finds in the snapshot; nothing is kept of it.

        Raises:
            NoSnapshot: there is nothing to answer from.
        """
        return await self._with_snapshot(look)

    def _swapped(self, snapshot: Snapshot) -> None:
        left = self.shelf.reset(snapshot.id)
        for tell in self.left:
            tell(left)

    async def _finished(
        self,
        question: Hashable,
        key: Hashable,
        encoding: str,
        make: Callable[[Snapshot], Made],
        pin: str | None = None,
    ) -> Representation:
        shelved = self.shelf.get(question)
        if shelved is None:
            shelved = await self._once(
                (self.shelf.snapshot, question),
                lambda: self._with_snapshot(lambda held: finishing.shelved(held, make), pin),
            )
            self.shelf.put(question, shelved)
        self.shelf.put(key, shelved)
        encoding = self._worthwhile(shelved, encoding)
        if encoding not in shelved.bodies:
            await self._once((shelved, encoding), lambda: self._pack(shelved, question, encoding))
        return finishing.representation(shelved, encoding, shelved.bodies[encoding])

    async def _pack(self, found: Shelved, question: Hashable, encoding: str) -> None:
        body = await self._in_thread(lambda: compress(found.bodies[IDENTITY], encoding))
        is_kept = self.shelf.get(question) is found
        found.bodies[encoding] = body
        if is_kept:
            self.shelf.grown(len(body))

    async def document(
        self, name: str, key: Hashable, encoding: str, pin: str | None = None
    ) -> Representation:
        """Return a finished document: from now on from the shelf, or in slices if it is large.

        Raises:
            NoSnapshot: there is nothing to answer from.
            ExpiredSnapshot: the snapshot that is meant by *pin* is not kept any more.
        """
        known = self.shelved(key, encoding)
        if known is not None:  # it came while this one waited for a place
            return known
        found = await self._once(
            (self.shelf.snapshot, pin, name, encoding),
            lambda: self._with_snapshot(lambda held: self._document(held, name, encoding), pin),
        )
        if found is None:
            return await self._with_snapshot(lambda held: self._sliced(held, name, encoding), pin)
        self.shelf.put((key, encoding), found)
        return finishing.representation(found, encoding, found.bodies[encoding])

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

    def _streamed(
        self, snapshot: Snapshot, question: Question | Shaped, encoding: str
    ) -> Representation:
        """Return an answer without a limit, made while it is sent.

        Its bytes follow from the snapshot and the question, so these are hashed instead.
        """
        said = repr((__version__, snapshot.id, snapshot.timestamp, question)).encode()
        etag = tagged(hashlib.blake2b(said, digest_size=16).hexdigest(), encoding)
        plain, extra = finishing.streams(snapshot, question)
        body = self._slices(compressed(plain, encoding))
        last_modified = http_date(snapshot.timestamp)
        return Representation(etag.encode(), encoding, last_modified, None, body, extra=extra)

    def _document(self, snapshot: Snapshot, name: str, encoding: str) -> Shelved | None:
        """Return a finished document, ``None`` where it is too large for the shelf."""
        number, _, size, media_type = snapshot.document(name, encoding)
        if size > self.shelf.largest:
            return None
        _, root, *_ = snapshot.document(name, IDENTITY)
        body = b"".join(finishing.parts(snapshot, number))
        modified = http_date(snapshot.timestamp)
        found = Shelved(snapshot.id, root.strip('"'), modified, body, encoding)
        found.media_type, found.extra = (
            media_type.encode(),
            finishing.lossy_document(snapshot, name),
        )
        return found

    def _sliced(self, snapshot: Snapshot, name: str, encoding: str) -> Representation:
        """Return a finished document, read in slices while it is sent."""
        number, etag, size, media_type = snapshot.document(name, encoding)
        body = self._slices(finishing.parts(snapshot, number))
        return Representation(
            etag.encode(),
            encoding,
            http_date(snapshot.timestamp),
            size,
            body,
            media_type=media_type.encode(),
            extra=finishing.lossy_document(snapshot, name),
        )

    async def _slices(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        try:
            while (piece := await self._in_thread(lambda: next(pieces, None))) is not None:
                yield piece
        except DamagedSnapshot as error:
            self.current.damaged(error)  # what was sent is sent; the next reader is spared
            raise

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)
