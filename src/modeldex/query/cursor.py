"""Cursors: where a page of one list in one snapshot ends. They outlive no snapshot."""

import base64
import hashlib
import re

import msgspec

from modeldex.errors import BadValue
from modeldex.query.question import Place, Question

_CHECK = 6  # bytes that tell a damaged cursor, and one of another question
_LONGEST = 200
_SNAPSHOT = re.compile(r"[0-9a-f]{32}")
_ALLOWED = "the next_cursor of an earlier answer, with the same filters and order as there"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """What a cursor says.

    Attributes:
        snapshot: id of the one that it began on.
        day: from which ages count, where the question has any.
    """

    snapshot: str
    passed: int
    after: int
    day: int | None
    check: bytes

    @property
    def place(self) -> Place:
        """Where the next page begins."""
        return Place(self.passed, self.after)


def written(question: Question, snapshot: str, place: Place) -> str:
    """Return the cursor of *question* at *place*; it stands in an address as it is."""
    check = _check(question, snapshot, place)
    body = msgspec.msgpack.encode(Cursor(snapshot, *place, question.day, check))
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def read(text: str) -> Cursor:
    """Return what a cursor says; whether it is one of a question, :func:`belong` tells.

    Raises:
        BadValue: it is none.
    """
    if len(text) <= _LONGEST and text.isascii():
        try:
            body = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            found = msgspec.msgpack.decode(body, type=Cursor)
        except (ValueError, msgspec.MsgspecError):
            raise BadValue("cursor", text, _ALLOWED) from None
        if _SNAPSHOT.fullmatch(found.snapshot):
            return found
    raise BadValue("cursor", text, _ALLOWED)


def belong(text: str, cursor: Cursor, question: Question) -> None:
    """Do nothing where *cursor* was written for *question*.

    Raises:
        BadValue: it was altered, or belongs to another list.
    """
    if cursor.check != _check(question, cursor.snapshot, cursor.place):
        raise BadValue("cursor", text, _ALLOWED)


def _check(question: Question, snapshot: str, place: Place) -> bytes:
    said = repr((question.digest, snapshot, tuple(place))).encode()
    return hashlib.blake2b(said, digest_size=_CHECK).digest()
