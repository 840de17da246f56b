"""Finished bodies: made of a snapshot, kept on the shelf, and as they are sent."""

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from modeldex.query import answer, shaped
from modeldex.query.question import Question
from modeldex.query.shapes import Shaped
from modeldex.query.shelf import Shelved
from modeldex.serve.representation import JSON, LOSSY, Headers, Representation, http_date
from modeldex.snapshot.documents import tagged
from modeldex.snapshot.reader import Snapshot


class Made(NamedTuple):
    """A finished body, its content type, and headers of this content."""

    body: bytes
    media_type: bytes = JSON
    extra: Headers = ()


class NothingThere(Exception):
    """A name that means nothing; nothing is kept on the shelf for it."""


def found_in(made: bytes | Made | None) -> Made:
    """Return what was made as it is kept.

    Raises:
        NothingThere: nothing was.
    """
    if made is None:
        raise NothingThere
    return Made(made) if isinstance(made, bytes) else made


def shelved(snapshot: Snapshot, make: Callable[[Snapshot], Made]) -> Shelved:
    """Return what *make* makes of a snapshot, ready for the shelf."""
    made = make(snapshot)
    root = hashlib.blake2b(made.body, digest_size=16).hexdigest()
    found = Shelved(snapshot.id, root, http_date(snapshot.timestamp), made.body)
    found.media_type, found.extra = made.media_type, made.extra
    return found


def lossy(snapshot: Snapshot, dialect: str) -> Headers:
    """Return the header that says how much a dialect cannot say of the whole catalog."""
    return ((LOSSY, b"%d" % snapshot.lossy(dialect)),)


def shaped_page(snapshot: Snapshot, asked: Shaped) -> Made:
    """Return a page in another service's shape."""
    return Made(shaped.page(snapshot, asked), extra=lossy(snapshot, asked.dialect))


def streams(snapshot: Snapshot, asked: Question | Shaped) -> tuple[Iterator[bytes], Headers]:
    """Return an answer in slices, and the headers of its content."""
    if isinstance(asked, Question):
        return answer.stream(snapshot, asked), ()
    return shaped.stream(snapshot, asked), lossy(snapshot, asked.dialect)


def representation(found: Shelved, encoding: str, body: bytes) -> Representation:
    """Return what is on the shelf, as it is sent in an encoding."""
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


def lossy_document(snapshot: Snapshot, document: str) -> Headers:
    """Return the header that says how much the dialect of ``dialect/document`` cannot say."""
    dialect, is_one, _ = document.partition("/")
    return lossy(snapshot, dialect) if is_one else ()


def parts(snapshot: Snapshot, number: int) -> Iterator[bytes]:
    """Yield the parts of a finished document."""
    part = 0
    while (body := snapshot.part(number, part)) is not None:
        yield body
        part += 1
